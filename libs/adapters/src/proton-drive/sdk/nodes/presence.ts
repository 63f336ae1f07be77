import { Fault } from '#domain/fault/fault.js';
import { classOfFailure } from '../../failure/fault-of-failure.js';
import type { NodeUid } from '../../drive.js';
import type { LinkListing } from './link-listing.js';

/**
 * The error itself, or `vault.absent` when it comes of a node that is not there: the SDK then throws a ValidationError with
 * nothing but a translated text in it, so the server is asked.
 */
export const absentOr = async (error: unknown, node: NodeUid, listing: LinkListing): Promise<unknown> => {
  if (classOfFailure(error) !== 'bug') return error;
  const [link] = await listing.links([node]).catch(() => [null]);
  return link === undefined ? new Fault('vault.absent', {}, { cause: error }) : error;
};
