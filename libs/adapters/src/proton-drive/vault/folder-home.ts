import type { Clock } from '#application/ports/clock.js';
import type { Drive, NodeUid } from '../drive.js';
import { GroupedLooks } from './grouped-looks.js';

/** A Drive that comes and goes. */
export interface Standing {
  readonly drive: Drive;
  /** False while calls would have to wait for it. */
  readonly isUp: () => boolean;
}

/** Transfers of small files, of large ones, and calls that are no transfer. */
export type Load = 'small' | 'large' | 'call';

/** A transfer keeps a core busy for long, a call hardly does. */
const TRANSFER_WEIGHT = 8;

/** A Drive that remembers what it once learnt of a folder, as a process of the SDK does, and what it has to do. */
export class FolderHome {
  /** How many folders belong to it. */
  folders = 0;
  readonly looks: GroupedLooks;
  private readonly underWay: Record<Load, number> = { small: 0, large: 0, call: 0 };

  /** `transfersMax`: how many it carries out at once. */
  constructor(
    private readonly standing: Standing,
    private readonly transfersMax: number,
    clock: Clock,
  ) {
    const describe = (nodes: readonly NodeUid[], signal: AbortSignal) =>
      this.carry('call', (drive) => drive.describe(nodes, signal));
    this.looks = new GroupedLooks(describe, () => this.underWay.small > 0, clock);
  }

  get isUp(): boolean {
    return this.standing.isUp();
  }

  get load(): number {
    return this.transfers * TRANSFER_WEIGHT + this.underWay.call;
  }

  /**
   * Whether a small file had better go to the other one, where it is strange: it would wait here for large ones, or for more small
   * ones than are carried out at once.
   */
  isBusyBeside(other: FolderHome): boolean {
    if (this.transfers < this.transfersMax) return false;
    return this.underWay.large > 0 || this.transfers - other.transfers > this.transfersMax;
  }

  async carry<T>(load: Load, work: (drive: Drive) => Promise<T>): Promise<T> {
    this.underWay[load] += 1;
    try {
      return await work(this.standing.drive);
    } finally {
      this.underWay[load] -= 1;
    }
  }

  async *stream<T>(load: Load, work: (drive: Drive) => AsyncIterable<T>): AsyncGenerator<T> {
    this.underWay[load] += 1;
    try {
      yield* work(this.standing.drive);
    } finally {
      this.underWay[load] -= 1;
    }
  }

  private get transfers(): number {
    return this.underWay.small + this.underWay.large;
  }
}
