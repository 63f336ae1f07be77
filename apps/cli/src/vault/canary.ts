import { createHash, randomBytes } from 'node:crypto';
import type { BlobStore } from '#application/ports/blob-store.js';
import { Fault } from '#domain/fault/fault.js';
import { parseOid, parseSha1 } from '#domain/oid.js';

export interface CanaryResult {
  readonly bytes: number;
  readonly storedBytes: number;
  readonly uploadMs: number;
  readonly downloadMs: number;
  readonly deleteMs: number;
}

const BYTES = 65_536;
const DEADLINE_MS = 5 * 60_000;

/**
 * Puts random bytes into the vault, reads them back, compares, and removes them, through all that objects go through. The
 * canary is removed even when it comes back wrong. `vault.corrupt` when it does.
 */
export const flyCanary = async (vault: BlobStore, progress: (step: string) => void): Promise<CanaryResult> => {
  const bytes = randomBytes(BYTES);
  const blob = {
    oid: parseOid(createHash('sha256').update(bytes).digest('hex')),
    sizeBytes: BYTES,
    sha1: parseSha1(createHash('sha1').update(bytes).digest('hex')),
  };
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    progress(`Uploading a canary of ${BYTES / 1024} KiB ...`);
    const [receipt, uploadMs] = await timed(() => vault.put(blob, once(bytes), signal));
    progress('Reading it back ...');
    const [digest, downloadMs] = await timed(() => digestOf(vault.get(blob, receipt.locator, signal)));
    if (digest !== blob.oid) throw new Fault('vault.corrupt', { oid: blob.oid, reason: 'canary' });
    progress('Deleting it ...');
    const [, deleteMs] = await timed(() => vault.remove(blob.oid, signal));
    if ((await vault.head(blob.oid, signal)) !== null) throw new Fault('vault.refused', { reason: 'canary-stays' });
    return { bytes: BYTES, storedBytes: receipt.storedBytes, uploadMs, downloadMs, deleteMs };
  } catch (error) {
    await vault.remove(blob.oid, AbortSignal.timeout(30_000)).catch(() => undefined);
    throw error;
  }
};

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

const digestOf = async (pieces: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
};

const timed = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
  const startedAt = performance.now();
  return [await work(), Math.round(performance.now() - startedAt)];
};
