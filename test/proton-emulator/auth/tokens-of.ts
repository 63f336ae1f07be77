import type { Session } from '../session.js';

/** As logins, refreshes and forks all tell them. */
export const tokensOf = (session: Session): object => ({
  UID: session.uid,
  AccessToken: session.accessToken,
  RefreshToken: session.refreshToken,
  TokenType: 'Bearer',
  Scope: session.scopes.join(' '),
  Scopes: session.scopes,
  LocalID: 0,
});
