import type { Bytes } from '#application/ports/blob-store.js';
import type { Clock, Random } from '#application/ports/clock.js';
import { Fault } from '#domain/fault/fault.js';
import type { Logger } from '#platform/logger.js';
import {
  Drive,
  type LinkFacts,
  type NewFile,
  type NodeFacts,
  type NodeUid,
  type UploadOutcome,
  type VolumeChanges,
} from '../drive.js';
import { Seats, type Load } from './seats.js';

/** A process of the SDK as the pool sees it. */
export interface PoolMember {
  readonly drive: Drive;
  /** Resolves when it is over for good. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface PoolSettings {
  readonly processes: number;
  /** In each process at once. */
  readonly transfersMax: number;
  /** How long a call waits while no process runs. */
  readonly patienceMs?: number;
}

export interface PoolDeps {
  /** Starts one process; rejects when it cannot. */
  readonly start: () => Promise<PoolMember>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const PATIENCE_MS = 30_000;
const BACKOFF_LEAST_MS = 250;
const BACKOFF_MOST_MS = 30_000;
/** A process that lived so long did not die of its start. */
const HEALTHY_MS = 60_000;

/**
 * A Drive made of several processes: each call goes to the one that does the least, and a process that ends is replaced,
 * with growing pauses while it keeps ending. Calls of a process that ended reject with `vault.unavailable`, so that their jobs
 * run again.
 */
export class DrivePool extends Drive {
  private readonly seats: Seats;
  private readonly over = new AbortController();
  private readonly members = new Set<PoolMember>();
  private readonly kept: readonly Promise<void>[];

  constructor(
    settings: PoolSettings,
    private readonly deps: PoolDeps,
  ) {
    super();
    this.seats = new Seats(settings.transfersMax, settings.patienceMs ?? PATIENCE_MS, deps.clock);
    this.kept = Array.from({ length: settings.processes }, () => this.keepOne());
  }

  /** Stops every process; calls that wait or come later reject with `service.draining`. */
  async close(): Promise<void> {
    this.over.abort();
    this.seats.refuseAll(new Fault('service.draining'));
    await Promise.all([...this.members].map((member) => member.stop()));
    await Promise.all(this.kept);
  }

  override root(signal: AbortSignal): Promise<NodeUid> {
    return this.use('call', signal, (drive) => drive.root(signal));
  }

  override ensureFolder(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid> {
    return this.use('call', signal, (drive) => drive.ensureFolder(parent, name, signal));
  }

  override find(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid | null> {
    return this.use('call', signal, (drive) => drive.find(parent, name, signal));
  }

  override upload(file: NewFile, source: Bytes, signal: AbortSignal): Promise<UploadOutcome> {
    return this.use('transfer', signal, (drive) => drive.upload(file, source, signal));
  }

  override download(node: NodeUid, signal: AbortSignal): Bytes {
    return this.read('transfer', signal, (drive) => drive.download(node, signal));
  }

  override sample(
    node: NodeUid,
    range: { readonly start: number; readonly end: number },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    return this.use('transfer', signal, (drive) => drive.sample(node, range, signal));
  }

  override links(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly LinkFacts[]> {
    return this.use('call', signal, (drive) => drive.links(nodes, signal));
  }

  override describe(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly NodeFacts[]> {
    return this.use('call', signal, (drive) => drive.describe(nodes, signal));
  }

  override children(folder: NodeUid, signal: AbortSignal): AsyncIterable<NodeFacts> {
    return this.read('call', signal, (drive) => drive.children(folder, signal));
  }

  override removeDraft(parent: NodeUid, name: string, signal: AbortSignal): Promise<boolean> {
    return this.use('call', signal, (drive) => drive.removeDraft(parent, name, signal));
  }

  override trash(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    return this.use('call', signal, (drive) => drive.trash(nodes, signal));
  }

  override restore(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    return this.use('call', signal, (drive) => drive.restore(nodes, signal));
  }

  override remove(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    return this.use('call', signal, (drive) => drive.remove(nodes, signal));
  }

  override events(since: string | null, signal: AbortSignal): Promise<VolumeChanges> {
    return this.use('call', signal, (drive) => drive.events(since, signal));
  }

  override space(signal: AbortSignal): Promise<{ readonly usedBytes: number; readonly maxBytes: number }> {
    return this.use('call', signal, (drive) => drive.space(signal));
  }

  private async use<T>(load: Load, signal: AbortSignal, work: (drive: Drive) => Promise<T>): Promise<T> {
    this.expectOpen();
    const seat = await this.seats.take(load, signal);
    try {
      return await work(seat.drive);
    } finally {
      seat.leave();
    }
  }

  private async *read<T>(load: Load, signal: AbortSignal, work: (drive: Drive) => AsyncIterable<T>): AsyncGenerator<T> {
    this.expectOpen();
    const seat = await this.seats.take(load, signal);
    try {
      yield* work(seat.drive);
    } finally {
      seat.leave();
    }
  }

  private expectOpen(): void {
    if (this.over.signal.aborted) throw new Fault('service.draining');
  }

  private async keepOne(): Promise<void> {
    const { clock, random, logger } = this.deps;
    let failures = 0;
    while (!this.over.signal.aborted) {
      const startedAt = clock.now().getTime();
      await this.runOne();
      if (this.over.signal.aborted) return;
      failures = clock.now().getTime() - startedAt > HEALTHY_MS ? 1 : failures + 1;
      const backoffMs =
        Math.min(BACKOFF_MOST_MS, BACKOFF_LEAST_MS * 2 ** (failures - 1)) * (0.5 + random.fraction() / 2);
      logger.warn({ failures, backoffMs }, 'a process of the Proton Drive SDK ended; another one replaces it');
      await clock.sleep(backoffMs, this.over.signal);
    }
  }

  /** From the start of one process to its end. Never rejects. */
  private async runOne(): Promise<void> {
    try {
      const member = await this.deps.start();
      this.members.add(member);
      // Closed while it started.
      if (this.over.signal.aborted) await member.stop();
      const remove = this.seats.add(member.drive);
      await member.ended;
      remove();
      this.members.delete(member);
    } catch (error) {
      this.deps.logger.warn({ err: error }, 'a process of the Proton Drive SDK could not be started');
    }
  }
}
