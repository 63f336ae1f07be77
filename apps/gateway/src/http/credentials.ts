import { Fault } from '#domain/fault/fault.js';

/** What an `Authorization` header offers as a token, in the order in which it is to be tried. */
export interface Credentials {
  readonly method: 'basic' | 'bearer';
  readonly values: readonly string[];
}

/**
 * Basic: the token as password of whatever user, or the token as user; Bearer: the token. Faults: `credentials.missing` only
 * when there is no header at all, since clients that sent something answer a 401 by sending it again for ever
 * (docs/git-lfs.md#no-second-401).
 */
export const readCredentials = (authorization: string | undefined): Credentials => {
  if (authorization === undefined || authorization.trim() === '') throw new Fault('credentials.missing');
  const [scheme = '', value = '', ...rest] = authorization.trim().split(/\s+/);
  if (rest.length > 0) throw new Fault('credentials.rejected', { reason: 'malformed' });
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { method: 'bearer', values: [value] };
    case 'basic':
      return { method: 'basic', values: userAndPassword(value) };
    default:
      throw new Fault('credentials.rejected', { reason: 'unknown scheme' });
  }
};

const userAndPassword = (encoded: string): readonly string[] => {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? [text] : [text.slice(colon + 1), text.slice(0, colon)];
};
