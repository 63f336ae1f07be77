import type { Body, StagedFile } from '#application/ports/hot-tier.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { parseSha1, type Pointer } from '#domain/oid.js';
import type { Attempt, DigestDirectory } from '#platform/files/digest-directory.js';
import { copyHashed, SourceTooLong } from '#platform/files/hashed-copy.js';
import { SourceFailed } from '#platform/files/pull-source.js';
import { metrics } from '#platform/metrics.js';
import { reached, type Milestone } from '#platform/milestone.js';
import type { Reservation } from './admission.js';
import { diskFault } from './disk-faults.js';
import type { DiskHealth } from './disk-health.js';

/** From here on, bytes that nobody reads meanwhile go past the page cache. */
const DIRECT_BYTES = 4 * 2 ** 20;

/** How a way into the hot tier names what goes wrong, and the points that it passes. */
export interface Way {
  readonly area: 'incoming' | 'hydrating';
  readonly followed: boolean;
  readonly ownsPieces: boolean;
  readonly tooLong: FaultCode;
  readonly truncated: FaultCode;
  readonly mismatch: FaultCode;
  /** What an error of the source that is no fault comes to; null lets it through. */
  readonly sourceFailed: FaultCode | null;
  /** Label of `integrity_failures_total`. */
  readonly where: string;
  readonly half: Milestone;
  readonly synced?: Milestone;
  readonly renamed?: Milestone;
}

export const UPLOAD: Way = {
  area: 'incoming',
  followed: false,
  ownsPieces: true,
  tooLong: 'body.too-long',
  truncated: 'body.truncated',
  mismatch: 'digest.mismatch',
  sourceFailed: 'body.truncated',
  where: 'client_put',
  half: 'gateway.body-half',
  synced: 'gateway.attempt-synced',
  renamed: 'gateway.renamed',
};

export const HYDRATION: Way = {
  area: 'hydrating',
  followed: true,
  ownsPieces: false,
  tooLong: 'vault.corrupt',
  truncated: 'vault.corrupt',
  mismatch: 'vault.corrupt',
  sourceFailed: null,
  where: 'vault_down',
  half: 'worker.hydrate-half',
};

export interface Incoming {
  readonly pointer: Pointer;
  readonly body: Body;
  readonly signal: AbortSignal;
}

/** Brings one body to its final name, or leaves nothing of it. */
export class StagedWrite {
  constructor(
    private readonly directory: DigestDirectory,
    private readonly health: DiskHealth,
    private readonly way: Way,
  ) {}

  async run(incoming: Incoming, reservation: Reservation): Promise<StagedFile> {
    const { oid, size } = incoming.pointer;
    incoming.signal.throwIfAborted();
    let attempt: Attempt | null = null;
    try {
      attempt = await this.directory.begin(this.way.area, oid, !this.way.followed && size >= DIRECT_BYTES);
      const sha1 = await this.copy(incoming, attempt, reservation);
      await this.publish(attempt, incoming.signal);
      return { oid, sizeBytes: size, sha1: parseSha1(sha1) };
    } catch (error) {
      await attempt?.discard();
      this.health.note(error);
      throw this.faultOf(error, incoming.pointer);
    }
  }

  private async copy({ pointer, body, signal }: Incoming, attempt: Attempt, reservation: Reservation): Promise<string> {
    const { oid, size } = pointer;
    let halfway = false;
    const onWritten = (bytes: number): void => {
      reservation.written(bytes);
      if (halfway || bytes * 2 < size) return;
      halfway = true;
      reached(this.way.half);
    };
    const { ownsPieces } = this.way;
    const plan = { maxBytes: size, algorithms: ['sha256', 'sha1'], signal, onWritten, ownsPieces } as const;
    const { bytes, digests } = await copyHashed(body, attempt.file, plan);
    if (bytes < size) throw new Fault(this.way.truncated, { oid, expected: size, received: bytes });
    const [sha256, sha1 = ''] = digests;
    if (sha256 === oid) return sha1;
    metrics.integrityFailures.inc({ where: this.way.where });
    throw new Fault(this.way.mismatch, { oid, received: sha256 });
  }

  private async publish(attempt: Attempt, signal: AbortSignal): Promise<void> {
    await timed('file', () => attempt.sync());
    if (this.way.synced) reached(this.way.synced);
    signal.throwIfAborted();
    await timed('dir', () => attempt.publish());
    if (this.way.renamed) reached(this.way.renamed);
  }

  private faultOf(error: unknown, { oid, size }: Pointer): unknown {
    if (error instanceof SourceTooLong) return new Fault(this.way.tooLong, { oid, expected: size });
    if (!(error instanceof SourceFailed)) return diskFault(error);
    const { cause } = error;
    if (isFault(cause) || this.way.sourceFailed === null) return cause;
    return new Fault(this.way.sourceFailed, { oid, expected: size }, { cause });
  }
}

const timed = async (target: 'file' | 'dir', work: () => Promise<void>): Promise<void> => {
  const stop = metrics.stageFsync.startTimer({ target });
  await work();
  stop();
};
