import type { Clock } from '#application/ports/clock.js';
import { isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { unlessAborted } from '#platform/files/pull-source.js';
import type { NodeFacts, NodeUid } from '../drive.js';

type Describe = (nodes: readonly NodeUid[], signal: AbortSignal) => Promise<readonly NodeFacts[]>;

interface Waiting {
  readonly node: NodeUid;
  readonly signal: AbortSignal;
  readonly told: PromiseWithResolvers<readonly NodeFacts[]>;
}

/** What the SDK puts into one request. */
const NODES_A_REQUEST = 30;
/** How long the first of a group waits for others: as long as so many looks take, but never longer than that. */
const LOOKS_LINGERED = 2;
const LINGER_MAX_MS = 200;

/** What one node can be the reason of: the others of its group are then asked for without it. */
const OF_ONE_NODE: ReadonlySet<FaultCode> = new Set([
  'vault.absent',
  'vault.corrupt',
  'vault.undecryptable',
  'vault.structure',
  'vault.unexpected',
]);

/**
 * Looks at single nodes, many in one request: what is asked for while a look is under way, and for a while after that is
 * measured by it, is asked for together. So a look waits when requests are slow or scarce, and never when no other is expected.
 *
 * A look begins after it was asked for, so that it tells what an upload that ended before has left. Each is told of its own
 * node only, and fails by itself.
 */
export class GroupedLooks {
  private waiting: Waiting[] = [];
  private looking = false;
  private wake: AbortController | null = null;
  private lastLookMs = 0;

  /** `moreExpected`: whether another look is likely to be asked for soon. */
  constructor(
    private readonly describe: Describe,
    private readonly moreExpected: () => boolean,
    private readonly clock: Clock,
  ) {}

  /** Of the node alone; nothing when it does not exist. Faults as of Drive. */
  look(node: NodeUid, signal: AbortSignal): Promise<readonly NodeFacts[]> {
    signal.throwIfAborted();
    const told = Promise.withResolvers<readonly NodeFacts[]>();
    this.waiting.push({ node, signal, told });
    if (this.isComplete()) this.wake?.abort();
    if (!this.looking) void this.lookOn();
    return unlessAborted(told.promise, signal);
  }

  /** Never rejects. */
  private async lookOn(): Promise<void> {
    this.looking = true;
    while (this.waiting.length > 0) {
      await this.linger();
      const group = this.waiting.splice(0, NODES_A_REQUEST).filter(({ signal }) => !signal.aborted);
      const begun = this.clock.now().getTime();
      if (group.length > 0) await this.together(group);
      this.lastLookMs = this.clock.now().getTime() - begun;
    }
    this.looking = false;
  }

  private async linger(): Promise<void> {
    if (this.lastLookMs === 0 || this.isComplete()) return;
    this.wake = new AbortController();
    await this.clock.sleep(Math.min(this.lastLookMs * LOOKS_LINGERED, LINGER_MAX_MS), this.wake.signal);
    this.wake = null;
  }

  private isComplete(): boolean {
    return this.waiting.length >= NODES_A_REQUEST || !this.moreExpected();
  }

  private async together(group: readonly Waiting[]): Promise<void> {
    try {
      await this.ask(group);
    } catch (error) {
      const again = group.length > 1 && isOfOneNode(error);
      await Promise.all(
        group.map((one) => (again ? this.ask([one]).catch(one.told.reject) : Promise.resolve(one.told.reject(error)))),
      );
    }
  }

  private async ask(group: readonly Waiting[]): Promise<void> {
    const over = new AbortController();
    const done = new AbortController();
    // Ends once nobody wants the answer any more.
    const onAbort = (): void => {
      if (group.every(({ signal }) => signal.aborted)) over.abort(group[0]?.signal.reason);
    };
    for (const { signal } of group) signal.addEventListener('abort', onAbort, { signal: done.signal });
    try {
      const found = await this.describe([...new Set(group.map(({ node }) => node))], over.signal);
      for (const { node, told } of group) told.resolve(found.filter((facts) => facts.node === node));
    } finally {
      done.abort();
    }
  }
}

const isOfOneNode = (error: unknown): boolean => isFault(error) && OF_ONE_NODE.has(error.code);
