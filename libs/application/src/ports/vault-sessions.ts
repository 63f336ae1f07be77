/**
 * A session at the vault's provider. The parent is what the operator opened and is used to fork children only; the child
 * does the work, so that a refresh token burnt by a crash costs a fork and no login.
 */
export type SessionKind = 'parent' | 'child';

/** Secret in full: never logged, never in an event, a job or an error. */
export interface VaultSession {
  readonly uid: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Unlocks the keys of the account; the same for parent and child. */
  readonly keyPassword: string;
  /** When the access token ends as far as it is known: it is renewed five minutes before. */
  readonly accessExpiresAt: string | null;
}

export interface StoredSession {
  readonly session: VaultSession;
  /** Rises with each replacement, and is never that of a session which was removed before. */
  readonly version: number;
  readonly createdAt: Date;
  readonly refreshedAt: Date;
}

/** Sessions of the configured vault, sealed at rest. Faults: `database.unavailable`, `vault.keys-unusable`. */
export abstract class VaultSessions {
  abstract load(kind: SessionKind): Promise<StoredSession | null>;
  /** Compare and swap: null when the stored version is not `expected` (null: none is stored). `createdAt` stays over a refresh. */
  abstract replace(kind: SessionKind, session: VaultSession, expected: number | null): Promise<StoredSession | null>;
  /** Idempotent. */
  abstract remove(kind: SessionKind): Promise<void>;
  /** Seals every session with the newest key; returns how many it had to. */
  abstract reseal(): Promise<number>;
}
