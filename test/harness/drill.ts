import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AckLedger } from './ack-ledger.js';
import { Client, writeRandomFile } from './client.js';
import { Stack, type StackOptions } from './stack.js';

/** Settings that make the periods of healing short, so that a drill sees minutes of a real server in seconds. */
export const IMPATIENT: Readonly<Record<string, string>> = {
  BALLAST_COMPARE_PERIOD: '2s',
  BALLAST_JANITOR_PERIOD: '5s',
  BALLAST_STALE_ATTEMPT_AGE: '10s',
  BALLAST_ADOPT_AFTER: '3s',
  BALLAST_VAULT_JANITOR_PERIOD: '5s',
  BALLAST_VAULT_STALE_ATTEMPT_AGE: '10s',
  BALLAST_RESTART_PAUSE_MAX: '1s',
};

/** A running stack, a person who pushes to it, and the ledger of what that person was told. */
export class Drill {
  readonly directory = mkdtempSync(join(tmpdir(), 'ballast-drill-'));
  readonly stack: Stack;
  readonly client: Client;
  readonly ledger: AckLedger;
  private round = 0;

  constructor(options: StackOptions = {}, leftElsewhere?: () => Promise<readonly string[]>) {
    this.stack = new Stack({ ...options, environment: { ...IMPATIENT, ...options.environment } });
    this.client = new Client(this.directory);
    this.ledger = new AckLedger(this.stack, leftElsewhere);
  }

  async start(): Promise<this> {
    await this.stack.start();
    await this.client.prepare();
    return this;
  }

  /** Commits new random files of the given sizes in a working copy of its own. */
  async work(sizes: readonly number[]): Promise<string> {
    this.round += 1;
    const copy = await this.client.workingCopy(`work-${this.round}`, this.stack.lfsUrl());
    sizes.forEach((size, index) => writeRandomFile(join(copy, `round-${this.round}`, `${index}.bin`), size));
    await this.client.commit(copy, `round ${this.round}`);
    return copy;
  }

  /** Pushes as a person does: again after a failure, for up to `patienceMs`; notes the objects once a push exits 0. */
  async pushUntilDone(copy: string, patienceMs = 180_000): Promise<number> {
    const until = Date.now() + patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      const pushed = await this.client.push(copy, basename(copy), patienceMs);
      if (pushed.code === 0) {
        await this.ledger.note(copy);
        return attempt;
      }
      if (Date.now() > until)
        throw new Error(`push never got through: ${pushed.stderr}\n${this.stack.output.slice(-4_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async dispose(): Promise<void> {
    await this.stack.dispose();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Sizes of a small push that has every kind of object: tiny, of a block, and of several slabs. */
export const SOME_OF_EACH: readonly number[] = [1, 100, 40_000, 300_000, 1_500_000, 9_000_000];
