import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_SECONDS = 30;

/** The six digits of RFC 6238 (SHA-1, 30 seconds). `secret` in base32. */
export const totp = (secret: string, atMs: number): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 1000 / STEP_SECONDS)));
  const mac = createHmac('sha1', base32(secret)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
};

/** With one step of tolerance to both sides. */
export const isTotp = (code: string, secret: string, atMs: number): boolean =>
  [-1, 0, 1].some((step) => totp(secret, atMs + step * STEP_SECONDS * 1000) === code);

const base32 = (text: string): Buffer => {
  const bits = [...text.toUpperCase().replace(/[\s=]/g, '')]
    .map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};
