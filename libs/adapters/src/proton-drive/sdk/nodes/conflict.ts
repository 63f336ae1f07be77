import { NodeWithSameNameExistsValidationError } from '@protontech/drive-sdk';
import type { NodeUid } from '../../drive.js';

export type Conflict = { readonly with: 'node'; readonly node: NodeUid } | { readonly with: 'draft' };

/** What already bears the name, from the error that refused another; null for any other error. */
export const conflictOf = (error: unknown): Conflict | null => {
  if (!(error instanceof NodeWithSameNameExistsValidationError)) return null;
  if (error.isUnfinishedUpload) return { with: 'draft' };
  return error.existingNodeUid === undefined ? null : { with: 'node', node: error.existingNodeUid };
};
