import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '#domain/fault/fault.js';
import { syncDirectory } from '#platform/files/durable-moves.js';
import { orAbsent, type Files, type OpenFile } from '#platform/files/files.js';

const NAME = 'ballast-vault.json';
const MOST_BYTES = 4096;
const FORMAT = 'ballast-filesystem-vault';
const VERSION = 1;
const Marker = z.object({ format: z.literal(FORMAT), version: z.number().int() });
/** What an interrupted start may leave, and what a new disk has. */
const OWN_BEFORE_MARKED: ReadonlySet<string> = new Set(['incoming', 'objects', 'lost+found']);

/**
 * The file that says that a directory is a vault, and of which format. A disk that is not mounted has none, so an empty
 * mount point is not taken for a vault that lost everything.
 */
export class VaultMarker {
  constructor(
    private readonly directory: string,
    private readonly files: Files,
  ) {}

  /** Whether the directory is a vault (true), or can become one (false). `vault.refused` when it holds something else. */
  async isThere(): Promise<boolean> {
    const names = (await orAbsent(this.files.readdir(this.directory))) ?? [];
    if (names.includes(NAME)) return true;
    const kept = names.includes('objects') ? await this.files.readdir(join(this.directory, 'objects')) : [];
    const foreign = names.some((name) => !OWN_BEFORE_MARKED.has(name) && !name.startsWith(NAME));
    if (foreign || kept.length > 0)
      throw new Fault('vault.refused', { reason: 'the directory is neither empty nor a vault' });
    return false;
  }

  /** Makes the directory a vault: the last step, what goes before it may be done again. */
  async write(): Promise<void> {
    const draft = join(this.directory, `${NAME}.${randomUUID()}`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const text = Buffer.from(`${JSON.stringify({ format: FORMAT, version: VERSION })}\n`);
    await using(await this.files.open(draft, flags, 0o600), async (file) => {
      await file.writev([text], 0);
      await file.sync();
    });
    await this.files.rename(draft, join(this.directory, NAME));
    await syncDirectory(this.files, this.directory);
  }

  /** `vault.unavailable` when the marker is not there, `vault.refused` when it names another format. */
  async expect(): Promise<void> {
    const file = await orAbsent(this.files.open(join(this.directory, NAME), constants.O_RDONLY | constants.O_NOFOLLOW));
    if (file === null) throw new Fault('vault.unavailable', { reason: 'no marker: is the disk mounted?' });
    const buffer = Buffer.alloc(MOST_BYTES);
    const { bytesRead } = await using(file, () => file.read(buffer, 0, MOST_BYTES, 0));
    const marker = Marker.safeParse(parsed(buffer.toString('utf8', 0, bytesRead)));
    if (!marker.success) throw new Fault('vault.refused', { reason: 'the marker cannot be read' });
    if (marker.data.version !== VERSION)
      throw new Fault('vault.refused', { reason: 'format', version: marker.data.version });
  }
}

const using = async <T>(file: OpenFile, work: (file: OpenFile) => Promise<T>): Promise<T> => {
  try {
    return await work(file);
  } finally {
    await file.close();
  }
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
