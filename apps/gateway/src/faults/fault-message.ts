import type { LfsError } from '#contracts/lfs/batch.js';
import type { Fault } from '#domain/fault/fault.js';
import { FAULT_GUIDE, UNEXPECTED, UNEXPECTED_ENTRY } from './fault-guide.js';

/** Base of `documentation_url`; the code of a fault is its anchor. */
export type DocumentationUrl = string;

/** What a user reads. Clients show nothing else of a body, so the request id is in it (docs/git-lfs.md#message-only). */
export const messageOf = (fault: Fault | null, requestId: string): string => {
  const { says } = fault === null ? UNEXPECTED_ENTRY : FAULT_GUIDE[fault.code];
  const reason = fault?.code === 'object.store-failed' ? ` Reason: ${String(fault.facts['reason'])}.` : '';
  return `${says}${reason} (request ${requestId})`;
};

export const errorBody = (fault: Fault | null, requestId: string, documentation: DocumentationUrl): LfsError => ({
  message: messageOf(fault, requestId),
  request_id: requestId,
  documentation_url: `${documentation}#${fault?.code ?? UNEXPECTED}`,
});
