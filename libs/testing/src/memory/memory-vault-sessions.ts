import type { Clock } from '#application/ports/clock.js';
import {
  VaultSessions,
  type SessionKind,
  type StoredSession,
  type VaultSession,
} from '#application/ports/vault-sessions.js';

/** Sessions in memory. Nothing is sealed, so there is nothing to seal anew. */
export class MemoryVaultSessions extends VaultSessions {
  private readonly rows = new Map<SessionKind, StoredSession>();
  private firsts = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  override async load(kind: SessionKind): Promise<StoredSession | null> {
    await Promise.resolve();
    return this.rows.get(kind) ?? null;
  }

  override async replace(
    kind: SessionKind,
    session: VaultSession,
    expected: number | null,
  ): Promise<StoredSession | null> {
    await Promise.resolve();
    const before = this.rows.get(kind);
    if ((before?.version ?? null) !== expected) return null;
    const refreshedAt = this.clock.now();
    const { uid, accessToken, refreshToken, keyPassword, accessExpiresAt } = session;
    const after: StoredSession = {
      session: { uid, accessToken, refreshToken, keyPassword, accessExpiresAt },
      version: expected === null ? (this.firsts += 1_000) : expected + 1,
      createdAt: before?.createdAt ?? refreshedAt,
      refreshedAt,
    };
    this.rows.set(kind, after);
    return after;
  }

  override async remove(kind: SessionKind): Promise<void> {
    await Promise.resolve();
    this.rows.delete(kind);
  }

  override async reseal(): Promise<number> {
    await Promise.resolve();
    return 0;
  }
}
