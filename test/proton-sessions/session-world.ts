import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PostgresBoundAccount } from '#adapters/postgres/postgres-bound-account.js';
import { PostgresVaultSessions } from '#adapters/postgres/postgres-vault-sessions.js';
import { protonAccount, sessionKeeper } from '#adapters/proton-drive/session/connect-session.js';
import type { ProtonAccount } from '#adapters/proton-drive/session/proton-account.js';
import type { SessionKeeper } from '#adapters/proton-drive/session/session-keeper.js';
import { EnvelopeSealer } from '#adapters/sealing/envelope-sealer.js';
import { SystemClock, SystemRandom } from '#adapters/system/system-clock.js';
import type { LoginAnswers } from '#application/ports/vault-account.js';
import type { StoredSession, VaultSession } from '#application/ports/vault-sessions.js';
import { VaultHistory } from '#application/vault-breaker/vault-history.js';
import { CloseVaultSession } from '#application/vault-session/close-vault-session.js';
import { OpenVaultSession } from '#application/vault-session/open-vault-session.js';
import { SessionLease } from '#application/vault-session/session-lease.js';
import { waitForFork } from '#application/vault-session/wait-for-fork.js';
import { testContext } from '#testing/memory/memory-world.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import { DEFAULT_ACCOUNT, type EmulatorAccount, type EmulatorOptions } from '../proton-emulator/contract.js';
import { ProtonEmulator } from '../proton-emulator/emulator.js';

export const VAULT = 'proton-drive';
const QUICK = { everyMs: 20, mostMs: 5_000 };

/** A session store in a real database, over which any number of processes keep one session at the emulator. */
export class SessionWorld {
  readonly clock = new SystemClock();
  readonly history: VaultHistory;
  readonly sessions: PostgresVaultSessions;
  readonly account: ProtonAccount;

  private constructor(
    readonly emulator: ProtonEmulator,
    readonly database: FreshDatabase,
  ) {
    const sealer = new EnvelopeSealer([{ kid: 'k1', secret: randomBytes(32) }]);
    this.sessions = new PostgresVaultSessions(database.postgres.database, sealer, VAULT);
    this.history = new VaultHistory(database.postgres.events, this.clock, VAULT);
    this.account = protonAccount(
      { protonUrl: emulator.url, protonDevelopment: true, protonChannel: 'alpha' },
      this.clock,
    );
  }

  static async start(options: EmulatorOptions = {}): Promise<SessionWorld> {
    return new SessionWorld(await ProtonEmulator.start(options), await freshDatabase());
  }

  get lease(): SessionLease {
    return new SessionLease(this.database.postgres.leases, this.clock, VAULT);
  }

  get opener(): OpenVaultSession {
    const bound = new PostgresBoundAccount(this.database.postgres.database, VAULT);
    return new OpenVaultSession({ sessions: this.sessions, bound }, this.account, this.history, this.lease);
  }

  get closer(): CloseVaultSession {
    return new CloseVaultSession(this.sessions, this.account, this.history, this.lease);
  }

  /** As `ballast vault login`, the owner agreeing after a while. */
  async login(): Promise<void> {
    const fork = await this.account.beginFork();
    void delay(60).then(() => this.emulator.control.approve(fork.url));
    const session = await waitForFork(fork, this.clock, new AbortController().signal, QUICK);
    await this.opener.execute(session, { way: 'fork', otherAccount: false }, testContext);
  }

  /** As each process of a fleet has one. */
  keeper(): SessionKeeper {
    const { sessions, history, clock } = this;
    const { leases } = this.database.postgres;
    return sessionKeeper(this.account, { sessions, leases, history, clock, random: new SystemRandom() });
  }

  async child(): Promise<StoredSession> {
    const child = await this.sessions.load('child');
    if (child === null) throw new Error('nobody is logged in');
    return child;
  }

  async parent(): Promise<StoredSession> {
    const parent = await this.sessions.load('parent');
    if (parent === null) throw new Error('there is no parent');
    return parent;
  }

  /** Whether the emulator takes an access token. */
  async isAccepted(session: VaultSession): Promise<boolean> {
    return this.account.check(session).then(
      () => true,
      () => false,
    );
  }

  /** Routes of the calls since `mark`. */
  routes(mark = 0): readonly string[] {
    return this.emulator.control.calls(mark).map(({ route }) => route);
  }

  mark(): number {
    return this.emulator.control.calls().at(-1)?.number ?? 0;
  }

  async stop(): Promise<void> {
    await this.emulator.stop();
    await this.database.drop();
  }
}

/** What a person would type; counts what was asked. */
export class Answers implements LoginAnswers {
  readonly asked: string[] = [];
  constructor(private readonly given: Partial<EmulatorAccount> & { readonly totp?: () => string } = {}) {}
  username = () => this.answer('username', this.given.username ?? DEFAULT_ACCOUNT.username);
  password = () => this.answer('password', this.given.password ?? DEFAULT_ACCOUNT.password);
  secondFactor = () => this.answer('secondFactor', this.given.totp?.() ?? '');
  mailboxPassword = () => this.answer('mailboxPassword', this.given.mailboxPassword ?? '');

  private async answer(what: string, value: string): Promise<string> {
    this.asked.push(what);
    return value;
  }
}
