import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as openpgp from 'openpgp';
import { decryptBlock, encryptBlock, isPlainAes256 } from './block-cipher.js';
import { encryptProtected } from './cfb.js';

const key = { data: new Uint8Array(randomBytes(32)), algorithm: 'aes256' as const };
const sessionKeys = key as unknown as openpgp.SessionKey;

/** Around every length at which a header, a cipher block or a piece changes its form. */
const EDGES = [0, 1, 13, 14, 15, 16, 17, 31, 32, 33, 190, 191, 192, 193, 8382, 8383, 8384, 65_535, 65_536, 70 * 1024];
const contents = fc.oneof(
  fc.constantFrom(...EDGES).map((length) => new Uint8Array(randomBytes(length))),
  fc.uint8Array({ maxLength: 70 * 1024 }),
);

const byOpenpgp = async (binaryMessage: Uint8Array): Promise<Uint8Array> => {
  const message = await openpgp.readMessage({ binaryMessage });
  const opened = (await openpgp.decrypt({ message, sessionKeys, format: 'binary' })) as { readonly data: Uint8Array };
  return opened.data;
};

const ofOpenpgp = async (binary: Uint8Array): Promise<Uint8Array> => {
  const message = await openpgp.createMessage({ binary });
  const encrypted: unknown = await openpgp.encrypt({ message, sessionKey: sessionKeys, format: 'binary' });
  return encrypted as Uint8Array;
};

describe('the fast way of a block', () => {
  it('writes what openpgp reads', async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        expect(Buffer.compare(await byOpenpgp(encryptBlock(key, content)), content)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('reads what openpgp writes', async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        const read = decryptBlock(key, await ofOpenpgp(content));
        expect(Buffer.compare(read as Uint8Array, content)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it.each(EDGES)('reads what it wrote itself, of %i bytes', (length) => {
    const content = randomBytes(length);
    expect(Buffer.compare(decryptBlock(key, encryptBlock(key, content)) as Uint8Array, content)).toBe(0);
  });

  it('reads a whole block of 4 MiB and one that is larger than any', () => {
    for (const length of [4 * 2 ** 20, 5 * 2 ** 20 + 3]) {
      const content = randomBytes(length);
      expect(Buffer.compare(decryptBlock(key, encryptBlock(key, content)) as Uint8Array, content)).toBe(0);
    }
  });

  it('reads packets whose length is told in parts, as streaming writers tell it', () => {
    const content = randomBytes(1500);
    const literal = Buffer.concat([Buffer.from([0x62, 0, 0, 0, 0, 0]), content]);
    const inner = Buffer.concat([
      Buffer.from([0xcb, 224 + 10]),
      literal.subarray(0, 1024),
      Buffer.from([((literal.length - 1024 - 192) >> 8) + 192, (literal.length - 1024 - 192) & 255]),
      literal.subarray(1024),
    ]);
    const ciphertext = encryptProtected(key.data, { header: new Uint8Array(), data: inner }, 0);
    const body = Buffer.concat([Buffer.from([1]), ciphertext]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length - 512);
    const outer = Buffer.concat([
      ...[Buffer.from([0xd2, 224 + 9]), body.subarray(0, 512)],
      ...[Buffer.from([255]), length, body.subarray(512)],
    ]);
    expect(Buffer.compare(decryptBlock(key, outer) as Uint8Array, content)).toBe(0);
  });

  it('rejects every message of which a bit of the ciphertext was flipped', () => {
    const content = randomBytes(300);
    fc.assert(
      fc.property(fc.nat(), fc.nat(7), (place, bit) => {
        const message = encryptBlock(key, content);
        const start = 7;
        const at = start + (place % (message.length - start));
        message[at] = (message[at] ?? 0) ^ (1 << bit);
        expect(decryptBlock(key, message)).toBe('tampered');
      }),
    );
  });

  it('rejects a message whose end is missing', () => {
    const ciphertext = encryptBlock(key, randomBytes(300)).subarray(7, -5);
    const head = Buffer.alloc(7);
    head.set([0xd2, 255]);
    head.writeUInt32BE(ciphertext.length + 1, 2);
    head[6] = 1;
    expect(decryptBlock(key, Buffer.concat([head, ciphertext]))).toBe('tampered');
  });

  it('rejects a message under another key', () => {
    expect(decryptBlock({ ...key, data: randomBytes(32) }, encryptBlock(key, randomBytes(50)))).toBe('tampered');
  });

  it('leaves compressed, signed and AEAD-encrypted messages, and no messages at all, to openpgp', async () => {
    const zlib = { preferredCompressionAlgorithm: openpgp.enums.compression.zlib };
    const message = await openpgp.createMessage({ binary: new Uint8Array(1000) });
    const options = { message, sessionKey: sessionKeys, config: zlib };
    const compressed = (await openpgp.encrypt({ ...options, format: 'binary' })) as unknown as Uint8Array;
    expect(decryptBlock(key, compressed)).toBe('other-form');
    expect(decryptBlock(key, new Uint8Array())).toBe('other-form');
    expect(decryptBlock(key, randomBytes(64).fill(0xd2, 0, 1).fill(2, 1, 2))).toBe('other-form');
    expect(isPlainAes256({ ...key, aeadAlgorithm: 'gcm' })).toBe(false);
    expect(isPlainAes256({ ...key, algorithm: 'aes128' })).toBe(false);
  });
});
