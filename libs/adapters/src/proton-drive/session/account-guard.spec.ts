import { jest } from '@jest/globals';
import type { VaultSession } from '#application/ports/vault-sessions.js';
import { Fault } from '#domain/fault/fault.js';
import { MemoryBoundAccount } from '#testing/memory/memory-bound-account.js';
import type { Observation } from '../drive-host.js';
import { AccountGuard } from './account-guard.js';

const sessionOf = (uid: string, accessToken = `token of ${uid}`): VaultSession => ({
  ...{ uid, accessToken, refreshToken: 'r', keyPassword: 'k', accessExpiresAt: null },
});

/** `answers`: what the provider says about the volume, call by call; the last one goes on. */
const begin = (
  answers: readonly (string | null | Fault)[],
  placed: readonly string[] = [],
  wait: (signal: AbortSignal) => Promise<void> = () => Promise.resolve(),
) => {
  const bound = new MemoryBoundAccount(new Set(placed));
  const world = { session: sessionOf('s-1'), asked: [] as string[], stops: [] as string[], permits: 0 };
  const observed: Observation[] = [];
  const keeper = {
    session: async (refused: string | null) => {
      if (refused === world.session.accessToken) world.session = sessionOf(world.session.uid, `${refused}'`);
      return world.session;
    },
    keyPassword: async () => 'k',
  };
  const account = {
    volume: async ({ accessToken }: VaultSession) => {
      const answer = answers[Math.min(world.asked.push(accessToken), answers.length) - 1] ?? null;
      if (answer instanceof Fault) throw answer;
      return answer;
    },
  };
  const identified = {
    ...account,
    identify: async (one: VaultSession) => ({ user: 'u-1', volume: await account.volume(one) }),
  };
  const gate = {
    permit: async (signal: AbortSignal) => {
      await wait(signal);
      if (world.stops.length > 0) throw new Fault('vault.session-refused', { detail: 'other-account' });
      world.permits += 1;
    },
    observed: async (one: Observation) => void observed.push(one),
  };
  const breaker = { stop: async (cause: string, detail: string) => void world.stops.push(`${cause}: ${detail}`) };
  const make = () => new AccountGuard(keeper, identified, bound, { gate, breaker });
  return { world, bound, observed, make, guard: make() };
};

describe('the guard of the account', () => {
  it('asks once for a session, however many want its tokens, and binds the vault to what it finds', async () => {
    const { world, bound, guard } = begin(['v-1'], ['v-1']);
    const given = await Promise.all(Array.from({ length: 8 }, () => guard.tokens(null)));
    await guard.tokens(null);
    expect(new Set(given.map(({ uid }) => uid))).toEqual(new Set(['s-1']));
    expect(world).toMatchObject({ asked: ['token of s-1'], permits: 1, stops: [] });
    expect(await bound.load()).toEqual({ user: null, volume: 'v-1' });
  });

  it('stops the fleet over a session of another account before any token is out, and asks no more', async () => {
    const { world, bound, guard } = begin(['v-2'], ['v-1']);
    await expect(guard.tokens(null)).rejects.toMatchObject({ code: 'vault.other-account' });
    expect(world.stops).toEqual(['session: other-account']);
    await expect(guard.tokens(null)).rejects.toMatchObject({ code: 'vault.session-refused' });
    expect(world.asked).toHaveLength(1);
    expect(await bound.load()).toBeNull();
  });

  it('goes on with another account that an operator bound the vault to', async () => {
    const { world, bound, guard } = begin(['v-2'], ['v-1']);
    await bound.bind({ user: 'u-2', volume: 'v-2' });
    expect(await guard.tokens(null)).toMatchObject({ uid: 's-1' });
    expect(world.stops).toEqual([]);
  });

  it('looks at each new session, and keeps to the account that its process began with', async () => {
    const { world, bound, guard, make } = begin(['v-1', 'v-1', 'v-2'], ['v-1']);
    await guard.tokens(null);
    world.session = sessionOf('s-2');
    expect(await guard.tokens(null)).toMatchObject({ uid: 's-2' });
    await bound.bind({ user: 'u-2', volume: 'v-2' });
    world.session = sessionOf('s-3');
    for (let turn = 0; turn < 3; turn += 1) {
      await expect(guard.tokens(null)).rejects.toMatchObject({
        code: 'vault.other-account',
        facts: { reason: 'restart' },
      });
    }
    expect(world.asked).toHaveLength(3);
    expect(world.stops).toEqual([]);
    expect(await make().tokens(null)).toMatchObject({ uid: 's-3' });
  });

  it('lets an account begin that has never used Drive, and binds its volume once it has one', async () => {
    const { world, bound, guard } = begin([null, 'v-1']);
    await guard.tokens(null);
    expect(await bound.load()).toBeNull();
    world.session = sessionOf('s-2');
    bound.placed.add('v-1');
    await guard.tokens(null);
    expect(await bound.load()).toEqual({ user: null, volume: 'v-1' });
  });

  it('knows an account by its user where the vault was bound before that one had a volume', async () => {
    const { world, bound, make } = begin([null, 'v-2', 'v-2'], ['v-1']);
    await bound.bind({ user: 'u-1', volume: null });
    await make().tokens(null);
    await make().tokens(null);
    expect(await bound.load()).toEqual({ user: 'u-1', volume: 'v-2' });
    await bound.bind({ user: 'u-2', volume: null });
    await expect(make().tokens(null)).rejects.toMatchObject({ code: 'vault.other-account' });
    expect(world.stops).toEqual(['session: other-account']);
  });

  it('renews a token that ended just now, once', async () => {
    const ended = new Fault('vault.session-refused', { reason: 'access-token', status: 401 });
    const { world, observed, guard } = begin([ended, 'v-1']);
    expect((await guard.tokens(null)).accessToken).toBe("token of s-1'");
    expect(world.asked).toEqual(['token of s-1', "token of s-1'"]);
    expect(observed.map(({ status }) => status)).toEqual([401, 200]);
  });

  it('tells the gate what the answer was, and asks again the next time', async () => {
    const fails = new Fault('vault.unavailable', { status: 503, reason: 'status-503' });
    const { observed, guard } = begin([fails, new Fault('vault.unavailable', { reason: 'ECONNREFUSED' }), 'v-1']);
    await expect(guard.tokens(null)).rejects.toMatchObject({ code: 'vault.unavailable' });
    await expect(guard.tokens(null)).rejects.toMatchObject({ code: 'vault.unavailable' });
    await guard.tokens(null);
    expect(observed).toMatchObject([{ status: 503 }, { status: 0, errorName: 'ECONNREFUSED' }, { status: 200 }]);
  });

  it('asks for patience when its turn does not come in time, which costs nobody an attempt', async () => {
    const { world, guard, make } = begin(['v-1'], ['v-1'], (signal) => {
      signal.throwIfAborted();
      return Promise.reject(new Error('never comes'));
    });
    const timeout = jest
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(AbortSignal.abort(new DOMException('late', 'TimeoutError')));
    await expect(guard.tokens(null)).rejects.toMatchObject({ code: 'vault.throttled', facts: { reason: 'no-turn' } });
    timeout.mockRestore();
    await expect(make().tokens(null)).rejects.toThrow('never comes');
    expect(world).toMatchObject({ asked: [], stops: [] });
  });
});
