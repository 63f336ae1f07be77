import type { ActionGrant, ActionOperation, ActionSigner } from '#application/ports/actions.js';
import type { Repository } from '#application/ports/catalogue.js';
import type { IssuedToken } from '#application/ports/tokens.js';
import { Fault } from '#domain/fault/fault.js';
import type { Oid } from '#domain/oid.js';
import type { RepositoryPath } from '#domain/repository/repository.js';
import type { Authenticate } from './authenticate.js';
import type { Access, RepositoryAccess } from './repository-access.js';

export interface PresentedAction {
  readonly value: string | undefined;
  readonly operation: ActionOperation;
  readonly path: RepositoryPath;
  readonly oid: Oid;
}

/** An action that was checked: who acts, where, on what. */
export interface RedeemedAction {
  readonly grant: ActionGrant;
  readonly repository: Repository;
  readonly token: IssuedToken;
}

const NEEDED = { upload: 'write', verify: 'write', download: 'read' } as const satisfies Record<
  ActionOperation,
  Access
>;

/**
 * Checks a signed action and then the token behind it again: a right that was taken away ends the actions given under it.
 * Reads no body. Faults: those of `ActionSigner.open`, `credentials.rejected`, `repository.absent`.
 */
export class RedeemAction {
  constructor(
    private readonly signer: ActionSigner,
    private readonly authenticate: Authenticate,
    private readonly access: RepositoryAccess,
  ) {}

  async execute({ value, operation, path, oid }: PresentedAction): Promise<RedeemedAction> {
    if (value === undefined || value === '') throw new Fault('action.missing');
    const repository = await this.access.find(path);
    // An unknown repository has no id that a grant could name: a forged action fails the same way as anywhere else.
    const grant = this.signer.open(value, { operation, repositoryId: repository?.id ?? '', oid });
    const token = await this.authenticate.byId(grant.tokenId);
    return { grant, token, repository: this.access.require(token, repository, NEEDED[operation]) };
  }
}
