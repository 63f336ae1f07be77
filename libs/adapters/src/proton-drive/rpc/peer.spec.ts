import { setTimeout as delay } from 'node:timers/promises';
import { MemoryChannel } from '#testing/rpc/memory-channel.js';
import { Fault } from '#domain/fault/fault.js';
import { Peer } from './peer.js';
import type { CallContext, Service } from './service.js';

const MIB = 2 ** 20;
const never = (): AbortSignal => new AbortController().signal;

async function* pieces(sizes: readonly number[], onPull: (index: number) => void = () => undefined) {
  for (const [index, size] of sizes.entries()) {
    onPull(index);
    await delay(0);
    yield new Uint8Array(size).fill(index);
  }
}

const state = { given: 0, aborted: false, returned: false };

const service = {
  add: async (_: CallContext, a: number, b: number) => a + b,
  refuse: async () => {
    throw new Fault('vault.absent', { oid: 'abc', left: null });
  },
  crash: async () => {
    throw new TypeError('a secret text');
  },
  hang: ({ signal }: CallContext) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => {
        state.aborted = true;
        reject(signal.reason as Error);
      });
    }),
  deaf: () => new Promise<void>(() => undefined),
  total: async ({ source }: CallContext) => {
    let bytes = 0;
    for await (const piece of source) bytes += (piece as Uint8Array).length;
    return bytes;
  },
  first: async ({ source }: CallContext) => {
    for await (const piece of source) return (piece as Uint8Array).length;
    return 0;
  },
  ignore: async ({ source }: CallContext) => typeof source,
  give: async function* (_: CallContext, count: number, size: number) {
    try {
      for (let index = 0; index < count; index += 1) {
        state.given = index + 1;
        yield new Uint8Array(size).fill(index);
        await delay(0);
      }
    } finally {
      state.returned = true;
    }
  },
  names: async function* () {
    yield 'one';
    yield 'two';
    throw new Fault('vault.corrupt', { reason: 'end' });
  },
} satisfies Service;

type Remote = typeof service;

describe('two peers over a channel', () => {
  let channel: MemoryChannel;
  let peer: Peer<Remote>;

  beforeEach(() => {
    Object.assign(state, { given: 0, aborted: false, returned: false });
    const [ours, theirs] = MemoryChannel.pair();
    channel = ours;
    const lost = (): Error => new Fault('vault.unavailable', { reason: 'process' });
    peer = new Peer<Remote>(ours, {}, { stopMs: 50, lost });
    new Peer(theirs, service, { stopMs: 50, lost });
  });

  it('answer each other, many at once', async () => {
    const sums = await Promise.all(Array.from({ length: 50 }, (_, n) => peer.call('add', [n, 1], { signal: never() })));
    expect(sums).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });

  it('pass faults with their facts, and of other errors the name only', async () => {
    await expect(peer.call('refuse', [], { signal: never() })).rejects.toMatchObject({
      code: 'vault.absent',
      facts: { oid: 'abc', left: null },
    });
    const crash = await peer.call('crash', [], { signal: never() }).catch((error: unknown) => error);
    expect(crash).toMatchObject({ name: 'TypeError' });
    expect(String(crash)).not.toContain('secret');
  });

  it('stream a source to the callee, cut into pieces that fit', async () => {
    const sizes = [0, 1, 3 * MIB, 5 * MIB + 7];
    expect(await peer.call('total', [], { signal: never(), source: pieces(sizes) })).toBe(8 * MIB + 8);
    const sent = channel.sent.flatMap((frame) => (frame.kind === 'item' ? [(frame.value as Uint8Array).length] : []));
    expect(Math.max(...sent)).toBe(MIB);
  });

  it('leave a source untouched that the callee does not read', async () => {
    const pulled: number[] = [];
    const source = pieces([1, 2, 3], (index) => pulled.push(index));
    expect(await peer.call('ignore', [], { signal: never(), source })).toBe('object');
    await delay(5);
    expect(pulled).toEqual([]);
  });

  it('let go of a source that the callee has read enough of', async () => {
    let ended = false;
    const source = (async function* () {
      try {
        for (;;) yield new Uint8Array(MIB);
      } finally {
        ended = true;
      }
    })();
    expect(await peer.call('first', [], { signal: never(), source })).toBe(MIB);
    await delay(5);
    expect(ended).toBe(true);
  });

  it('give back the very error that the source threw', async () => {
    const error = new Fault('staging.corrupt', { oid: 'x' });
    const source = (async function* () {
      yield new Uint8Array(10);
      await Promise.resolve();
      throw error;
    })();
    await expect(peer.call('total', [], { signal: never(), source })).rejects.toBe(error);
  });

  it('stream answers in order, and never hold more than a window of them', async () => {
    let read = 0;
    let mostAhead = 0;
    for await (const piece of peer.stream('give', [64, 512 * 1024], never())) {
      expect(piece[0]).toBe(read);
      read += 1;
      await delay(5);
      mostAhead = Math.max(mostAhead, state.given - read);
    }
    expect(read).toBe(64);
    expect(mostAhead).toBeGreaterThan(2);
    expect(mostAhead).toBeLessThanOrEqual(10);
  });

  it('hold no more than a window of what is sent to a slow callee', async () => {
    let pulled = 0;
    const slow = peer.call('first', [], { signal: never(), source: pieces(Array(40).fill(MIB), () => (pulled += 1)) });
    await slow;
    await delay(20);
    expect(pulled).toBeLessThanOrEqual(6);
  });

  it('tell the items of a stream before the fault that ends it', async () => {
    const names: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const name of peer.stream('names', [], never())) names.push(name);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'vault.corrupt' });
    expect(names).toEqual(['one', 'two']);
  });

  it('end the stream of a reader that leaves', async () => {
    for await (const piece of peer.stream('give', [1000, 1024], never())) if (piece[0] === 3) break;
    await delay(20);
    expect(state.returned).toBe(true);
    expect(state.given).toBeLessThan(1000);
  });

  it('cancel a call at its signal', async () => {
    const stopping = new AbortController();
    const call = peer.call('hang', [], { signal: stopping.signal });
    await delay(5);
    stopping.abort(new Error('stopped'));
    await expect(call).rejects.toThrow('stopped');
    expect(state.aborted).toBe(true);
  });

  it('wait no longer than agreed for a callee that does not stop', async () => {
    const stopping = new AbortController();
    const call = peer.call('deaf', [], { signal: stopping.signal });
    stopping.abort(new Error('stopped'));
    await expect(call).rejects.toThrow('stopped');
  });

  it('cancel a stream at its signal', async () => {
    const stopping = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const piece of peer.stream('give', [1000, 1024], stopping.signal))
        if (piece[0] === 3) stopping.abort(new Error('stopped'));
    };
    await expect(reading()).rejects.toThrow('stopped');
    await delay(20);
    expect(state.returned).toBe(true);
  });

  it('reject every call when the channel ends, and every later one', async () => {
    const call = peer.call('deaf', [], { signal: never() });
    const uploading = peer.call('total', [], { signal: never(), source: pieces(Array(1000).fill(MIB)) });
    const reading = (async () => {
      for await (const piece of peer.stream('give', [100_000, 1024], never())) if (piece[0] === 1) channel.cut();
    })();
    const gone = { code: 'vault.unavailable', facts: { reason: 'process' } };
    await expect(call).rejects.toMatchObject(gone);
    await expect(uploading).rejects.toMatchObject(gone);
    await expect(reading).rejects.toMatchObject(gone);
    await peer.closed;
    await expect(peer.call('add', [1, 1], { signal: never() })).rejects.toMatchObject(gone);
    await delay(5);
    expect(state.returned).toBe(true);
  });

  it('say that a method is unknown', async () => {
    const call = (peer as unknown as Peer<{ nothing: () => Promise<void> }>).call('nothing', [], { signal: never() });
    await expect(call).rejects.toMatchObject({ name: 'UnknownMethod' });
  });
});
