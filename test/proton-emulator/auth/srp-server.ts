import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { encodeBase64, hash } from 'bcryptjs';
import { MODULUS } from './modulus.js';

/** The server's side of SRP-6a as Proton speaks it: numbers are little-endian, hashes 2048 bits long. */
const LENGTH = 256;
const GENERATOR = 2n;
export const SRP_VERSION = 4;

/** One login that has begun. */
export interface SrpExchange {
  readonly verifier: bigint;
  readonly secret: bigint;
  /** Sent to the client. */
  readonly ephemeral: Buffer;
}

/** Base64 of g^x: all that a server knows of a password. `salt`: 10 bytes. */
export const verifierOf = async (password: string, salt: Buffer): Promise<string> => {
  const crypted = await bcrypt(password, Buffer.concat([salt, Buffer.from('proton')]));
  const x = number(digest(Buffer.from(crypted), MODULUS));
  return bytes(power(GENERATOR, x)).toString('base64');
};

/** What unlocks keys: the hash of the password without salt and cost. `salt`: 16 bytes. */
export const keyPasswordOf = async (password: string, salt: Buffer): Promise<string> =>
  (await bcrypt(password, salt)).slice(-31);

export const beginExchange = (verifier: Buffer): SrpExchange => {
  const v = number(verifier);
  const secret = number(randomBytes(LENGTH)) % modulus;
  const multiplier = number(digest(bytes(GENERATOR), MODULUS)) % modulus;
  return { verifier: v, secret, ephemeral: bytes((multiplier * v + power(GENERATOR, secret)) % modulus) };
};

/** The server's proof, if the client knew the password; null otherwise. */
export const finishExchange = (
  { verifier, secret, ephemeral }: SrpExchange,
  clientEphemeral: Buffer,
  clientProof: Buffer,
): Buffer | null => {
  const a = number(clientEphemeral);
  if (clientEphemeral.length !== LENGTH || a % modulus === 0n) return null;
  const scrambling = number(digest(clientEphemeral, ephemeral));
  const shared = bytes(power((a * power(verifier, scrambling)) % modulus, secret));
  const expected = digest(clientEphemeral, ephemeral, shared);
  if (clientProof.length !== expected.length || !timingSafeEqual(clientProof, expected)) return null;
  return digest(clientEphemeral, clientProof, shared);
};

const bcrypt = (password: string, salt: Buffer): Promise<string> => hash(password, `$2y$10$${encodeBase64(salt, 16)}`);

const digest = (...parts: readonly Buffer[]): Buffer =>
  Buffer.concat(
    [0, 1, 2, 3].map((index) => {
      const sha512 = createHash('sha512');
      for (const part of parts) sha512.update(part);
      return sha512.update(Uint8Array.of(index)).digest();
    }),
  );

const number = (littleEndian: Buffer): bigint => BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`);

const bytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(LENGTH * 2, '0'), 'hex').reverse();

const modulus = number(MODULUS);

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (let square = base % modulus, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
  }
  return result;
};
