import type { Clock, Random } from '#application/ports/clock.js';
import type { Leases } from '#application/ports/lease.js';
import type { VaultAccount } from '#application/ports/vault-account.js';
import type { StoredSession, VaultSession, VaultSessions } from '#application/ports/vault-sessions.js';
import { LeasedWork } from '#application/leased-work/leased-work.js';
import { sessionEntity } from '#application/vault-session/session-lease.js';
import { isFault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';
import type { DriveHost, SessionTokens } from '../drive-host.js';
import { ChildRecovery } from './child-recovery.js';
import { SessionStops, type SessionBreaker } from './session-stops.js';

export interface KeeperTools {
  readonly vault: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly breaker: SessionBreaker;
}

/** Renewed this long before its end, so that no request meets it; a short-lived one once four fifths of its life are over. */
const EARLY_MS = 5 * 60_000;
const EARLY_PART = 0.2;
/** After that long the store is asked again: it may hold the session of another login. */
const KNOWN_MS = 15_000;
/** An early renewal that failed for want of a connection is tried again after this. */
const AGAIN_MS = 30_000;
const LEASE = { ttlMs: 15_000, stopMs: 5_000 } as const;
const RENEWAL_MS = 120_000;
/** How long one that waits for another's renewal goes on asking. */
const PATIENCE_MS = 60_000;
const STORE_ATTEMPTS = 5;

/**
 * Keeps the child session alive for the whole fleet. A refresh token can be spent once only: whoever renews holds the lease
 * `vault-session-<vault>`, and stores what came out by compare and swap. One that dies between the two costs a fork from the
 * parent, no login; a parent that is refused stops the fleet. Faults: `vault.session-refused`, `vault.keys-unusable`,
 * `database.unavailable`, those of VaultAccount.
 */
export class SessionKeeper implements Pick<DriveHost, 'tokens' | 'keyPassword'> {
  private readonly stops: SessionStops;
  private readonly recovery: ChildRecovery;
  private readonly leased: LeasedWork;
  private known: StoredSession | null = null;
  private knownUntil = 0;
  private earlyAgainAt = 0;
  private renewing: Promise<VaultSession> | null = null;

  constructor(
    private readonly sessions: VaultSessions,
    private readonly account: Pick<VaultAccount, 'refresh' | 'fork'>,
    leases: Leases,
    private readonly tools: KeeperTools,
  ) {
    this.stops = new SessionStops(tools.breaker);
    this.recovery = new ChildRecovery(sessions, account, this.stops, () => tools.clock.now());
    this.leased = new LeasedWork(leases, tools.clock, LEASE);
  }

  async tokens(refused: string | null): Promise<SessionTokens> {
    const { uid, accessToken } = await this.session(refused);
    return { uid, accessToken };
  }

  async keyPassword(): Promise<string> {
    return (await this.session(null)).keyPassword;
  }

  /** The session to use; given the access token that was refused, another one. */
  async session(refused: string | null): Promise<VaultSession> {
    const known = this.known !== null && this.now() < this.knownUntil ? this.known : await this.load();
    if (known !== null && this.isUsable(known, refused)) return known.session;
    for (;;) {
      this.renewing ??= this.renew(refused).finally(() => (this.renewing = null));
      const renewed = await this.renewing;
      // What others asked to have renewed may be the very one that was refused to us.
      if (renewed.accessToken !== refused) return renewed;
    }
  }

  /** Waits for whoever renews it, else renews it; what comes back is never the refused one. */
  private async renew(refused: string | null): Promise<VaultSession> {
    const { vault, clock, random } = this.tools;
    const task = { entity: sessionEntity(vault), deadlineMs: RENEWAL_MS };
    const patientUntil = this.now() + PATIENCE_MS;
    for (;;) {
      const stored = await this.load();
      if (stored !== null && this.isUsable(stored, refused)) return stored.session;
      try {
        return await this.leased.run(task, new AbortController().signal, () => this.renewAlone(refused));
      } catch (error) {
        if (!isFault(error, 'lease.held') || this.now() >= patientUntil) throw error;
      }
      await clock.sleep(50 + random.fraction() * 150);
    }
  }

  private async renewAlone(refused: string | null): Promise<VaultSession> {
    const stored = await this.load();
    if (stored !== null && this.isUsable(stored, refused)) return stored.session;
    await this.stops.refuseIfStopped();
    if (stored === null) return this.stops.ended('no-session');
    try {
      return await this.replace(stored, await this.refreshed(stored));
    } catch (error) {
      metrics.protonSessionRefreshes.inc({ result: 'fail' });
      await this.stops.note(error);
      if (!this.bridges(stored, refused, error)) throw error;
      this.earlyAgainAt = this.now() + AGAIN_MS;
      return stored.session;
    }
  }

  /** By its refresh token, else, once that is refused for good, a new child of the parent. */
  private async refreshed(stored: StoredSession): Promise<VaultSession> {
    try {
      const fresh = await this.account.refresh(stored.session);
      metrics.protonSessionRefreshes.inc({ result: 'ok' });
      return fresh;
    } catch (error) {
      if (!isFault(error, 'vault.session-refused')) throw error;
      const newer = await this.sessions.load('child');
      if (newer !== null && newer.version !== stored.version) return newer.session;
      const child = await this.recovery.fork();
      metrics.protonSessionRefreshes.inc({ result: 'fork' });
      return child;
    }
  }

  /** An answer that is lost here costs a fork, so a database that is away for a moment is waited for. */
  private async replace(stored: StoredSession, fresh: VaultSession): Promise<VaultSession> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.remember(await this.sessions.replace('child', fresh, stored.version));
        return (this.known ?? (await this.load()))?.session ?? (await this.stops.ended('no-session'));
      } catch (error) {
        if (!isFault(error, 'database.unavailable') || attempt === STORE_ATTEMPTS) throw error;
      }
      await this.tools.clock.sleep(attempt * 250);
    }
  }

  /** True when the session in use goes on for a while though it could not be renewed early. */
  private bridges({ session }: StoredSession, refused: string | null, error: unknown): boolean {
    if (!(isFault(error, 'vault.unavailable') || isFault(error, 'vault.throttled'))) return false;
    return session.accessToken !== refused && msLeft(session, this.now()) > 0;
  }

  private isUsable({ session, refreshedAt }: StoredSession, refused: string | null): boolean {
    if (session.accessToken === refused) return false;
    const left = msLeft(session, this.now());
    const early = Math.min(EARLY_MS, Math.max(0, msLeft(session, refreshedAt.getTime()) * EARLY_PART));
    return left > early || (left > 0 && this.now() < this.earlyAgainAt);
  }

  private async load(): Promise<StoredSession | null> {
    const stored = await this.sessions.load('child');
    this.remember(stored);
    return stored;
  }

  private remember(stored: StoredSession | null): void {
    this.known = stored;
    this.knownUntil = this.now() + KNOWN_MS;
    const expiresAt = stored?.session.accessExpiresAt ?? null;
    if (expiresAt !== null) metrics.protonSessionExpires.set(Date.parse(expiresAt) / 1_000);
  }

  private now(): number {
    return this.tools.clock.now().getTime();
  }
}

/** Until the access token ends as far as that is known; Proton does not always tell. */
const msLeft = ({ accessExpiresAt }: VaultSession, now: number): number =>
  accessExpiresAt === null ? Infinity : Date.parse(accessExpiresAt) - now;
