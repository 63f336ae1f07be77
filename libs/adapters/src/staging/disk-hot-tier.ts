import type { Bytes } from '#application/ports/blob-store.js';
import {
  HotTier,
  type Body,
  type GrowingObject,
  type HotUsage,
  type OpenObject,
  type ResidentObject,
  type StagedFile,
} from '#application/ports/hot-tier.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import { isOid, parseSha1, type Oid, type Pointer } from '#domain/oid.js';
import { DigestDirectory, type OpenedFile } from '#platform/files/digest-directory.js';
import { errnoOf, nodeFiles, type Files } from '#platform/files/files.js';
import { digestOf } from '#platform/files/hashed-copy.js';
import { pulled } from '#platform/files/pour.js';
import { SourceFailed } from '#platform/files/pull-source.js';
import { ReadingFile } from '#platform/files/reading-file.js';
import { metrics } from '#platform/metrics.js';
import type { SettingsOf } from '#platform/settings.js';
import { Admission, type Limits } from './admission.js';
import { diskFault, fromDisk, onDisk } from './disk-faults.js';
import { DiskHealth } from './disk-health.js';
import type { hotTierSettings } from './hot-tier-settings.js';
import { Occupancy } from './occupancy.js';
import { HYDRATION, StagedWrite, UPLOAD } from './staged-write.js';

const AREAS = [UPLOAD.area, HYDRATION.area] as const;
/** How exact "last used" is: one write of a time stamp a minute and object, however often it is read. */
const USE_NOTED_EVERY_MS = 60_000;
const PINNED_KNOWN_FOR_MS = 5_000;

export interface HotTierParts {
  readonly files?: Files;
  /** Bytes of objects that no vault holds yet, asked for at most every five seconds. Without it nothing counts as evictable. */
  readonly pinnedBytes?: () => Promise<number>;
}

/**
 * The hot tier in a directory, which any number of processes may share. Uploads grow in `incoming/`, hydrations in
 * `hydrating/`; what is at `objects/aa/bb/<oid>` has been verified and synced. The directories are laid out when the service
 * starts and not later: a volume that has gone must not look like an empty hot tier.
 */
export class DiskHotTier extends HotTier {
  private readonly health = new DiskHealth();
  private readonly occupancy: Occupancy;
  private readonly admission: Admission;

  private constructor(
    private readonly directory: DigestDirectory,
    private readonly settings: SettingsOf<typeof hotTierSettings>,
    { pinnedBytes }: HotTierParts,
  ) {
    super();
    this.occupancy = new Occupancy(directory);
    const pinned = pinnedBytes
      ? remembered(pinnedBytes, PINNED_KNOWN_FOR_MS)
      : async () => (await this.occupancy.current()).bytes;
    this.admission = new Admission(directory, limitsOf(settings), pinned);
  }

  /** `staging.unwritable` when the directory cannot be laid out. */
  static async at(settings: SettingsOf<typeof hotTierSettings>, parts: HotTierParts = {}): Promise<DiskHotTier> {
    try {
      const directory = await DigestDirectory.layOut(settings.hotTierDirectory, AREAS, parts.files ?? nodeFiles);
      return new DiskHotTier(directory, settings, parts);
    } catch (error) {
      throw unwritable(error);
    }
  }

  override async receive(pointer: Pointer, body: Body, signal: AbortSignal): Promise<StagedFile> {
    const reservation = await onDisk(this.admission.reserve(pointer.size));
    const stop = metrics.stageDuration.startTimer();
    try {
      const staged = await new StagedWrite(this.directory, this.health, UPLOAD).run(
        { pointer, body, signal },
        reservation,
      );
      this.occupancy.change(1, pointer.size);
      stop({ result: 'staged' });
      return staged;
    } catch (error) {
      stop({ result: 'failed' });
      throw error;
    } finally {
      reservation.release();
    }
  }

  override async fill(pointer: Pointer, body: Bytes, signal: AbortSignal): Promise<StagedFile> {
    const reservation = await onDisk(this.admission.reserveDisk(pointer.size));
    try {
      const write = new StagedWrite(this.directory, this.health, HYDRATION);
      const staged = await write.run({ pointer, body: pulled(body, signal), signal }, reservation);
      this.occupancy.change(1, pointer.size);
      return staged;
    } finally {
      reservation.release();
    }
  }

  override async open(oid: Oid): Promise<OpenObject | null> {
    const opened = await onDisk(this.directory.open(oid));
    if (opened === null) return null;
    await noteUse(opened);
    const reading = new ReadingFile(opened.file, opened.stats.size);
    return {
      sizeBytes: reading.sizeBytes,
      read: (range, signal) => fromDisk(reading.chunks(range ?? { start: 0, end: reading.sizeBytes - 1 }, signal)),
      readInto: (target, offset) => onDisk(reading.into(target, offset)),
      close: () => reading.close(),
    };
  }

  override async follow(oid: Oid): Promise<GrowingObject | null> {
    const opened = await onDisk(this.directory.openNewestAttempt(HYDRATION.area, oid));
    if (opened === null) return null;
    const reading = new ReadingFile(opened.file, opened.stats.size);
    return { read: (offset, limit) => onDisk(reading.at(offset, limit)), close: () => reading.close() };
  }

  override async holds(oids: readonly Oid[]): Promise<ReadonlySet<Oid>> {
    const held = await onDisk(Promise.all(oids.map(async (oid) => (await this.directory.stat(oid)) !== null)));
    return new Set(oids.filter((_, index) => held[index]));
  }

  override admit(bytes: number): Promise<void> {
    return onDisk(this.admission.admit(bytes));
  }

  override async usage(): Promise<HotUsage> {
    const { capacityBytes } = limitsOf(this.settings);
    const [{ objects, bytes }, incoming, freeBytes, admitting] = await onDisk(
      Promise.all([
        this.occupancy.current(),
        Promise.all(AREAS.map((area) => this.directory.attemptBytes(area))),
        this.directory.freeBytes(),
        this.admission.isOpen(),
      ]),
    );
    const incomingBytes = incoming.reduce((sum, part) => sum + part, 0);
    metrics.stageObjects.set({ state: 'resident' }, objects);
    metrics.stageBytes.set({ state: 'resident' }, bytes);
    metrics.stageBytes.set({ state: 'incoming' }, incomingBytes);
    metrics.stageCapacity.set(capacityBytes);
    metrics.stageFree.set(freeBytes);
    return { objects, bytes, incomingBytes, capacityBytes, freeBytes, admitting };
  }

  override async *residents(): AsyncGenerator<ResidentObject> {
    for await (const { digest, sizeBytes, modifiedAt } of fromDisk(this.directory.entries()))
      if (isOid(digest)) yield { oid: digest, sizeBytes, lastUsedAt: modifiedAt };
  }

  override async rehash(oid: Oid, signal: AbortSignal): Promise<StagedFile | null> {
    const opened = await onDisk(this.directory.open(oid));
    if (opened === null) return null;
    const reading = new ReadingFile(opened.file, opened.stats.size);
    const { sizeBytes } = reading;
    try {
      const chunks = reading.chunks({ start: 0, end: sizeBytes - 1 }, signal);
      const plan = { maxBytes: sizeBytes, algorithms: ['sha256', 'sha1'], signal } as const;
      const [sha256, sha1 = ''] = (await digestOf(pulled(chunks, signal), plan)).digests;
      if (sha256 === oid) return { oid, sizeBytes, sha1: parseSha1(sha1) };
      await this.directory.removeOpened(oid, opened, UPLOAD.area);
      this.occupancy.change(-1, -sizeBytes);
      metrics.integrityFailures.inc({ where: 'stage' });
      throw new Fault('staging.corrupt', { oid, received: sha256 });
    } catch (error) {
      throw diskFault(error instanceof SourceFailed ? error.cause : error);
    } finally {
      await reading.close();
    }
  }

  override async evict(oid: Oid): Promise<void> {
    const resident = await onDisk(this.directory.stat(oid));
    if (resident === null || !(await onDisk(this.directory.remove(oid)))) return;
    this.occupancy.change(-1, -resident.sizeBytes);
    metrics.cacheEvictions.inc();
  }

  override async sweepAttempts(olderThanMs: number): Promise<number> {
    let swept = 0;
    for (const area of AREAS) swept += await onDisk(this.directory.sweep(area, olderThanMs));
    return swept;
  }

  override async check(): Promise<void> {
    this.health.throwIfFailing();
    try {
      await this.directory.probe(UPLOAD.area);
    } catch (error) {
      this.health.note(error);
      throw unwritable(error);
    }
  }
}

const limitsOf = (settings: SettingsOf<typeof hotTierSettings>): Limits => ({
  capacityBytes: settings.hotTierCapacityBytes,
  freeFloorBytes: settings.hotTierFreeFloorBytes,
});

/** The modification time of a verified file is the time of its last use: nothing else ever writes to it. */
const noteUse = async ({ file, stats }: OpenedFile): Promise<void> => {
  const now = new Date();
  if (now.getTime() - stats.mtimeMs < USE_NOTED_EVERY_MS) return;
  // An object that cannot be marked can still be read.
  await file.utimes(now, now).catch(() => undefined);
};

const remembered = <T>(ask: () => Promise<T>, forMs: number): (() => Promise<T>) => {
  let answer: { readonly value: T; readonly at: number } | null = null;
  return async () => {
    if (answer === null || performance.now() - answer.at > forMs)
      answer = { value: await ask(), at: performance.now() };
    return answer.value;
  };
};

const unwritable = (error: unknown): unknown =>
  isFault(error) || errnoOf(error) === undefined
    ? error
    : new Fault('staging.unwritable', { reason: errnoOf(error) }, { cause: error });
