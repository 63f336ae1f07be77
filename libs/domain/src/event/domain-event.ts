import type { LfsObjectEvent } from '../lfs-object/events.js';
import type { ObjectLinkEvent } from '../object-link/object-link.js';
import type { RepositoryEvent } from '../repository/repository.js';
import type { TokenEvent } from '../token/token.js';
import type { VaultEvent } from '../vault/vault.js';

/** Every event that Ballast writes. */
export type DomainEvent = LfsObjectEvent | ObjectLinkEvent | RepositoryEvent | TokenEvent | VaultEvent;

export type EventType = DomainEvent['type'];
export type EventOf<Type extends EventType> = Extract<DomainEvent, { type: Type }>;
