import { createLogger } from '#platform/logger.js';
import { StopVault } from '#application/vault-breaker/stop-vault.js';
import { SessionWorld } from './session-world.js';

const REFRESH = 'POST /auth/v4/refresh';
const FORK = 'POST /auth/v4/sessions/forks';

describe('a session that a fleet shares', () => {
  let world: SessionWorld;
  let mark: number;
  beforeEach(async () => {
    world = await SessionWorld.start();
    await world.login();
    mark = world.mark();
  });
  afterEach(() => world.stop());

  const routes = () => world.routes(mark);
  const revoke = (uid: string): void => world.emulator.control.revoke(uid);

  it('is renewed exactly once when four processes and eight calls each are refused at the same time', async () => {
    const { session } = await world.child();
    world.emulator.control.expire(session.uid);
    expect(await world.isAccepted(session)).toBe(false);
    mark = world.mark();
    const keepers = Array.from({ length: 4 }, () => world.keeper());
    const given = await Promise.all(
      keepers.flatMap((keeper) => Array.from({ length: 8 }, () => keeper.tokens(session.accessToken))),
    );
    expect(routes()).toEqual([REFRESH]);
    expect(new Set(given.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(given[0]?.accessToken).not.toBe(session.accessToken);
    expect(await world.isAccepted((await world.child()).session)).toBe(true);
  });

  it('survives twenty rounds of races: no refresh token is ever spent twice', async () => {
    const keepers = Array.from({ length: 4 }, () => world.keeper());
    for (let round = 0; round < 20; round += 1) {
      const { session } = await world.child();
      await Promise.all(keepers.map((keeper) => keeper.tokens(session.accessToken)));
    }
    expect(routes()).toEqual(Array.from({ length: 20 }, () => REFRESH));
    expect(world.emulator.control.calls(mark).every(({ status }) => status === 200)).toBe(true);
  });

  it('costs a fork and no login when a process dies between renewing and storing', async () => {
    const { session } = await world.child();
    // What a process does that is killed right after: Proton has spent the token, nobody knows the new one.
    await world.account.refresh(session);
    mark = world.mark();
    const tokens = await world.keeper().tokens(session.accessToken);
    expect(routes()).toEqual([REFRESH, FORK, 'GET /auth/v4/sessions/forks/:selector']);
    expect(tokens.uid).not.toBe(session.uid);
    expect(await world.isAccepted((await world.child()).session)).toBe(true);
  });

  it('costs a fork and no login when the answer to a renewal is lost', async () => {
    const { session } = await world.child();
    world.emulator.control.fault({ route: REFRESH, does: { kind: 'cut', when: 'after' } });
    const keeper = world.keeper();
    await expect(keeper.tokens(session.accessToken)).rejects.toMatchObject({ code: 'vault.unavailable' });
    await keeper.tokens(session.accessToken);
    expect(routes().filter((route) => route === FORK)).toHaveLength(1);
    expect(await world.isAccepted((await world.child()).session)).toBe(true);
  });

  it('renews the parent where its own token has ended as well', async () => {
    const [child, parent] = [await world.child(), await world.parent()];
    revoke(child.session.uid);
    world.emulator.control.expire(parent.session.uid);
    await world.keeper().tokens(child.session.accessToken);
    expect(routes()).toEqual([REFRESH, FORK, REFRESH, FORK, 'GET /auth/v4/sessions/forks/:selector']);
    expect((await world.parent()).session.refreshToken).not.toBe(parent.session.refreshToken);
  });

  it('stops the fleet when the parent is revoked, and nobody calls Proton until somebody logs in', async () => {
    const [child, parent] = [await world.child(), await world.parent()];
    revoke(child.session.uid);
    revoke(parent.session.uid);
    const keepers = Array.from({ length: 4 }, () => world.keeper());
    const refused = await Promise.allSettled(keepers.map((keeper) => keeper.tokens(child.session.accessToken)));
    for (const result of refused) expect(result).toMatchObject({ reason: { code: 'vault.session-refused' } });
    expect([...(await world.history.load()).state.values()]).toMatchObject([
      { cause: 'session', detail: 'parent-refused' },
    ]);
    expect(routes()).toEqual([REFRESH, FORK, REFRESH]);
    mark = world.mark();
    await Promise.allSettled([...keepers, world.keeper()].map((keeper) => keeper.tokens(child.session.accessToken)));
    expect(routes()).toEqual([]);
    await world.login();
    const { uid } = await (keepers[0] as (typeof keepers)[number]).tokens(child.session.accessToken);
    expect(uid).toBe((await world.child()).session.uid);
  });

  it.each([
    ['abuse-block', { Code: 2028, Error: 'blocked' }, 'vault.abuse-blocked'],
    [
      'human-verification',
      { Code: 9001, Error: 'captcha', Details: { HumanVerificationToken: 'canary-hv' } },
      'vault.human-verification',
    ],
  ])('stops the fleet over %s, and is not renewed until that is over', async (cause, body, code) => {
    const { session } = await world.child();
    world.emulator.control.fault({ route: REFRESH, times: 50, does: { kind: 'answer', status: 422, body } });
    const keepers = Array.from({ length: 4 }, () => world.keeper());
    for (let turn = 0; turn < 3; turn += 1) {
      for (const keeper of keepers) {
        await expect(keeper.tokens(session.accessToken)).rejects.toMatchObject({ code });
      }
    }
    expect(routes()).toEqual([REFRESH]);
    expect([...(await world.history.load()).state.keys()]).toEqual([cause]);
  });

  it('is told of nowhere: not in events, leases, rows, errors or logs', async () => {
    const [child, parent] = [await world.child(), await world.parent()];
    const secrets = [child, parent].flatMap(({ session }) => [
      session.accessToken,
      session.refreshToken,
      session.keyPassword,
    ]);
    const lines: string[] = [];
    const logger = createLogger('spec', { logLevel: 'trace' }, { write: (line: string) => void lines.push(line) });
    revoke(child.session.uid);
    revoke(parent.session.uid);
    await new StopVault(world.history).execute({ cause: 'outage', detail: '503', until: new Date() });
    const error = await world
      .keeper()
      .tokens(child.session.accessToken)
      .catch((caught: unknown) => caught);
    logger.error({ err: error }, 'a session was refused');
    const rows = await Promise.all(
      ['events', 'leases', 'vault_stops', 'outbox'].map((table) =>
        world.database.ask(`select t::text from ${table} t`),
      ),
    );
    const sealed = await world.database.ask<{ sealed: Buffer }>('select sealed from vault_sessions');
    const told = [JSON.stringify(rows), ...lines, ...sealed.map((row) => row.sealed.toString('latin1'))].join('\n');
    expect(lines).toHaveLength(1);
    expect(sealed).toHaveLength(2);
    for (const secret of secrets) expect(told).not.toContain(secret);
  });
});
