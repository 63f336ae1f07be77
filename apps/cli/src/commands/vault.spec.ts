import { VaultAccount, type LoginAnswers } from '#application/ports/vault-account.js';
import type { VaultSession } from '#application/ports/vault-sessions.js';
import { ResumeVault } from '#application/vault-breaker/resume-vault.js';
import { VaultHistory } from '#application/vault-breaker/vault-history.js';
import { CloseVaultSession } from '#application/vault-session/close-vault-session.js';
import { OpenVaultSession } from '#application/vault-session/open-vault-session.js';
import { SessionLease } from '#application/vault-session/session-lease.js';
import { Fault } from '#domain/fault/fault.js';
import { MemoryBoundAccount } from '#testing/memory/memory-bound-account.js';
import { MemoryVaultSessions } from '#testing/memory/memory-vault-sessions.js';
import { MemoryWorld, testContext } from '#testing/memory/memory-world.js';
import { runCli } from '../run-cli.js';
import type { Prompter } from '../vault/prompter.js';
import type { VaultWire } from '../vault/vault-wire.js';
import type { Wire } from '../world.js';

const CANARY = 'canary-secret';
const SPACE = { usedBytes: 1_024, maxBytes: 4_096 };

/** An account that agrees to everything after a while; it counts what was asked of it. */
class Account extends VaultAccount {
  readonly calls: string[] = [];
  refusal: Fault | null = null;
  private issued = 0;

  override beginFork = async () => ({
    url: 'https://account.proton.me/desktop/login?app=drive#payload=key',
    code: 'CODE',
    take: async () => (this.called('take') < 2 ? null : this.issue()),
  });
  override withPassword = async (answers: LoginAnswers) => {
    await answers.username();
    await answers.password();
    this.called('withPassword');
    if (this.refusal) throw this.refusal;
    return this.issue();
  };
  override fork = async () => (this.called('fork'), this.issue());
  override refresh = async () => (this.called('refresh'), this.issue());
  override check = async () => (this.called('check'), SPACE);
  override revoke = async () => void this.called('revoke');
  override identify = async () => ({ user: 'u-1', volume: await this.volume() });
  override volume = async () => 'v-1';

  private called(what: string): number {
    this.calls.push(what);
    return this.calls.filter((call) => call === what).length;
  }

  private issue(): VaultSession {
    const uid = `uid-${(this.issued += 1)}`;
    return { uid, accessToken: CANARY, refreshToken: CANARY, keyPassword: CANARY, accessExpiresAt: null };
  }
}

const begin = (prompter: Prompter | null = null, isDirectory = false) => {
  const { clock, events, leases } = new MemoryWorld();
  const account = new Account();
  const sessions = new MemoryVaultSessions(clock);
  const history = new VaultHistory(events, clock, 'proton-drive');
  const bound = new MemoryBoundAccount();
  const lease = new SessionLease(leases, clock, 'proton-drive');
  const vault: VaultWire = {
    ...{ vaultId: 'proton-drive', api: 'drive-api.proton.me', clock, sessions, account, history },
    keeper: {
      session: async () => {
        const stored = await sessions.load('child');
        if (stored === null) throw new Fault('vault.session-refused', { reason: 'no-session' });
        return stored.session;
      },
    },
    openSession: new OpenVaultSession({ sessions, bound }, account, history, lease),
    closeSession: new CloseVaultSession(sessions, account, history, lease),
    resume: new ResumeVault(history),
    limiter: async () => ({ requestsPerSecond: 25, pausedUntil: null }),
    credentials: () => ({
      username: async () => 'me',
      password: async () => CANARY,
      secondFactor: async () => '',
      mailboxPassword: async () => '',
    }),
    canary: async (progress) => {
      progress('Uploading ...');
      return { bytes: 1, storedBytes: 1, uploadMs: 1, downloadMs: 1, deleteMs: 1 };
    },
  };
  const wire = { vault: isDirectory ? null : vault, context: () => testContext, close: async () => undefined };
  const run = async (...args: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCli(['vault', ...args], {
      terminal: { out: (text) => out.push(text), err: (text) => err.push(text), colour: false },
      prompter,
      environment: {},
      connect: async () => wire as unknown as Wire,
      up: async () => 0,
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  return { run, account, sessions, history, bound };
};

describe('ballast vault', () => {
  it('login shows Proton’s page and who this is not, waits, and keeps parent and child', async () => {
    const { run, sessions } = begin();
    const { code, out, err } = await run('login', '--json');
    expect(code).toBe(0);
    expect(err).toContain('This is a third-party application not officially supported by Proton.');
    expect(err).toContain('https://account.proton.me/');
    expect(JSON.parse(out)).toEqual({ vault: 'proton-drive', way: 'fork', hasParent: true, space: SPACE });
    expect((await sessions.load('parent'))?.session.uid).toBe('uid-1');
    expect((await sessions.load('child'))?.session.uid).toBe('uid-2');
  });

  it('login to another account than the one that holds the objects is refused, and leaves everything as it was', async () => {
    const { run, account, sessions, bound } = begin();
    bound.placed.add('v-other');
    const { code, out, err } = await run('login');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(
      'not the Proton account whose Drive holds the objects (another-account); nothing was changed',
    );
    expect(err).toContain('--other-account');
    expect(await sessions.load('child')).toBeNull();
    expect(await bound.load()).toBeNull();
    expect(account.calls).toEqual(['take', 'take', 'check', 'revoke']);
  });

  it('login to another account goes through where an operator insists, who is told what to do then', async () => {
    const { run, bound } = begin();
    bound.placed.add('v-other');
    expect((await run('login', '--other-account')).out).toContain('Restart every worker');
    expect(await bound.load()).toEqual({ user: 'u-1', volume: 'v-1' });
    expect((await run('login')).code).toBe(0);
    expect((await run('login', '--help')).out.replaceAll(/\s+/g, ' ')).toContain('recorded as lost');
  });

  it('login with a password is tried once, and says what to do when it is refused', async () => {
    const { run, account, sessions } = begin();
    account.refusal = new Fault('vault.login-refused', { reason: 'password' });
    const { code, err } = await run('login', '--credentials', 'file:/x');
    expect(code).toBe(1);
    expect(err).toContain('Proton refused the login (password)');
    expect(account.calls).toEqual(['withPassword']);
    expect(await sessions.load('child')).toBeNull();
  });

  it('login with a password asks the person at the terminal, who sees nothing of it, or nobody', async () => {
    const asked: string[] = [];
    const prompter: Prompter = {
      ask: async (question) => (asked.push(question), 'me'),
      askHidden: async (question) => (asked.push(`hidden ${question}`), CANARY),
    };
    expect((await begin(prompter).run('login', '--password')).code).toBe(0);
    expect(asked).toEqual(['Proton user name:', 'hidden Password (not shown):']);
    const alone = await begin().run('login', '--password');
    expect(alone.code).toBe(2);
    expect(alone.err).toContain('--credentials');
  });

  it('status tells what to do about each stop, without asking Proton while a person has to act', async () => {
    const { run, account, history } = begin();
    await run('login');
    account.calls.length = 0;
    expect(await run('status')).toMatchObject({ code: 0, out: expect.stringContaining('1.0 KiB of 4.0 KiB used') });
    expect(account.calls).toEqual(['check']);
    await history.record({ type: 'Stop', cause: 'abuse-block', detail: '2028', until: null }, testContext);
    const { code, out } = await run('status');
    expect(code).toBe(1);
    expect(out).toContain('abuse-block (2028)');
    expect(out).toContain('ballast vault resume --cause abuse-block');
    expect(account.calls).toEqual(['check']);
    const json = JSON.parse((await run('status', '--json')).out) as unknown;
    expect(json).toMatchObject({ stops: [{ cause: 'abuse-block', needsOperator: true }], sdkVersion: '0.9.9' });
  });

  it('resume closes what is open, or what is named', async () => {
    const { run, history } = begin();
    for (const cause of ['abuse-block', 'requirements'] as const) {
      await history.record({ type: 'Stop', cause, detail: 'x', until: null }, testContext);
    }
    expect((await run('resume', '--cause', 'requirements')).out).toBe('Goes on: requirements.');
    expect((await run('resume')).out).toBe('Goes on: abuse-block.');
    expect((await run('resume')).out).toBe('Nothing was stopped.');
  });

  it('logout ends the session everywhere, and verify tells of it', async () => {
    const { run, account } = begin();
    await run('login');
    expect((await run('verify')).code).toBe(0);
    expect((await run('logout')).out).toBe('Logged out.');
    expect(account.calls.filter((call) => call === 'revoke')).toHaveLength(2);
    const { code, err } = await run('verify');
    expect(code).toBe(1);
    expect(err).toContain('ballast vault login');
  });

  it('check and keys rotate tell what they did', async () => {
    const { run } = begin();
    expect(await run('check')).toMatchObject({ code: 0, err: 'Uploading ...' });
    expect((await run('keys', 'rotate')).out).toBe('Every session has the newest key.');
  });

  it('has nothing to do where the vault is a directory', async () => {
    const { run } = begin(null, true);
    expect(await run('status', '--json')).toMatchObject({ code: 0 });
    expect(await run('login')).toMatchObject({ code: 2 });
  });

  it('shows no secret, whatever is asked', async () => {
    const { run } = begin();
    const shown = [];
    for (const args of [
      ['login'],
      ['status'],
      ['status', '--json'],
      ['verify', '--json'],
      ['check'],
      ['logout', '--json'],
    ]) {
      const { out, err } = await run(...args);
      shown.push(out, err);
    }
    expect(shown.join('\n')).not.toContain(CANARY);
  });
});
