import { isFault } from '#domain/fault/fault.js';
import { waitForFork } from '#application/vault-session/wait-for-fork.js';
import { testContext } from '#testing/memory/memory-world.js';
import { totp } from '../proton-emulator/auth/totp.js';
import { Answers, SessionWorld } from './session-world.js';

const SECRET = 'JBSWY3DPEHPK3PXP';
const INFO = 'POST /core/v4/auth/info';
const AUTH = 'POST /core/v4/auth';

describe('a login', () => {
  let world: SessionWorld;
  afterEach(() => world.stop());

  it('with a password proves it by SRP and yields what unlocks the account', async () => {
    world = await SessionWorld.start();
    const answers = new Answers();
    const session = await world.account.withPassword(answers);
    expect(answers.asked).toEqual(['username', 'password']);
    expect(await world.account.check(session)).toMatchObject({ usedBytes: expect.any(Number) });
    expect(world.routes().filter((route) => route === AUTH)).toHaveLength(1);
  });

  it('asks for the second factor where the account has one', async () => {
    world = await SessionWorld.start({ account: { totpSecret: SECRET } });
    const answers = new Answers({ totp: () => totp(SECRET, Date.now()) });
    const session = await world.account.withPassword(answers);
    expect(answers.asked).toEqual(['username', 'password', 'secondFactor']);
    expect(await world.isAccepted(session)).toBe(true);
  });

  it('with a wrong code is refused once, and leaves no session behind', async () => {
    world = await SessionWorld.start({ account: { totpSecret: SECRET } });
    const login = world.account.withPassword(new Answers({ totp: () => '000000' }));
    await expect(login).rejects.toMatchObject({ code: 'vault.login-refused' });
    expect(world.routes().filter((route) => route.endsWith('/2fa'))).toHaveLength(1);
    expect(world.emulator.control.sessions().every(({ revoked }) => revoked)).toBe(true);
  });

  it('asks for the mailbox password of an account with two', async () => {
    world = await SessionWorld.start({ account: { mailboxPassword: 'for the keys' } });
    const answers = new Answers({ mailboxPassword: 'for the keys' });
    const session = await world.account.withPassword(answers);
    expect(answers.asked).toEqual(['username', 'password', 'mailboxPassword']);
    expect(await world.isAccepted(session)).toBe(true);
    await expect(world.account.withPassword(new Answers({ mailboxPassword: 'wrong' }))).rejects.toMatchObject({
      code: 'vault.login-refused',
      facts: { reason: 'mailbox-password' },
    });
  });

  it.each([
    ['a wrong password', { password: 'wrong' }],
    ['a user that nobody is', { username: 'nobody@proton.test' }],
  ])('with %s is tried exactly once', async (_, given) => {
    world = await SessionWorld.start();
    await expect(world.account.withPassword(new Answers(given))).rejects.toMatchObject({
      code: 'vault.login-refused',
      facts: { reason: 'password' },
    });
    expect(world.routes()).toEqual([INFO, AUTH]);
  });

  it('that Proton wants a human for is refused as that, once', async () => {
    world = await SessionWorld.start({ knobs: { humanVerification: 'login' } });
    await expect(world.account.withPassword(new Answers())).rejects.toMatchObject({
      code: 'vault.human-verification',
    });
    expect(world.routes()).toEqual([INFO, AUTH]);
  });

  it('by fork needs no password here: the owner agrees on another device', async () => {
    world = await SessionWorld.start();
    await world.login();
    const [child, parent] = [await world.child(), await world.parent()];
    expect(child.session.uid).not.toBe(parent.session.uid);
    expect(await world.isAccepted(child.session)).toBe(true);
    expect(world.routes().filter((route) => route.startsWith(AUTH))).toEqual([]);
    const { events } = await world.database.postgres.events.read('vault-proton-drive');
    expect(events).toMatchObject([{ type: 'SessionOpened', data: { way: 'fork' } }]);
  });

  it('by fork goes on waiting over a connection that is lost for a moment, and ends when nobody agrees', async () => {
    world = await SessionWorld.start();
    const fork = await world.account.beginFork();
    world.emulator.control.fault({
      route: 'GET /auth/v4/sessions/forks/:selector',
      times: 2,
      does: { kind: 'cut', when: 'before' },
    });
    const waiting = waitForFork(fork, world.clock, new AbortController().signal, { everyMs: 20, mostMs: 300 });
    await expect(waiting).rejects.toMatchObject({ code: 'vault.login-refused', facts: { reason: 'timeout' } });
    expect(world.routes().filter((route) => route.endsWith(':selector')).length).toBeGreaterThan(3);
  });

  it('names Ballast honestly, and says so when Proton refuses that version', async () => {
    world = await SessionWorld.start();
    await world.account.withPassword(new Answers());
    for (const { appVersion } of world.emulator.control.calls()) {
      expect(appVersion).toMatch(/^external-drive-ballast@\d+\.\d+\.\d+-alpha$/);
    }
    world.emulator.control.turn({ appVersionPrefixes: ['external-drive-ballast@9'] });
    await expect(world.account.beginFork()).rejects.toMatchObject({ code: 'vault.outdated' });
  });

  it('ends the sessions of the one before, and closes the breakers that wait for it', async () => {
    world = await SessionWorld.start();
    await world.login();
    const before = [await world.parent(), await world.child()];
    await world.history.record({ type: 'Stop', cause: 'session', detail: 'parent-refused', until: null }, testContext);
    await world.login();
    expect((await world.history.load()).state.size).toBe(0);
    for (const { session } of before) expect(await world.isAccepted(session)).toBe(false);
    expect(await world.isAccepted((await world.child()).session)).toBe(true);
    expect((await world.child()).version).not.toBe(before[1]?.version);
  });

  it('that cannot be stored leaves no session behind', async () => {
    world = await SessionWorld.start();
    const session = await world.account.withPassword(new Answers());
    await world.database.ask('drop table vault_sessions');
    await expect(
      world.opener.execute(session, { way: 'password', otherAccount: false }, testContext),
    ).rejects.toThrow();
    expect(await world.isAccepted(session)).toBe(false);
    const left = world.emulator.control.sessions().filter(({ revoked }) => !revoked);
    expect(left).toEqual([]);
  });

  it('is undone by a logout, at Proton and here, after the fleet was stopped', async () => {
    world = await SessionWorld.start();
    await world.login();
    const session = (await world.child()).session;
    expect(await world.closer.execute(testContext)).toEqual({ hadSession: true, revoked: true });
    expect(await world.isAccepted(session)).toBe(false);
    expect(await world.sessions.load('child')).toBeNull();
    expect([...(await world.history.load()).state.values()]).toMatchObject([
      { cause: 'session', detail: 'logged-out' },
    ]);
    expect(await world.closer.execute(testContext)).toMatchObject({ hadSession: false });
  });

  it('goes on without a parent where Proton permits no child', async () => {
    world = await SessionWorld.start();
    world.emulator.control.fault({
      route: 'POST /auth/v4/sessions/forks',
      does: { kind: 'answer', status: 403, body: { Code: 9101, Error: 'scope' } },
    });
    await world.login();
    expect(await world.sessions.load('parent')).toBeNull();
    expect(await world.isAccepted((await world.child()).session)).toBe(true);
  });

  it('tells no secret in what it throws', async () => {
    world = await SessionWorld.start();
    const canary = 'canary-password';
    const failures: unknown[] = [];
    await world.account.withPassword(new Answers({ password: canary })).catch((error: unknown) => failures.push(error));
    await world.emulator.stop();
    await world.account.withPassword(new Answers({ password: canary })).catch((error: unknown) => failures.push(error));
    expect(failures).toHaveLength(2);
    for (const failure of failures) {
      expect(isFault(failure)).toBe(true);
      const told = JSON.stringify(failure, Object.getOwnPropertyNames(failure));
      expect(told).not.toMatch(/canary|127\.0\.0\.1|@proton\.test/);
    }
  });
});
