import { setTimeout as delay } from 'node:timers/promises';
import { Clock } from '#application/ports/clock.js';
import type { VaultSessions, VaultSession } from '#application/ports/vault-sessions.js';
import { Fault } from '#domain/fault/fault.js';
import type { Stop } from '#domain/vault/vault.js';
import { MemoryDatabase } from '#testing/memory/memory-database.js';
import { MemoryLeases } from '#testing/memory/memory-leases.js';
import { MemoryVaultSessions } from '#testing/memory/memory-vault-sessions.js';
import { SeededRandom, TestClock } from '#testing/memory/test-clock.js';
import { SessionKeeper } from './session-keeper.js';

/** Sleeps for real, but tells the time of another clock, which is moved by hand. */
class HandClock extends Clock {
  constructor(private readonly hand: TestClock) {
    super();
  }
  override now = () => this.hand.now();
  override sleep = (ms: number, signal?: AbortSignal) =>
    delay(ms < 5_000 ? Math.min(ms, 20) : ms, null, { signal }).then(nothing, nothing);
}
const nothing = (): void => undefined;

interface Live {
  round: number;
  revoked: boolean;
}

/** Sessions as Proton keeps them: refresh tokens work once, and a child ends with its parent. */
class Proton {
  readonly live = new Map<string, Live>();
  readonly calls: string[] = [];
  failure: Fault | null = null;
  lifeMs: number | null = 24 * 3_600_000;
  private children = 0;

  constructor(private readonly clock: Clock) {}

  issue(uid: string): VaultSession {
    const round = (this.live.get(uid)?.round ?? 0) + 1;
    this.live.set(uid, { round, revoked: false });
    const accessExpiresAt =
      this.lifeMs === null ? null : new Date(this.clock.now().getTime() + this.lifeMs).toISOString();
    return {
      uid,
      accessToken: `a-${uid}-${round}`,
      refreshToken: `r-${uid}-${round}`,
      keyPassword: 'kp',
      accessExpiresAt,
    };
  }

  readonly refresh = async (session: VaultSession): Promise<VaultSession> => {
    await this.called(`refresh ${session.uid}`);
    const { round, revoked } = this.live.get(session.uid) ?? { round: 0, revoked: true };
    if (revoked || session.refreshToken !== `r-${session.uid}-${round}`) throw refused('refresh-token');
    return this.issue(session.uid);
  };

  readonly fork = async (parent: VaultSession): Promise<VaultSession> => {
    await this.called(`fork ${parent.uid}`);
    const { round, revoked } = this.live.get(parent.uid) ?? { round: 0, revoked: true };
    if (revoked || parent.accessToken !== `a-${parent.uid}-${round}`) throw refused('access-token');
    return this.issue(`child-${++this.children}`);
  };

  private async called(what: string): Promise<void> {
    this.calls.push(what);
    await delay(5);
    if (this.failure) throw this.failure;
  }
}

const refused = (reason: string): Fault => new Fault('vault.session-refused', { reason });

/** Counts who asks, and lets time pass before it answers. */
class SlowLeases extends MemoryLeases {
  asked = 0;
  slowMs = 0;
  override async acquire(...args: Parameters<MemoryLeases['acquire']>) {
    this.asked += 1;
    await delay(this.slowMs * this.asked);
    return super.acquire(...args);
  }
}

/** A store that fails a number of times after what was asked of Proton. */
class StumblingSessions extends MemoryVaultSessions {
  failures: Error[] = [];
  override async replace(...args: Parameters<VaultSessions['replace']>) {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    return super.replace(...args);
  }
}

const begin = async ({ keepers: count = 1, parent = true }: { keepers?: number; parent?: boolean } = {}) => {
  const hand = new TestClock();
  const clock = new HandClock(hand);
  const proton = new Proton(clock);
  const sessions = new StumblingSessions(clock);
  const leases = new SlowLeases(new MemoryDatabase(hand));
  const stops: Stop[] = [];
  const breaker = {
    stops: async () => stops,
    stop: async (cause: Stop['cause'], detail: string) =>
      void stops.push({ cause, detail, openedAt: clock.now().toISOString(), until: null }),
  };
  const parentSession = proton.issue('parent');
  if (parent) await sessions.replace('parent', parentSession, null);
  const child = proton.issue('child-0');
  await sessions.replace('child', child, null);
  const tools = { vault: 'proton-drive', clock, random: new SeededRandom(), breaker };
  const keepers = Array.from({ length: count }, () => new SessionKeeper(sessions, proton, leases, tools));
  return { hand, proton, sessions, leases, stops, child, keepers, keeper: keepers[0] as SessionKeeper };
};

describe('the keeper of a session', () => {
  it('hands out what is stored without asking Proton', async () => {
    const { keeper, proton } = await begin();
    expect(await keeper.tokens(null)).toEqual({ uid: 'child-0', accessToken: 'a-child-0-1' });
    expect(await keeper.keyPassword()).toBe('kp');
    expect(proton.calls).toEqual([]);
  });

  it('renews once however many are refused at the same time', async () => {
    const { keeper, proton, leases } = await begin();
    const given = await Promise.all(Array.from({ length: 8 }, () => keeper.tokens('a-child-0-1')));
    expect(leases.asked).toBe(1);
    expect(new Set(given.map(({ accessToken }) => accessToken))).toEqual(new Set(['a-child-0-2']));
    expect(proton.calls).toEqual(['refresh child-0']);
  });

  it('renews once over four processes, whose losers take what the winner stored', async () => {
    const { keepers, proton, sessions } = await begin({ keepers: 4 });
    const given = await Promise.all(keepers.flatMap((keeper) => [1, 2].map(() => keeper.tokens('a-child-0-1'))));
    expect(new Set(given.map(({ accessToken }) => accessToken))).toEqual(new Set(['a-child-0-2']));
    expect(proton.calls).toEqual(['refresh child-0']);
    expect((await sessions.load('child'))?.session.refreshToken).toBe('r-child-0-2');
  });

  it('looks again once its turn has come: another may have renewed it meanwhile', async () => {
    const { keepers, proton, leases } = await begin({ keepers: 2 });
    leases.slowMs = 40;
    const given = await Promise.all(keepers.map((keeper) => keeper.tokens('a-child-0-1')));
    expect(given.map(({ accessToken }) => accessToken)).toEqual(['a-child-0-2', 'a-child-0-2']);
    expect(proton.calls).toEqual(['refresh child-0']);
  });

  it('gives one that was refused what is newer, without a call', async () => {
    const { keepers, proton } = await begin({ keepers: 2 });
    await keepers[0]?.tokens('a-child-0-1');
    await keepers[1]?.tokens('a-child-0-1');
    expect(proton.calls).toHaveLength(1);
  });

  it('renews five minutes before the end', async () => {
    const { keeper, proton, hand } = await begin();
    hand.advance(24 * 3_600_000 - 301_000);
    await keeper.tokens(null);
    expect(proton.calls).toEqual([]);
    hand.advance(2_000);
    expect((await keeper.tokens(null)).accessToken).toBe('a-child-0-2');
  });

  it('renews a short-lived one once four fifths of its life are over, and not with every call', async () => {
    const { keeper, proton, sessions, hand } = await begin();
    proton.lifeMs = 10_000;
    await sessions.remove('child');
    await sessions.replace('child', proton.issue('child-0'), null);
    hand.advance(7_900);
    expect((await keeper.tokens(null)).accessToken).toBe('a-child-0-2');
    hand.advance(200);
    expect((await keeper.tokens(null)).accessToken).toBe('a-child-0-3');
    expect((await keeper.tokens(null)).accessToken).toBe('a-child-0-3');
    expect(proton.calls).toHaveLength(1);
  });

  it('goes on with the old tokens when an early renewal fails for want of a connection, and tries again later', async () => {
    const { keeper, proton, hand } = await begin();
    hand.advance(24 * 3_600_000 - 200_000);
    proton.failure = new Fault('vault.unavailable', { reason: 'ECONNREFUSED' });
    for (let turn = 0; turn < 3; turn += 1) expect((await keeper.tokens(null)).accessToken).toBe('a-child-0-1');
    expect(proton.calls).toHaveLength(1);
    proton.failure = null;
    hand.advance(31_000);
    expect((await keeper.tokens(null)).accessToken).toBe('a-child-0-2');
  });

  it('says so when tokens that were refused cannot be renewed for want of a connection', async () => {
    const { keeper, proton, stops } = await begin();
    proton.failure = new Fault('vault.unavailable');
    await expect(keeper.tokens('a-child-0-1')).rejects.toMatchObject({ code: 'vault.unavailable' });
    expect(stops).toEqual([]);
  });

  it('forks a new child when the refresh token is dead', async () => {
    const { keeper, proton, sessions } = await begin();
    (proton.live.get('child-0') as Live).revoked = true;
    expect((await keeper.tokens('a-child-0-1')).uid).toBe('child-1');
    expect(proton.calls).toEqual(['refresh child-0', 'fork parent']);
    expect((await sessions.load('child'))?.session).toMatchObject({ uid: 'child-1', keyPassword: 'kp' });
  });

  it('loses nothing but a fork when it dies between renewing and storing', async () => {
    const { keepers, proton, sessions, stops } = await begin({ keepers: 2 });
    sessions.failures = [new Error('killed')];
    await expect(keepers[0]?.tokens('a-child-0-1')).rejects.toThrow('killed');
    expect((await keepers[1]?.tokens('a-child-0-1'))?.uid).toBe('child-1');
    expect(proton.calls).toEqual(['refresh child-0', 'refresh child-0', 'fork parent']);
    expect(stops).toEqual([]);
  });

  it('waits for a database that is away for a moment, rather than lose what it was given', async () => {
    const { keeper, proton, sessions } = await begin();
    sessions.failures = [new Fault('database.unavailable'), new Fault('database.unavailable')];
    expect((await keeper.tokens('a-child-0-1')).accessToken).toBe('a-child-0-2');
    expect(proton.calls).toEqual(['refresh child-0']);
  });

  it('renews the parent where that is what is in the way of a fork', async () => {
    const { keeper, proton, sessions, hand } = await begin();
    hand.advance(25 * 3_600_000);
    (proton.live.get('child-0') as Live).revoked = true;
    expect((await keeper.tokens(null)).uid).toBe('child-1');
    expect(proton.calls).toEqual(['refresh child-0', 'refresh parent', 'fork parent']);
    expect(await sessions.load('parent')).toMatchObject({ session: { refreshToken: 'r-parent-2' } });
  });

  it.each([
    ['a parent that is refused', true, 'parent-refused'],
    ['no parent', false, 'child-refused'],
  ])('stops the fleet over %s, and nobody calls Proton after that', async (_, parent, detail) => {
    const { keepers, proton, stops } = await begin({ keepers: 4, parent });
    for (const live of proton.live.values()) live.revoked = true;
    const first = await Promise.allSettled(keepers.map((keeper) => keeper.tokens('a-child-0-1')));
    expect(first.every(({ status }) => status === 'rejected')).toBe(true);
    expect(stops).toMatchObject([{ cause: 'session', detail }]);
    const calls = proton.calls.length;
    const again = await Promise.allSettled(keepers.map((keeper) => keeper.tokens('a-child-0-1')));
    for (const result of again) expect(result).toMatchObject({ reason: { code: 'vault.session-refused' } });
    expect(proton.calls).toHaveLength(calls);
    expect(proton.calls.filter((call) => call === 'refresh child-0')).toHaveLength(1);
  });

  it('stops the fleet when there is no session, and goes on with the next login', async () => {
    const { keeper, proton, sessions, stops } = await begin();
    await sessions.remove('child');
    await expect(keeper.tokens(null)).rejects.toMatchObject({ facts: { reason: 'no-session' } });
    expect(stops).toMatchObject([{ cause: 'session', detail: 'no-session' }]);
    stops.length = 0;
    await sessions.replace('child', proton.issue('next'), null);
    expect((await keeper.tokens(null)).uid).toBe('next');
    expect(proton.calls).toEqual([]);
  });

  it('takes up the session of another login by itself', async () => {
    const { keeper, proton, sessions, hand } = await begin();
    await keeper.tokens(null);
    await sessions.remove('child');
    await sessions.replace('child', proton.issue('next'), null);
    hand.advance(16_000);
    expect((await keeper.tokens(null)).uid).toBe('next');
  });

  it.each([
    ['vault.human-verification', 'human-verification'],
    ['vault.abuse-blocked', 'abuse-block'],
    ['vault.outdated', 'requirements'],
  ] as const)('stops the fleet over %s', async (code, cause) => {
    const { keeper, proton, stops } = await begin();
    proton.failure = new Fault(code, { code: 4711 });
    await expect(keeper.tokens('a-child-0-1')).rejects.toMatchObject({ code });
    expect(stops).toMatchObject([{ cause, detail: '4711' }]);
    await expect(keeper.tokens('a-child-0-1')).rejects.toMatchObject({ code });
    expect(proton.calls).toHaveLength(1);
  });

  it('never renews early what has no known end', async () => {
    const { keeper, proton, sessions, hand } = await begin();
    proton.lifeMs = null;
    await sessions.remove('child');
    await sessions.replace('child', proton.issue('endless'), null);
    hand.advance(400 * 86_400_000);
    expect((await keeper.tokens(null)).uid).toBe('endless');
    expect(proton.calls).toEqual([]);
  });
});
