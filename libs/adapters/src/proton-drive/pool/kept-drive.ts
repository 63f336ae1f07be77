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

/** A process of the SDK that runs. */
export interface RunningDrive {
  readonly drive: Drive;
  /** Resolves when it is over for good. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface KeptSettings {
  /** Carried out at once. */
  readonly transfersMax: number;
  /** How long a call waits while no process runs. */
  readonly patienceMs?: number;
}

export interface KeptDeps {
  /** Starts a process; rejects when it cannot. */
  readonly start: () => Promise<RunningDrive>;
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
 * A Drive in a process of its own, which is replaced when it ends, with growing pauses while it keeps ending. Calls of a process
 * that ended reject with `vault.unavailable`, so that their jobs run again; later ones wait for the next.
 */
export class KeptDrive extends Drive {
  private readonly seats: Seats;
  private readonly over = new AbortController();
  private running: RunningDrive | null = null;
  private readonly kept: Promise<void>;

  constructor(
    { transfersMax, patienceMs = PATIENCE_MS }: KeptSettings,
    private readonly deps: KeptDeps,
  ) {
    super();
    this.seats = new Seats(transfersMax, patienceMs, deps.clock);
    this.kept = this.keep();
  }

  /** False while calls would have to wait for a process. */
  get isUp(): boolean {
    return this.seats.areThere;
  }

  /** Stops the process; calls that wait or come later reject with `service.draining`. */
  async close(): Promise<void> {
    this.over.abort();
    this.seats.refuseAll(new Fault('service.draining'));
    await this.running?.stop();
    await this.kept;
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

  private async keep(): Promise<void> {
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
      this.running = await this.deps.start();
      // Closed while it started.
      if (this.over.signal.aborted) await this.running.stop();
      const clear = this.seats.fill(this.running.drive);
      await this.running.ended;
      clear();
    } catch (error) {
      this.deps.logger.warn({ err: error }, 'a process of the Proton Drive SDK could not be started');
    }
    this.running = null;
  }
}
