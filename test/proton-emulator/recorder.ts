import type { RecordedCall } from './contract.js';

const KEPT = 100_000;

/** The calls that arrived, the oldest forgotten beyond 100,000. */
export class Recorder {
  private calls: RecordedCall[] = [];
  private last = 0;

  record(call: Omit<RecordedCall, 'number'>): void {
    this.calls.push({ number: ++this.last, ...call });
    if (this.calls.length > KEPT * 1.1) this.calls = this.calls.slice(-KEPT);
  }

  since(number: number): readonly RecordedCall[] {
    return this.calls.filter((call) => call.number > number);
  }

  forget(): void {
    this.calls = [];
  }
}
