import type { Drill } from './drill.js';
import type { ServiceName } from './stack.js';

/** `second-worker`: one beside the supervised one, as on another host. */
export type Victim = ServiceName | 'second-worker';

export interface RandomKills {
  /** At least: it goes on until so much has been acknowledged, for how many pushes get through is chance. */
  readonly kills: number;
  /** More objects than this, of the whole drill. */
  readonly acknowledged: number;
  readonly victims: readonly Victim[];
  /** Bytes of the files of each push. */
  readonly sizes: readonly number[];
  readonly pauseMs: { readonly least: number; readonly most: number };
}

const SEED = 20_261_121;
/** What is pushed gets through in the end; how fast under kills is not what is looked at. */
const PATIENCE_MS = 600_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A person pushes again and again while somebody kills processes (SIGKILL), at random moments that are the same each time. */
export const pushUnderRandomKills = async (
  drill: Drill,
  { kills, acknowledged, victims, sizes, pauseMs }: RandomKills,
): Promise<void> => {
  const random = seeded(SEED);
  const second = new SecondWorker(drill, victims.includes('second-worker'));
  let pushing = true;
  const pushes = (async () => {
    while (pushing) await drill.pushUntilDone(await drill.work(sizes), PATIENCE_MS);
  })();
  // A push that never gets through ends the drill at once; it is awaited below.
  pushes.catch(() => (pushing = false));
  for (let done = 0; (done < kills || drill.ledger.size <= acknowledged) && pushing;) {
    await pause(pauseMs.least + random() * (pauseMs.most - pauseMs.least));
    const victim = victims[Math.floor(random() * victims.length)] ?? 'worker';
    // Who is dead already is being started again; killed as soon as it is there, it would never get anything done.
    if (kill(victim === 'second-worker' ? second.take() : pidOf(drill, victim))) done += 1;
  }
  pushing = false;
  await pushes;
  await second.end();
  await drill.stack.ready();
};

/** Started anew whenever it is dead. */
class SecondWorker {
  private pid: number | null = null;
  private starting: Promise<void> | null = null;

  constructor(
    private readonly drill: Drill,
    isWanted: boolean,
  ) {
    if (isWanted) this.start();
  }

  /** Of the one that runs, to be killed; null while there is none. */
  take(): number | null {
    const { pid } = this;
    this.pid = null;
    this.start();
    return pid;
  }

  async end(): Promise<void> {
    await this.starting;
    kill(this.pid);
  }

  private start(): void {
    if (this.pid !== null) return;
    // It takes its environment from the supervised one, which may be dead.
    this.starting ??= this.drill.stack
      .startSecondWorker()
      .then((pid) => void (this.pid = pid))
      .catch(() => undefined)
      .finally(() => (this.starting = null));
  }
}

const pidOf = ({ stack }: Drill, service: ServiceName): number | null => {
  try {
    return stack.pid(service);
  } catch {
    return null;
  }
};

const kill = (pid: number | null): boolean => {
  try {
    return pid !== null && process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
};

const seeded =
  (seed: number): (() => number) =>
  () =>
    (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
