import { createCipheriv, createHash, timingSafeEqual, getRandomValues } from 'node:crypto';

/**
 * Symmetrically encrypted, integrity protected data, version 1 (RFC 9580 5.13.1) with AES-256, for whole blocks at once.
 *
 * Layout of the plaintext: 16 random bytes, the last two of them again, the inner packets, `d3 14`, SHA-1 of all before.
 * CFB with an all-zero IV over that is the ciphertext.
 */
const BLOCK = 16;
const PREFIX = BLOCK + 2;
const SHA1 = 20;
const MDC_HEADER = [0xd3, 0x14] as const;
const TRAILER = MDC_HEADER.length + SHA1;

export const KEY_BYTES = 32;
/** Bytes that the ciphertext has more than the packets inside. */
export const OVERHEAD = PREFIX + TRAILER;

/** Both directions run from start to end without waiting, so all calls can share it. Larger input gets its own. */
const SCRATCH_BYTES = 4 * 1024 * 1024 + 4096;
let scratch: Buffer | null = null;

const workspace = (bytes: number): Buffer => {
  if (bytes > SCRATCH_BYTES) return Buffer.alloc(bytes);
  return (scratch ??= Buffer.alloc(SCRATCH_BYTES)).subarray(0, bytes);
};

/**
 * Encrypts `header` and `data` after one another. Returns a buffer of its own with `room` (at most 16) free bytes before
 * the ciphertext, for the header of the packet: what would otherwise be another copy of 4 MiB.
 *
 * The room comes from a first block of plaintext that is AES(0): under the zero IV its ciphertext is zero, and so it leaves
 * behind the very state that the message begins with.
 */
export const encryptProtected = (
  key: Uint8Array,
  { header, data }: { readonly header: Uint8Array; readonly data: Uint8Array },
  room: number,
): Buffer => {
  const inner = header.length + data.length;
  const plain = workspace(BLOCK + inner + OVERHEAD);
  plain.set(createCipheriv('aes-256-ecb', key, null).update(new Uint8Array(BLOCK)), 0);
  const body = plain.subarray(BLOCK);
  getRandomValues(body.subarray(0, BLOCK));
  body.copyWithin(BLOCK, BLOCK - 2, BLOCK);
  body.set(header, PREFIX);
  body.set(data, PREFIX + header.length);
  body.set(MDC_HEADER, PREFIX + inner);
  body.set(sha1(body.subarray(0, PREFIX + inner + MDC_HEADER.length)), PREFIX + inner + MDC_HEADER.length);
  const encrypted = createCipheriv('aes-256-cfb', key, new Uint8Array(BLOCK)).update(plain);
  plain.fill(0, 0, BLOCK);
  return encrypted.subarray(BLOCK - room);
};

/** The packets inside, in a buffer of its own; null when the bytes are not what was encrypted under this key. */
export const decryptProtected = (key: Uint8Array, ciphertext: Uint8Array): Uint8Array | null => {
  if (ciphertext.length < OVERHEAD) return null;
  const plain = decryptCfb(key, ciphertext);
  const end = plain.length - SHA1;
  const intact =
    timingSafeEqual(sha1(plain.subarray(0, end)), plain.subarray(end)) &&
    plain[end - 2] === MDC_HEADER[0] &&
    plain[end - 1] === MDC_HEADER[1];
  return intact ? plain.subarray(PREFIX, end - MDC_HEADER.length) : null;
};

/**
 * CFB is serial only where it encrypts: plaintext i is ciphertext i xor AES(ciphertext i-1), and all of these are at hand.
 * One ECB call computes them with the processor's AES units fully used, which is several times faster than OpenSSL's CFB.
 */
const decryptCfb = (key: Uint8Array, ciphertext: Uint8Array): Buffer => {
  const whole = Math.ceil(ciphertext.length / BLOCK) * BLOCK;
  const shifted = workspace(BLOCK + whole);
  shifted.fill(0, 0, BLOCK);
  shifted.set(ciphertext, BLOCK);
  shifted.fill(0, BLOCK + ciphertext.length);
  const plain = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(shifted.subarray(0, whole));
  const [to, from] = [words(plain), words(shifted.subarray(BLOCK))];
  for (let index = 0; index < to.length; index++) to[index] = (to[index] ?? 0) ^ (from[index] ?? 0);
  return plain.subarray(0, ciphertext.length);
};

const words = ({ buffer, byteOffset, length }: Buffer): Uint32Array =>
  new Uint32Array(buffer, byteOffset, Math.floor(length / 4));

const sha1 = (bytes: Uint8Array): Buffer => createHash('sha1').update(bytes).digest();
