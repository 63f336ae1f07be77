import { describe, expect, it } from '@jest/globals';
import type { SdkClient } from '../clients.js';
import { Operations } from '../operations.js';
import { Handover } from './handover.js';
import { Slots } from './slots.js';
import { SourceStream } from './source-stream.js';

const never = new Promise<never>(() => undefined);
const endless = new AbortController().signal;
const all = async (chunks: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> => {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return list;
};
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

const slotsOf = (count: number) => {
  const made: string[] = [];
  const make = (role: string): SdkClient => {
    made.push(role);
    return { number: made.length } as unknown as SdkClient;
  };
  return { made, slots: new Slots({ count, make, replaced: () => undefined }) };
};

describe('the slots of transfers', () => {
  it('have a client each, of a name that stays the same, and make the next wait', async () => {
    const { made, slots } = slotsOf(2);
    const operations = new Operations();
    let running = 0;
    let most = 0;
    const transfer = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await turn();
      running--;
    };
    await Promise.all(Array.from({ length: 6 }, () => slots.use(operations.begin(endless), transfer)));
    expect(most).toBe(2);
    expect(made).toEqual(['0', '1']);
  });

  it('replace the client of a transfer that failed, and keep it where the error left it sound', async () => {
    const { made, slots } = slotsOf(1);
    const operations = new Operations();
    const fail = () => Promise.reject(new Error('x'));
    await slots.use(operations.begin(endless), fail, () => true).catch(() => undefined);
    expect(made).toHaveLength(1);
    await slots.use(operations.begin(endless), fail).catch(() => undefined);
    expect(made).toEqual(['0', '0']);
  });

  it('are free again at once when a transfer is given up that hangs', async () => {
    const { made, slots } = slotsOf(1);
    const operations = new Operations();
    const hanging = operations.begin(endless);
    const first = slots.use(hanging, () => never);
    hanging.stop(new Error('given up'));
    await expect(first).rejects.toThrow('given up');
    await expect(slots.use(operations.begin(endless), async () => 'next')).resolves.toBe('next');
    expect(made).toEqual(['0', '0']);
  });

  it('let one go that waits and is given up, without losing a place', async () => {
    const { slots } = slotsOf(1);
    const operations = new Operations();
    const busy = operations.begin(endless);
    const holding = slots.use(busy, () => never);
    const waiting = operations.begin(endless);
    const queued = slots.use(waiting, async () => 'never');
    waiting.stop(new Error('given up'));
    await expect(queued).rejects.toThrow('given up');
    busy.stop(new Error('over'));
    await expect(holding).rejects.toThrow('over');
    await expect(slots.use(operations.begin(endless), async () => 'free')).resolves.toBe('free');
  });
});

describe('the source as the SDK reads it', () => {
  it('yields the same bytes in pieces of at most 1 MiB', async () => {
    const source = new SourceStream(
      (async function* () {
        yield Buffer.alloc(2 ** 20 * 2 + 5, 7);
        yield Buffer.from('x');
      })(),
      endless,
    );
    const pieces = await all(source.stream);
    expect(pieces.map(({ length }) => length)).toEqual([2 ** 20, 2 ** 20, 5, 1]);
  });

  it('keeps what the source threw', async () => {
    const error = new RangeError('torn');
    const source = new SourceStream(
      (async function* () {
        yield Buffer.from('a');
        throw error;
      })(),
      endless,
    );
    await expect(all(source.stream)).rejects.toBe(error);
    expect(source.failure).toEqual({ error });
  });

  it('lets go of a source that stands still when the call ends', async () => {
    let returned = false;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => never,
        return: async () => {
          returned = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const call = new AbortController();
    const { stream, failure } = new SourceStream(source, call.signal);
    const reading = stream.getReader().read();
    await turn();
    call.abort(new Error('over'));
    await expect(reading).rejects.toThrow('over');
    expect(returned).toBe(true);
    expect(failure).toBeNull();
  });
});

describe('the handover of a download', () => {
  it('holds the writer back until a block is taken, and ends after the last', async () => {
    const handover = new Handover();
    const writer = handover.writable.getWriter();
    let written = 0;
    const writing = (async () => {
      for (const text of ['a', 'b']) {
        await writer.write(Buffer.from(text));
        written++;
      }
      handover.end(null);
    })();
    await turn();
    expect(written).toBe(0);
    expect(Buffer.concat(await all(handover.chunks())).toString()).toBe('ab');
    await writing;
  });

  it('ends with the error, and refuses what the SDK still writes', async () => {
    const handover = new Handover();
    const writing = handover.writable.getWriter().write(Buffer.from('a'));
    await turn();
    handover.end(new Error('corrupt'));
    await expect(writing).rejects.toThrow('corrupt');
    await expect(all(handover.chunks())).rejects.toThrow('corrupt');
  });
});
