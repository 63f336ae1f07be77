import { randomBytes } from 'node:crypto';

/** As long as Proton's own: 88 characters of base64url, with its padding. */
export const newId = (): string => `${randomBytes(64).toString('base64url')}==`;

/** Session uids, tokens and selectors: 32 lower-case letters and digits. */
export const newToken = (): string => randomBytes(16).toString('hex');
