import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { blobSample, collected } from '#testing/contracts/blob-store.contract.js';
import { chunked } from '#testing/memory/memory-world.js';
import { CheckedSource } from './checked-source.js';

const never = (): AbortSignal => new AbortController().signal;
const { blob, bytes } = blobSample(300_000);

const reading = async (source: CheckedSource, pieces: Uint8Array[]): Promise<void> => {
  for await (const piece of source.read()) pieces.push(piece);
};

describe('a source on its way into the vault', () => {
  it('gives its bytes in order', async () => {
    const given = await collected(new CheckedSource(blob, chunked(bytes), never()).read());
    expect(Buffer.compare(given, bytes)).toBe(0);
  });

  it.each([
    ['differs', bytes.map((byte) => byte ^ 1)],
    ['is too short', bytes.subarray(0, -1)],
    ['is too long', Buffer.concat([bytes, Buffer.from('x')])],
  ])('never gives its last byte when it %s', async (_, wrong) => {
    const pieces: Uint8Array[] = [];
    const source = new CheckedSource(blob, chunked(wrong), never());
    await expect(reading(source, pieces)).rejects.toMatchObject({ code: 'staging.corrupt' });
    expect(Buffer.concat(pieces).length).toBeLessThan(bytes.length);
  });

  it('is read again from the start as long as little of it was read', async () => {
    const source = new CheckedSource(blob, chunked(bytes), never());
    for await (const piece of source.read()) if (piece.length > 0) break;
    expect(source.canBeReadAgain).toBe(true);
    expect(Buffer.compare(await collected(source.read()), bytes)).toBe(0);
  });

  it('cannot be read again once much of it was read', async () => {
    const large = blobSample(6_000_000);
    const source = new CheckedSource(large.blob, chunked(large.bytes), never());
    await collected(source.read());
    expect(source.canBeReadAgain).toBe(false);
    await expect(collected(source.read())).rejects.toMatchObject({ code: 'vault.unavailable' });
  });

  it.each([0, 1, 300_000, 6_000_000])('of %i bytes says once each that it begins and is half way', async (size) => {
    const sample = blobSample(size);
    const said: string[] = [];
    const listeners = ['worker.put-begun', 'worker.mid-blocks'].map((name) => {
      const listener = (): void => void said.push(name);
      subscribe(`ballast:${name}`, listener);
      return () => unsubscribe(`ballast:${name}`, listener);
    });
    await collected(new CheckedSource(sample.blob, chunked(sample.bytes), never()).read());
    for (const stop of listeners) stop();
    expect(said).toEqual(['worker.put-begun', 'worker.mid-blocks']);
  });
});
