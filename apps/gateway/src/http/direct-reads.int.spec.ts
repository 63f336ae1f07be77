import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isFault } from '#domain/fault/fault.js';
import type { Room, Sink } from '#platform/files/pour.js';
import { giveBack } from '#platform/give-back.js';
import { bodyOf } from './body.js';
import { closeAfterRefusal } from './lingering-close.js';

const SIZE = 8 * 2 ** 20;
const PROGRESS = { windowMs: 300, leastBytesPerSecond: 1 };

/** Keeps what comes, in a room of small slabs; which of them were filled there and which came as pieces. */
class Taker {
  readonly taken: Buffer[] = [];
  inRoom = 0;
  asPieces = 0;
  busy: Promise<void> | undefined;
  hasRoom = true;
  slab: Buffer | null = null;

  readonly sink: Sink = (piece) => {
    this.asPieces += piece.length;
    this.taken.push(Buffer.from(piece));
    giveBack(piece); // as the hot tier does
    return this.busy;
  };

  readonly room: Room = {
    next: () => (this.hasRoom ? (this.slab ??= Buffer.alloc(100_000)) : null),
    took: (bytes) => {
      if (this.slab === null) throw new Error('no room was given');
      this.inRoom += bytes;
      this.taken.push(this.slab.subarray(0, bytes));
      this.slab = null;
      this.onTaken();
    },
  };

  onTaken: () => void = () => undefined;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a body that is read past the HTTP parser', () => {
  let server: Server;
  let taker: Taker;
  let outcome: Promise<unknown>;
  let call: AbortController;
  const whole = randomBytes(SIZE);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    outcome = promise;
    // As in the gateway, where redeeming the action takes a moment.
    await delay(5);
    const body = bodyOf(request, PROGRESS, call.signal);
    const error: unknown = await body(taker.sink, taker.room).catch((reason: unknown) => reason);
    resolve(error);
    if (error !== undefined) closeAfterRefusal(request, response);
    else if (!request.complete) response.shouldKeepAlive = false;
    response.writeHead(error === undefined ? 200 : 422, { 'content-length': '0' }).end();
  };

  beforeEach(async () => {
    taker = new Taker();
    call = new AbortController();
    server = createServer((request, response) => void answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const put = (length = SIZE): Socket => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`PUT /object HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`);
    return socket;
  };

  const answerOf = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
    await once(socket, 'close');
    return text;
  };

  const comes = async (bytes: number): Promise<void> => {
    while (taker.inRoom + taker.asPieces < bytes) await delay(5);
  };

  const takenHash = () => sha256(Buffer.concat(taker.taken));

  it('comes whole, most of it where there is room, and the connection is closed after the answer', async () => {
    const socket = put();
    socket.write(whole);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 200[\s\S]*connection: close/i);
    expect(takenHash()).toBe(sha256(whole));
    expect(taker.inRoom).toBeGreaterThan(SIZE / 2);
  });

  it('waits while the sink is busy, comes as pieces while there is no room, and goes on from there', async () => {
    taker.onTaken = () => {
      taker.hasRoom = false;
      taker.busy ??= delay(100).then(() => void ((taker.busy = undefined), (taker.hasRoom = true)));
    };
    const socket = put();
    socket.write(whole);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 200/);
    expect(takenHash()).toBe(sha256(whole));
    expect(Math.min(taker.inRoom, taker.asPieces)).toBeGreaterThan(0);
  });

  it('leaves what follows the body alone', async () => {
    const socket = put();
    socket.write(Buffer.concat([whole, Buffer.from('GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n')]));
    await once(server, 'request');
    expect(await outcome).toBeUndefined();
    expect(takenHash()).toBe(sha256(whole));
    socket.destroy();
  });

  it('tells of a client that goes away', async () => {
    const socket = put();
    socket.write(whole.subarray(0, SIZE / 2));
    await comes(SIZE / 2);
    socket.destroy();
    expect(isFault(await outcome, 'body.truncated')).toBe(true);
  });

  it('tells of a client that ends too early, and still answers it', async () => {
    const socket = put();
    socket.end(whole.subarray(0, SIZE / 2));
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 4/);
    expect(isFault(await outcome, 'body.truncated')).toBe(true);
  });

  it('tells of a client that is silent', async () => {
    const socket = put();
    socket.write(whole.subarray(0, SIZE / 2));
    await once(server, 'request');
    expect(isFault(await outcome, 'body.stalled')).toBe(true);
    socket.destroy();
  });

  it('is thrown away after a refusal, which reaches a client that goes on sending', async () => {
    taker.onTaken = () => {
      throw new Error('the disk is full');
    };
    const socket = put();
    socket.write(whole.subarray(0, SIZE - 1));
    expect(await Promise.race([answerOf(socket), delay(4_000)])).toMatch(/^HTTP\/1.1 422[\s\S]*connection: close/i);
    const kept = Buffer.concat(taker.taken).length;
    expect(kept).toBeLessThan(SIZE / 2);
  });

  it('lets the room go at once when it is not wanted any more, whatever still comes', async () => {
    const socket = put();
    socket.write(whole.subarray(0, SIZE / 2));
    await comes(SIZE / 2);
    const { slab } = taker;
    call.abort();
    expect(isFault(await outcome, 'body.truncated')).toBe(true);
    socket.write(whole.subarray(0, SIZE / 4));
    expect(await Promise.race([answerOf(socket), delay(4_000)])).toMatch(/^HTTP\/1.1 422/);
    expect(slab?.every((byte) => byte === 0)).toBe(true);
  });

  it('comes the usual way without room, and the connection is kept', async () => {
    taker.hasRoom = false;
    const socket = put();
    socket.write(whole);
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString('latin1')).toMatch(/^HTTP\/1.1 200(?![\s\S]*connection: close)/i);
    expect(takenHash()).toBe(sha256(whole));
    expect(taker.inRoom).toBe(0);
    socket.destroy();
  });
});
