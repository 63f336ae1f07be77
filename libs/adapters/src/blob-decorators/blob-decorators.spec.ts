import type { BlobStore } from '#application/ports/blob-store.js';
import { metrics } from '#platform/metrics.js';
import { blobSample, collected, describeBlobStore } from '#testing/contracts/blob-store.contract.js';
import { MemoryBlobStore } from '#testing/memory/memory-blob-store.js';
import { chunked } from '#testing/memory/memory-world.js';
import { limiting } from './limiting.js';
import { tracing } from './tracing.js';

const never = (): AbortSignal => new AbortController().signal;
const { blob, bytes } = blobSample(300_000);
const locator = { key: blob.oid };

describeBlobStore('in memory, decorated', () =>
  Promise.resolve({
    store: tracing(limiting(new MemoryBlobStore(), 2)),
    leftovers: () => Promise.resolve([]),
    dispose: () => Promise.resolve(),
  }),
);

describe('a limiting vault', () => {
  class Slow extends MemoryBlobStore {
    running = 0;
    most = 0;
    readonly gate = Promise.withResolvers<void>();

    override async put(...args: Parameters<BlobStore['put']>): ReturnType<BlobStore['put']> {
      this.most = Math.max(this.most, ++this.running);
      await this.gate.promise;
      this.running -= 1;
      return super.put(...args);
    }
  }

  it('runs as many transfers at once as it may, and the others after them', async () => {
    const inner = new Slow();
    const vault = limiting(inner, 2);
    const puts = Array.from({ length: 6 }, () => vault.put(blob, chunked(bytes), never()));
    await new Promise((resolve) => setImmediate(resolve));
    expect(inner.running).toBe(2);
    inner.gate.resolve();
    await Promise.all(puts);
    expect(inner.most).toBe(2);
  });

  it('lets one go that is told to stop while it waits, and gives its turn to the next', async () => {
    const inner = new Slow();
    const vault = limiting(inner, 1);
    const first = vault.put(blob, chunked(bytes), never());
    const stopping = new AbortController();
    const second = vault.put(blob, chunked(bytes), stopping.signal);
    const third = vault.put(blob, chunked(bytes), never());
    stopping.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
    inner.gate.resolve();
    await Promise.all([first, third]);
    expect(inner.puts).toBe(2);
  });
});

describe('a tracing vault', () => {
  const counted = async (op: string, result: string): Promise<number> => {
    const { values } = await metrics.vaultDuration.get();
    const count = values.find(
      ({ metricName, labels }) =>
        metricName?.endsWith('_count') === true && labels.op === op && labels.result === result,
    );
    return count?.value ?? 0;
  };

  it('counts calls by what came of them', async () => {
    const vault = tracing(new MemoryBlobStore());
    const before = [await counted('get', 'ok'), await counted('get', 'vault.absent')] as const;
    await expect(collected(vault.get(blob, locator, never()))).rejects.toMatchObject({ code: 'vault.absent' });
    await vault.put(blob, chunked(bytes), never());
    await collected(vault.get(blob, locator, never()));
    expect([await counted('get', 'ok'), await counted('get', 'vault.absent')]).toEqual([before[0] + 1, before[1] + 1]);
  });
});
