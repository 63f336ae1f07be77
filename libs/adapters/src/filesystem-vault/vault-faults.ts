import { Fault, isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { errnoOf } from '#platform/files/files.js';
import { SourceFailed } from '#platform/files/pull-source.js';
import { FileShrank } from '#platform/files/reading-file.js';

/** What is not listed may pass: `vault.unavailable`. */
const CODES: Readonly<Record<string, FaultCode>> = {
  ENOSPC: 'vault.full',
  EDQUOT: 'vault.full',
  // Permanent until somebody changes the directory: trying again would only hide it.
  EACCES: 'vault.refused',
  EPERM: 'vault.refused',
  EROFS: 'vault.refused',
  ELOOP: 'vault.refused',
  ENOTDIR: 'vault.refused',
  EISDIR: 'vault.refused',
};

/** What an error of the vault's disk means to callers. What is not of the disk stays what it is. */
export const vaultFault = (error: unknown): unknown => {
  if (error instanceof SourceFailed) return error.cause;
  if (isFault(error)) return error;
  if (error instanceof FileShrank) return new Fault('vault.corrupt', { reason: 'short' }, { cause: error });
  const reason = errnoOf(error);
  if (reason === undefined) return error;
  return new Fault(CODES[reason] ?? 'vault.unavailable', { reason }, { cause: error });
};
