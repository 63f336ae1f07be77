import { createHash, randomBytes } from 'node:crypto';
import type { MaybeNode, ProtonDriveClient, UploadMetadata } from '@protontech/drive-sdk';

export const MIB = 1024 * 1024;

export const bytesOf = (size: number): Buffer => randomBytes(size);
export const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

/** Uid of a node that the SDK could decrypt. */
export function uidOf(node: MaybeNode): string {
  if (!node.ok) throw new Error('The SDK could not decrypt the node');
  return node.value.uid;
}

export interface Upload {
  readonly parent: string;
  readonly name: string;
  readonly content: Buffer;
  readonly metadata?: Partial<UploadMetadata>;
}

/** Uid of the new file. */
export async function upload(
  client: ProtonDriveClient,
  { parent, name, content, metadata = {} }: Upload,
): Promise<{ readonly nodeUid: string; readonly nodeRevisionUid: string }> {
  const uploader = await client.getFileUploader(parent, name, {
    mediaType: 'application/octet-stream',
    expectedSize: content.length,
    expectedSha1: sha1(content),
    ...metadata,
  });
  const controller = await uploader.uploadFromStream(streamOf(content), []);
  return controller.completion();
}

export async function download(client: ProtonDriveClient, nodeUid: string): Promise<Buffer> {
  const downloader = await client.getFileDownloader(nodeUid);
  const chunks: Uint8Array[] = [];
  const sink = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
  await downloader.downloadToStream(sink).completion();
  return Buffer.concat(chunks);
}

function streamOf(content: Buffer): ReadableStream<Uint8Array> {
  const slice = MIB;
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= content.length) return controller.close();
      controller.enqueue(new Uint8Array(content.subarray(at, at + slice)));
      at += slice;
    },
  });
}

export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
