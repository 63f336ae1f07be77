import type { WritableFile } from './writable-file.js';

const STEP_BYTES = 64 * 2 ** 20;
/** Each holds a thread of the pool that serves every file operation of the process. */
const MOST_AT_ONCE = 2;

let underWay = 0;

/**
 * Sends to the disk what is written while more arrives, so that the sync at the end is short. A failure must not get
 * lost: the system reports one only once a file, so the sync at the end would say that all is well.
 */
export class WriteBack {
  private sent = 0;
  private busy = false;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly file: WritableFile) {}

  /** So many bytes are in the file. */
  written(bytes: number): void {
    if (this.busy || bytes - this.sent < STEP_BYTES || underWay >= MOST_AT_ONCE) return;
    this.sent = bytes;
    this.busy = true;
    underWay += 1;
    this.last = this.last.then(() => this.file.writeBack()).finally(() => this.ended());
    this.last.catch(() => undefined); // thrown by finish
  }

  /** Waits until nothing is on its way. Throws what went wrong. */
  finish(): Promise<void> {
    return this.last;
  }

  private ended(): void {
    this.busy = false;
    underWay -= 1;
  }
}
