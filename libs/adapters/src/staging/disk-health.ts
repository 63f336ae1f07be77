import { Fault } from '#domain/fault/fault.js';
import { errnoOf } from '#platform/files/files.js';

const SICK_MS = 60_000;

/** Remembers that the disk lost bytes: until a minute has passed without another failure it counts as failing. */
export class DiskHealth {
  private failure: { readonly at: number; readonly reason: string } | null = null;

  note(error: unknown): void {
    const reason = errnoOf(error);
    if (reason === 'EIO') this.failure = { at: performance.now(), reason };
  }

  throwIfFailing(): void {
    if (this.failure === null || performance.now() - this.failure.at > SICK_MS) return;
    throw new Fault('staging.unwritable', { reason: `${this.failure.reason} within the last minute` });
  }
}
