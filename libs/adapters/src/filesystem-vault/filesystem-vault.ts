import { BlobStore, type BlobEntry, type BlobIdentity, type Bytes } from '#application/ports/blob-store.js';
import { Fault } from '#domain/fault/fault.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import { isOid, type Oid } from '#domain/oid.js';
import { DigestDirectory, type Attempt } from '#platform/files/digest-directory.js';
import { nodeFiles, type Files } from '#platform/files/files.js';
import { copyHashed, digestOf, SourceTooLong } from '#platform/files/hashed-copy.js';
import { pulled } from '#platform/files/pour.js';
import { SourceFailed, unlessAborted } from '#platform/files/pull-source.js';
import { ReadingFile } from '#platform/files/reading-file.js';
import { reached } from '#platform/milestone.js';
import { vaultFault } from './vault-faults.js';
import { VaultMarker } from './vault-marker.js';

export interface FilesystemVaultSettings {
  readonly vaultDirectory: string;
  readonly vaultId: string;
}

const INCOMING = 'incoming';
/** Up to here a put reads back what it wrote; of larger files it asks the size. */
const READ_BACK_BYTES = 2 ** 20;
const DIRECT_BYTES = 4 * 2 ** 20;

/**
 * A vault in a directory: `objects/aa/bb/<oid>`, attempts in `incoming/`, and a marker file that says that it is one. What
 * is not a vault (an empty mount point) holds nothing and tells nobody that an object is absent.
 */
export class FilesystemVault extends BlobStore {
  private constructor(
    override readonly vault: string,
    private readonly directory: DigestDirectory,
    private readonly marker: VaultMarker,
  ) {
    super();
  }

  /** Opens a vault, or makes one of an empty or missing directory. Faults as of BlobStore. */
  static async at(
    { vaultDirectory, vaultId }: FilesystemVaultSettings,
    files: Files = nodeFiles,
  ): Promise<FilesystemVault> {
    try {
      const marker = new VaultMarker(vaultDirectory, files);
      const isVault = await marker.isThere();
      if (isVault) await marker.expect();
      const directory = await DigestDirectory.layOut(vaultDirectory, [INCOMING], files);
      if (!isVault) await marker.write();
      return new FilesystemVault(vaultId, directory, marker);
    } catch (error) {
      throw vaultFault(error);
    }
  }

  override async put(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<Receipt> {
    try {
      signal.throwIfAborted();
      await this.marker.expect();
      if (await this.adopt(blob, signal)) return this.receipt(blob, 'full');
      await this.write(blob, source, signal);
      return this.receipt(blob, await this.verify(blob, signal));
    } catch (error) {
      throw vaultFault(error);
    }
  }

  override async *get({ oid, sizeBytes }: BlobIdentity, _locator: Locator, signal: AbortSignal): Bytes {
    let reading: ReadingFile | null = null;
    try {
      signal.throwIfAborted();
      const opened = await this.directory.open(oid);
      if (opened === null) throw await this.absence(oid);
      reading = new ReadingFile(opened.file, opened.stats.size);
      if (reading.sizeBytes !== sizeBytes)
        throw new Fault('vault.corrupt', { oid, expected: sizeBytes, found: reading.sizeBytes });
      yield* reading.chunks({ start: 0, end: sizeBytes - 1 }, signal);
    } catch (error) {
      throw vaultFault(error);
    } finally {
      await reading?.close();
    }
  }

  override async head(oid: Oid, signal: AbortSignal): Promise<BlobEntry | null> {
    try {
      const found = await unlessAborted(this.directory.stat(oid), signal);
      if (found !== null) return entryOf(oid, found.sizeBytes);
      await unlessAborted(this.marker.expect(), signal);
      return null;
    } catch (error) {
      throw vaultFault(error);
    }
  }

  override async remove(oid: Oid, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      await this.marker.expect();
      if (await this.directory.remove(oid)) await this.directory.confirm(oid);
    } catch (error) {
      throw vaultFault(error);
    }
  }

  override async *list(signal: AbortSignal): AsyncGenerator<BlobEntry> {
    try {
      await this.marker.expect();
      for await (const { digest, sizeBytes } of this.directory.entries()) {
        signal.throwIfAborted();
        if (isOid(digest)) yield entryOf(digest, sizeBytes);
      }
    } catch (error) {
      throw vaultFault(error);
    }
  }

  override async check(signal: AbortSignal): Promise<void> {
    try {
      await unlessAborted(this.marker.expect(), signal);
      await unlessAborted(this.directory.probe(INCOMING), signal);
    } catch (error) {
      throw vaultFault(error);
    }
  }

  override async sweepAttempts(olderThanMs: number): Promise<number> {
    try {
      return await this.directory.sweep(INCOMING, olderThanMs);
    } catch (error) {
      throw vaultFault(error);
    }
  }

  /** Whether the object is here already, by its bytes; whoever put it may have died before its name was durable. */
  private async adopt(blob: BlobIdentity, signal: AbortSignal): Promise<boolean> {
    const found = await this.directory.stat(blob.oid);
    if (found?.sizeBytes !== blob.sizeBytes) return false;
    const intact = await this.holdsBytesOf(blob, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      // A copy that cannot be read is replaced.
      if (error instanceof SourceFailed) return false;
      throw error;
    });
    if (!intact) return false;
    await this.directory.confirm(blob.oid);
    return true;
  }

  private async write(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<void> {
    const attempt = await this.directory.begin(INCOMING, blob.oid, blob.sizeBytes >= DIRECT_BYTES);
    try {
      reached('worker.put-begun');
      await copyChecked(blob, source, { attempt, signal });
      await attempt.sync();
      signal.throwIfAborted();
      await attempt.publish();
    } catch (error) {
      await attempt.discard();
      throw error;
    }
  }

  /** Asks what is there now, under its final name. */
  private async verify(blob: BlobIdentity, signal: AbortSignal): Promise<Receipt['verified']> {
    const { oid, sizeBytes } = blob;
    const found = await this.directory.stat(oid);
    if (found?.sizeBytes !== sizeBytes)
      throw new Fault('vault.corrupt', { oid, expected: sizeBytes, found: found?.sizeBytes ?? null });
    if (sizeBytes > READ_BACK_BYTES) return 'metadata';
    if (await this.holdsBytesOf(blob, signal)) return 'full';
    throw new Fault('vault.corrupt', { oid });
  }

  private async holdsBytesOf({ oid, sizeBytes }: BlobIdentity, signal: AbortSignal): Promise<boolean> {
    const opened = await this.directory.open(oid);
    if (opened === null) return false;
    const reading = new ReadingFile(opened.file, opened.stats.size);
    try {
      const chunks = reading.chunks({ start: 0, end: sizeBytes - 1 }, signal);
      const { digests } = await digestOf(pulled(chunks, signal), {
        maxBytes: sizeBytes,
        algorithms: ['sha256'],
        signal,
      });
      return digests[0] === oid;
    } finally {
      await reading.close();
    }
  }

  private receipt({ oid, sizeBytes }: BlobIdentity, verified: Receipt['verified']): Receipt {
    return { vault: this.vault, locator: { key: oid }, sizeBytes, storedBytes: sizeBytes, sha1: null, verified };
  }

  /** `vault.absent`, unless the whole vault is. */
  private async absence(oid: Oid): Promise<Fault> {
    await this.marker.expect();
    return new Fault('vault.absent', { oid });
  }
}

const entryOf = (oid: Oid, storedBytes: number): BlobEntry => ({ oid, locator: { key: oid }, storedBytes });

/** Copies a source into an attempt; one that is not the object is `staging.corrupt`. */
const copyChecked = async (
  { oid, sizeBytes }: BlobIdentity,
  source: Bytes,
  { attempt, signal }: { readonly attempt: Attempt; readonly signal: AbortSignal },
): Promise<void> => {
  let halfway = false;
  const onWritten = (bytes: number): void => {
    if (halfway || bytes * 2 < sizeBytes) return;
    halfway = true;
    reached('worker.mid-blocks');
  };
  try {
    const plan = { maxBytes: sizeBytes, algorithms: ['sha256'], signal, onWritten } as const;
    const { bytes, digests } = await copyHashed(pulled(source, signal), attempt.file, plan);
    if (bytes !== sizeBytes || digests[0] !== oid)
      throw new Fault('staging.corrupt', { oid, expected: sizeBytes, received: bytes });
  } catch (error) {
    if (error instanceof SourceTooLong) throw new Fault('staging.corrupt', { oid, reason: 'too long' });
    throw error;
  }
};
