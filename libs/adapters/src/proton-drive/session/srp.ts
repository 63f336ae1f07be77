import { checkPrime, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Fault } from '#domain/fault/fault.js';
import { protonBcrypt } from './key-password.js';

/** What the server says before a login; numbers are little-endian bytes. */
export interface SrpChallenge {
  /** Of the way in which the password is hashed. */
  readonly version: number;
  /** Opened, its signature checked. */
  readonly modulus: Uint8Array;
  readonly serverEphemeral: Uint8Array;
  readonly salt: Uint8Array;
}

export interface SrpProofs {
  readonly clientEphemeral: Uint8Array;
  readonly clientProof: Uint8Array;
  /** What a server that knows the verifier has to answer. */
  readonly expectedServerProof: Uint8Array;
}

const BYTES = 256;
const GENERATOR = 2n;
const VERSIONS = new Set([3, 4]);
const isPrime = promisify(checkPrime);

/**
 * The client's side of SRP-6a as Proton speaks it: 2048 bits, generator 2, SHA-512 expanded to the length of the modulus.
 * The password never leaves the process. `vault.login-refused` (reason `srp`) for parameters that could betray it or for a
 * version that no account has had for years. `secret`: for known answers only.
 */
export const srpProofs = async (
  challenge: SrpChallenge,
  password: string,
  secret: () => bigint = randomSecret,
): Promise<SrpProofs> => {
  if (!VERSIONS.has(challenge.version)) throw refused('version');
  const modulus = asNumber(challenge.modulus);
  const serverEphemeral = asNumber(challenge.serverEphemeral);
  await refuseUnsafe(modulus, serverEphemeral);
  const x = asNumber(await hashedPassword(challenge, password));
  const multiplier = asNumber(expandHash(asBytes(GENERATOR), challenge.modulus)) % modulus;
  const a = secret() % (modulus - 1n);
  const clientEphemeral = power(GENERATOR, a, modulus);
  const scrambling = asNumber(expandHash(asBytes(clientEphemeral), asBytes(serverEphemeral)));
  if (clientEphemeral <= 1n || scrambling === 0n) throw refused('ephemeral');
  const base = positive(serverEphemeral - multiplier * power(GENERATOR, x, modulus), modulus);
  const shared = asBytes(power(base, (scrambling * x + a) % (modulus - 1n), modulus));
  const clientProof = expandHash(asBytes(clientEphemeral), asBytes(serverEphemeral), shared);
  return {
    clientEphemeral: asBytes(clientEphemeral),
    clientProof,
    expectedServerProof: expandHash(asBytes(clientEphemeral), clientProof, shared),
  };
};

/** Compared in constant time. A server without it never knew the verifier: it is not Proton. */
export const isServerProof = (given: Uint8Array, { expectedServerProof }: SrpProofs): boolean =>
  given.length === expectedServerProof.length && timingSafeEqual(given, expectedServerProof);

/** x, to which the server keeps the verifier g^x. Its salt is 10 bytes and, in versions 3 and 4, the word `proton`. */
export const hashedPassword = async (
  { modulus, salt }: Pick<SrpChallenge, 'modulus' | 'salt'>,
  password: string,
): Promise<Uint8Array> => {
  const crypted = await protonBcrypt(password, Buffer.concat([salt, Buffer.from('proton')]));
  return expandHash(Buffer.from(crypted), modulus);
};

/** SHA-512 four times, each over the data and a counter. */
export const expandHash = (...parts: readonly Uint8Array[]): Buffer => {
  const data = Buffer.concat(parts);
  return Buffer.concat(
    [0, 1, 2, 3].map((counter) => createHash('sha512').update(data).update(Buffer.of(counter)).digest()),
  );
};

export const asNumber = (littleEndian: Uint8Array): bigint =>
  littleEndian.length === 0 ? 0n : BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`);

export const asBytes = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(BYTES * 2, '0'), 'hex').reverse();

export const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n;
  let factor = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
};

const positive = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;

const randomSecret = (): bigint => asNumber(randomBytes(BYTES));

const refused = (detail: string): Fault => new Fault('vault.login-refused', { reason: 'srp', detail });

/** A safe prime of full length, and an ephemeral that is not trivial: with others the proof would tell of the password. */
const refuseUnsafe = async (modulus: bigint, serverEphemeral: bigint): Promise<void> => {
  if (modulus >> BigInt(BYTES * 8 - 1) !== 1n) throw refused('modulus');
  if (serverEphemeral <= 1n || serverEphemeral >= modulus - 1n) throw refused('ephemeral');
  if (!(await isPrime(modulus)) || !(await isPrime(modulus >> 1n))) throw refused('modulus');
};
