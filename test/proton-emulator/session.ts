/** A session as the server keeps it. */
export interface Session {
  readonly uid: string;
  /** `anonymous`: nobody has logged in (a fork is asked for with it). */
  readonly kind: 'login' | 'fork' | 'anonymous';
  readonly parentUid: string | null;
  /** A session that is not dies with its parent. */
  readonly independent: boolean;
  readonly clientId: string;
  readonly createdAt: number;
  accessToken: string;
  /** Milliseconds of the emulator's clock. */
  accessExpiresAt: number;
  refreshToken: string;
  scopes: readonly string[];
  revoked: boolean;
}
