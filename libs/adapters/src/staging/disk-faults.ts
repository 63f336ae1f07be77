import { Fault, isFault } from '#domain/fault/fault.js';
import { errnoOf } from '#platform/files/files.js';
import { SourceFailed } from '#platform/files/pull-source.js';
import { FileShrank } from '#platform/files/reading-file.js';

const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);

/**
 * What an error of the disk means to callers: `staging.full` or `staging.failed`; of a file, `staging.corrupt`. What is
 * not of the disk stays what it is.
 */
export const diskFault = (error: unknown): unknown => {
  if (isFault(error) || error instanceof SourceFailed) return error;
  if (error instanceof FileShrank) return new Fault('staging.corrupt', { reason: 'short' }, { cause: error });
  const reason = errnoOf(error);
  if (reason === undefined) return error;
  return new Fault(FULL.has(reason) ? 'staging.full' : 'staging.failed', { reason }, { cause: error });
};

/** Runs work on the disk, its errors as faults. */
export const onDisk = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw diskFault(error);
  }
};

/** Reads from the disk, its errors as faults. */
export async function* fromDisk<T>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* chunks;
  } catch (error) {
    throw diskFault(error);
  }
}
