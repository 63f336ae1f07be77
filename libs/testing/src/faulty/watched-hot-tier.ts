import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskHotTier, type HotTierParts } from '#adapters/staging/disk-hot-tier.js';
import type { Oid } from '#domain/oid.js';
import { WatchedFiles } from './watched-files.js';

const GIB = 2 ** 30;

/** An empty directory; the caller removes it. */
export const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), 'ballast-hot-'));

/** A hot tier in a directory, with a GiB of room unless the spec says less. */
export const hotTierAt = (hotTierDirectory: string, parts: HotTierParts = {}, hotTierCapacityBytes = GIB) =>
  DiskHotTier.at({ hotTierDirectory, hotTierCapacityBytes, hotTierFreeFloorBytes: 0 }, parts);

/** The files of attempts that have not come to a name of their own. */
export const attemptsIn = async (directory: string): Promise<readonly string[]> => [
  ...(await readdir(join(directory, 'incoming'))),
  ...(await readdir(join(directory, 'hydrating'))),
];

export interface WatchedHotTier {
  readonly directory: string;
  readonly files: WatchedFiles;
  readonly hotTier: DiskHotTier;
}

/** A hot tier in a directory of its own, whose calls to the disk are watched and can be made to fail. */
export const watchedHotTier = async (): Promise<WatchedHotTier> => {
  const directory = await temporary();
  const files = new WatchedFiles();
  return { directory, files, hotTier: await hotTierAt(directory, { files }) };
};

/** Where a hot tier keeps an object. */
export const pathIn = (directory: string, oid: Oid): string =>
  join(directory, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);
