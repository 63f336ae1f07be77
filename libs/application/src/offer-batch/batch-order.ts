import type { SignedAction } from '#application/ports/actions.js';
import type { Repository } from '#application/ports/catalogue.js';
import type { IssuedToken } from '#application/ports/tokens.js';
import type { EventContext } from '#domain/event/event.js';
import type { Fault } from '#domain/fault/fault.js';
import type { Pointer } from '#domain/oid.js';

/** A batch of an authorised caller. */
export interface BatchOrder {
  readonly repository: Repository;
  readonly token: IssuedToken;
  readonly batchId: string;
  readonly waitMs: number;
  readonly context: EventContext;
  readonly signal: AbortSignal;
}

/** What a client is told of one object. `have`: nothing to send, which is a promise that a clone can read it back. */
export type ObjectAnswer =
  | { readonly outcome: 'have' }
  | { readonly outcome: 'upload'; readonly upload: SignedAction; readonly verify: SignedAction }
  | { readonly outcome: 'download'; readonly download: SignedAction }
  | { readonly outcome: 'refused'; readonly fault: Fault };

/** Answers by pointer, one for each that was asked. */
export type Answers = ReadonlyMap<Pointer, ObjectAnswer>;
