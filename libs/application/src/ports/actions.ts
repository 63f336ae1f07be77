import type { Oid } from '#domain/oid.js';
import type { RepositoryId } from '#domain/repository/repository.js';
import type { TokenId } from '#domain/token/token.js';

export type ActionOperation = 'upload' | 'verify' | 'download';

/** What a signed action permits: one operation on one object of one repository, until it expires. */
export interface ActionGrant {
  readonly operation: ActionOperation;
  readonly repositoryId: RepositoryId;
  readonly oid: Oid;
  readonly sizeBytes: number;
  readonly tokenId: TokenId;
  /** The batch that offered it: a later barrier can wait for all of its objects. */
  readonly batchId: string;
}

export interface SignedAction {
  /** Value of the `X-LFS-Action` header: in a header, never in a URL, so that no proxy logs it. */
  readonly value: string;
  readonly expiresAt: Date;
}

/**
 * Signs and opens actions: HMAC-SHA-256 over the grant, host, method, expiry, key id and a nonce; constant-time compare.
 * `open` faults: `action.missing`, `action.tampered`, `action.expired`, `action.misused` (right signature, wrong use).
 */
export abstract class ActionSigner {
  abstract sign(grant: ActionGrant): SignedAction;
  abstract open(
    value: string | undefined,
    expected: Pick<ActionGrant, 'operation' | 'repositoryId' | 'oid'>,
  ): ActionGrant;
}
