import { StepClock } from '#testing/memory/step-clock.js';
import { Fault } from '#domain/fault/fault.js';
import type { NodeFacts, NodeUid } from '../drive.js';
import { GroupedLooks } from './grouped-looks.js';

const never = (): AbortSignal => new AbortController().signal;
const factsOf = (node: NodeUid): NodeFacts => ({
  ...{ node, parent: 'v~parent', kind: 'file', name: node, trashed: false, revision: `${node}~r`, storedBytes: 1 },
  ...{ claimedBytes: 1, claimedSha1: null, mark: null, authentic: true },
});
const throwIfAny = (fault: Fault | undefined): void => {
  if (fault !== undefined) throw fault;
};
const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('looks at single nodes', () => {
  let clock: StepClock;
  let asked: string[][];
  let signals: AbortSignal[];
  /** How long one request takes. */
  let takesMs: number;
  let more: boolean;
  let bad: ReadonlyMap<NodeUid, Fault>;
  let looks: GroupedLooks;

  beforeEach(() => {
    clock = new StepClock();
    [asked, signals, takesMs, more, bad] = [[], [], 50, true, new Map()];
    const describe = async (nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly NodeFacts[]> => {
      asked.push([...nodes]);
      signals.push(signal);
      await clock.sleep(takesMs, signal);
      signal.throwIfAborted();
      for (const node of nodes) throwIfAny(bad.get(node));
      return nodes.filter((node) => node !== 'gone').map(factsOf);
    };
    looks = new GroupedLooks(describe, () => more, clock);
  });

  /** So that those that come next find a look under way. */
  const first = async (): Promise<{ readonly told: Promise<unknown> }> => {
    const told = looks.look('first', never());
    await rest();
    return { told };
  };

  it('asks at once when nothing was asked before', async () => {
    const told = looks.look('a', never());
    await clock.advance(50);
    await expect(told).resolves.toEqual([factsOf('a')]);
  });

  it('asks together for what comes while it asks, and tells each of its own node only', async () => {
    const begun = await first();
    const told = ['a', 'gone', 'b'].map((node) => looks.look(node, never()));
    await clock.advance(1_000);
    await begun.told;
    expect(asked).toEqual([['first'], ['a', 'gone', 'b']]);
    await expect(Promise.all(told)).resolves.toEqual([[factsOf('a')], [], [factsOf('b')]]);
  });

  it('never lets a look under way answer for what is asked later', async () => {
    const begun = await first();
    const told = looks.look('first', never());
    await clock.advance(1_000);
    await Promise.all([begun.told, told]);
    expect(asked).toEqual([['first'], ['first']]);
  });

  it.each([
    ['twice as long as the last look took', 50, 100],
    ['200 ms at the most', 5_000, 200],
  ])('waits for others %s', async (_, lasting, lingered) => {
    takesMs = lasting;
    const begun = await first();
    await clock.advance(lasting);
    await begun.told;
    const told = looks.look('a', never());
    await clock.advance(lingered - 1);
    const other = looks.look('b', never());
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    expect(asked[1]).toEqual(['a', 'b']);
    await clock.advance(lasting);
    await Promise.all([told, other]);
  });

  it('waits for nobody once no other is expected', async () => {
    const begun = await first();
    await clock.advance(50);
    await begun.told;
    const told = looks.look('a', never());
    await clock.advance(10);
    more = false;
    const last = looks.look('b', never());
    await rest();
    expect(asked[1]).toEqual(['a', 'b']);
    await clock.advance(50);
    await Promise.all([told, last]);
    const alone = looks.look('c', never());
    await rest();
    expect(asked[2]).toEqual(['c']);
    await clock.advance(50);
    await alone;
  });

  it('asks for no more than the SDK puts into one request', async () => {
    const begun = await first();
    const told = Array.from({ length: 70 }, (_, index) => looks.look(`n${index}`, never()));
    await clock.advance(2_000);
    await Promise.all([begun.told, ...told]);
    expect(asked.map((nodes) => nodes.length)).toEqual([1, 30, 30, 10]);
  });

  it.each(['vault.undecryptable', 'vault.unexpected', 'vault.structure'] as const)(
    'fails only the one that %s is about',
    async (code) => {
      bad = new Map([['bad', new Fault(code)]]);
      const begun = await first();
      const told = ['a', 'bad', 'b'].map((node) => looks.look(node, never()));
      const outcomes = Promise.allSettled(told);
      await clock.advance(1_000);
      await begun.told;
      expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      await expect(told[1]).rejects.toMatchObject({ code });
      expect(asked.slice(2)).toEqual([['a'], ['bad'], ['b']]);
    },
  );

  it.each(['vault.unavailable', 'vault.abuse-blocked'] as const)('asks nobody again after %s', async (code) => {
    bad = new Map([['bad', new Fault(code)]]);
    const begun = await first();
    const outcomes = Promise.allSettled(['a', 'bad'].map((node) => looks.look(node, never())));
    await clock.advance(1_000);
    await begun.told;
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { code } });
    expect(asked).toHaveLength(2);
  });

  it('goes on for the others when one gives up, and ends when all have', async () => {
    takesMs = 10_000;
    const [one, other] = [new AbortController(), new AbortController()];
    const begun = looks.look('first', one.signal).catch((error: unknown) => error);
    await rest();
    const told = looks.look('a', other.signal);
    const both = looks.look('b', never());
    one.abort(new Fault('attempt.deadline'));
    await expect(begun).resolves.toMatchObject({ code: 'attempt.deadline' });
    expect(signals[0]?.aborted).toBe(true);
    await clock.advance(1_000);
    expect(asked[1]).toEqual(['a', 'b']);
    other.abort(new Fault('attempt.deadline'));
    await expect(told).rejects.toMatchObject({ code: 'attempt.deadline' });
    expect(signals[1]?.aborted).toBe(false);
    await clock.advance(10_000);
    await expect(both).resolves.toEqual([factsOf('b')]);
  });
});
