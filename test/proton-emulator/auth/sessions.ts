import type { EmulatorClock } from '../clock.js';
import { newToken } from '../ids.js';
import type { Session } from '../session.js';
import type { Chapter, Store } from '../store.js';

export interface NewSession {
  readonly kind: Session['kind'];
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly parentUid?: string;
  readonly independent?: boolean;
}

/** A token that was given out at some time, still good or not. */
export interface IssuedToken {
  readonly what: 'access token' | 'refresh token';
  readonly value: string;
}

/** All sessions of the account, the dead ones too. */
export class Sessions {
  private readonly chapter: Chapter<Session[]>;
  private sessions: Session[];
  private readonly issued: IssuedToken[] = [];

  constructor(
    store: Store,
    private readonly clock: EmulatorClock,
    private readonly accessTokenSeconds: () => number,
  ) {
    this.chapter = store.chapter('sessions', () => this.sessions);
    this.sessions = this.chapter.kept ?? [];
  }

  open({ kind, clientId, scopes, parentUid, independent }: NewSession): Session {
    const session: Session = {
      uid: newToken(),
      kind,
      parentUid: parentUid ?? null,
      independent: independent ?? true,
      clientId,
      createdAt: this.clock.now(),
      ...this.freshTokens(),
      scopes,
      revoked: false,
    };
    this.sessions.push(session);
    this.chapter.changed();
    return session;
  }

  /** Every token of this run, those that are void by now too. */
  tokensIssued(): readonly IssuedToken[] {
    return this.issued;
  }

  all(): readonly Session[] {
    return this.sessions;
  }

  find(uid: string): Session | null {
    return this.sessions.find((session) => session.uid === uid) ?? null;
  }

  /** New tokens for the one refresh token that is valid; null when it is not. The old access token dies with it. */
  refresh(uid: string, refreshToken: string): Session | null {
    const session = this.find(uid);
    if (!session || session.revoked || session.refreshToken !== refreshToken) return null;
    Object.assign(session, this.freshTokens());
    this.chapter.changed();
    return session;
  }

  grant(session: Session, scopes: readonly string[]): void {
    session.scopes = scopes;
    this.chapter.changed();
  }

  expire(session: Session): void {
    session.accessExpiresAt = 0;
    this.chapter.changed();
  }

  /** Its children that are not independent go with it. */
  revoke(session: Session): void {
    session.revoked = true;
    this.chapter.changed();
    for (const child of this.sessions) {
      if (child.parentUid === session.uid && !child.independent && !child.revoked) this.revoke(child);
    }
  }

  reset(): void {
    this.sessions = [];
    this.chapter.changed();
  }

  private freshTokens(): Pick<Session, 'accessToken' | 'accessExpiresAt' | 'refreshToken'> {
    const [accessToken, refreshToken] = [newToken(), newToken()];
    this.issued.push({ what: 'access token', value: accessToken }, { what: 'refresh token', value: refreshToken });
    return {
      accessToken,
      refreshToken,
      accessExpiresAt: this.clock.now() + this.accessTokenSeconds() * 1000,
    };
  }
}
