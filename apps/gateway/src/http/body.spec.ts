import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { bodyOf } from './body.js';

const PROGRESS = { windowMs: 60, leastBytesPerSecond: 1 };
const PIECE = Buffer.alloc(64 * 1024, 'x');

const requestOf = () => {
  const sender = new PassThrough();
  const request = sender as unknown as IncomingMessage;
  const call = new AbortController();
  return { sender, call, request, body: bodyOf(request, PROGRESS, call.signal) };
};

const lengthOf = async (body: AsyncIterable<Uint8Array>): Promise<number> => {
  let length = 0;
  for await (const piece of body) length += piece.length;
  return length;
};

describe('the body of a request', () => {
  it('comes whole and in order', async () => {
    const { sender, body } = requestOf();
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of body) pieces.push(piece);
    })();
    for (const text of ['one ', 'two ', 'three']) {
      sender.write(text);
      await turn();
    }
    sender.end();
    await reading;
    expect(Buffer.concat(pieces).toString()).toBe('one two three');
  });

  it('may be empty', async () => {
    const { sender, body } = requestOf();
    sender.end();
    expect(await lengthOf(body)).toBe(0);
  });

  it('is not read further ahead than a megabyte, and from where it was when the reader goes on', async () => {
    const { sender, body } = requestOf();
    sender.write(PIECE);
    await body.next();
    let taken = 0;
    while (sender.write(PIECE) && taken < 100) {
      taken += 1;
      await turn();
    }
    expect(taken).toBeLessThan(20);
    sender.end();
    expect(await lengthOf(body)).toBe((taken + 1) * PIECE.length);
  });

  it('is left alone by a reader that stops early', async () => {
    const { sender, request, body } = requestOf();
    sender.write(PIECE);
    await body.next();
    await body.return(undefined);
    sender.write(PIECE);
    await turn();
    expect(request.isPaused()).toBe(true);
    expect(sender.listenerCount('data')).toBe(0);
    expect(sender.readableLength).toBe(PIECE.length);
  });

  it('is given up when nothing comes in time, not when the reader takes its time', async () => {
    const { sender, body } = requestOf();
    sender.write('a');
    await body.next();
    await new Promise((resolve) => setTimeout(resolve, 2 * PROGRESS.windowMs));
    sender.write('b');
    expect((await body.next()).done).toBe(false);
    await expect(body.next()).rejects.toMatchObject({ code: 'body.stalled' });
  });

  it.each(['the connection is lost', 'the call ends'])('is cut short when %s', async (how) => {
    const { sender, call, body } = requestOf();
    sender.write('a');
    await body.next();
    const next = body.next();
    if (how === 'the call ends') call.abort();
    else sender.destroy();
    await expect(next).rejects.toMatchObject({ code: 'body.truncated' });
  });
});
