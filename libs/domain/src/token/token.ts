import type { Event, StreamName } from '../event/event.js';
import { pathKey, type RepositoryPath } from '../repository/repository.js';

/** A UUID: names a token in events and logs without telling its value. */
export type TokenId = string;

/** What a token opens: `*` (all), `acme/*` (an organisation) or `acme/demo` (one repository). */
export type RepositoryPattern = string;

export type TokenIssued = Event<
  'TokenIssued',
  {
    tokenId: TokenId;
    name: string;
    /** HMAC-SHA-256 of the token under the server's pepper, hex: a stolen database opens nothing. */
    digest: string;
    last4: string;
    repositories: readonly RepositoryPattern[];
    access: 'read' | 'write';
    expiresAt: string | null;
    at: string;
  }
>;
export type TokenRevoked = Event<'TokenRevoked', { tokenId: TokenId; reason: string; at: string }>;

export type TokenEvent = TokenIssued | TokenRevoked;

export const tokenStream = (id: TokenId): StreamName => `token-${id}`;

const PATTERN = /^(?:\*|[A-Za-z0-9._-]+\/(?:\*|[A-Za-z0-9._-]+))$/;

export const isRepositoryPattern = (value: string): boolean => PATTERN.test(value);

/** Deny by default: true only when a pattern names this repository, its organisation or all. */
export const covers = (patterns: readonly RepositoryPattern[], path: RepositoryPath): boolean =>
  patterns.some((pattern) => {
    const wanted = pattern.toLowerCase();
    return wanted === '*' || wanted === pathKey(path) || wanted === `${path.organization.toLowerCase()}/*`;
  });
