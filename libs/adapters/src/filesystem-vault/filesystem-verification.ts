import { createHash } from 'node:crypto';
import type { BlobStore } from '#application/ports/blob-store.js';
import {
  VaultVerification,
  type PlacedBlob,
  type Verdict,
  type VerificationLevel,
} from '#application/ports/vault-verification.js';
import { isFault } from '#domain/fault/fault.js';

/** The ladder over files, which say nothing of themselves but their size; to sample one is to read it, so that is all of it. */
export class FilesystemVerification extends VaultVerification {
  constructor(private readonly vault: BlobStore) {
    super();
  }

  override async *verify(
    level: VerificationLevel,
    placed: readonly PlacedBlob[],
    signal: AbortSignal,
  ): AsyncGenerator<Verdict> {
    for (const one of placed) {
      signal.throwIfAborted();
      yield await this.one(level, one, signal);
    }
  }

  private async one(
    level: VerificationLevel,
    { blob, locator, storedBytes }: PlacedBlob,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const found = await this.vault.head(blob.oid, signal);
    if (found === null) return { blob, state: 'missing' };
    if (found.storedBytes !== storedBytes) return { blob, state: 'damaged', reason: 'stored-size' };
    if (level === 'listed' || level === 'metadata') return { blob, state: 'intact', level };
    try {
      const hash = createHash('sha256');
      for await (const piece of this.vault.get(blob, locator, signal)) hash.update(piece);
      if (hash.digest('hex') === blob.oid) return { blob, state: 'intact', level: 'full' };
    } catch (error) {
      if (isFault(error, 'vault.absent')) return { blob, state: 'missing' };
      if (!isFault(error, 'vault.corrupt')) throw error;
    }
    return { blob, state: 'damaged', reason: 'content' };
  }
}
