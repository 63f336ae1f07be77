import { createHash } from 'node:crypto';
import { config, createMessage, enums, LiteralDataPacket, PacketList, Signature, SignaturePacket, sign } from 'openpgp';
import type { PrivateKey } from 'openpgp';

/** They sign a digest that is computed apart; RSA and others are given the data itself. */
const SIGN_A_DIGEST: ReadonlySet<number> = new Set([enums.publicKey.eddsaLegacy, enums.publicKey.ed25519]);

/**
 * A signature over bytes, apart from them. The digest over the bytes is computed in place: openpgp first joins them with
 * what it appends, a copy of 4 MiB for each block.
 */
export const signDetached = async (bytes: Uint8Array, signers: readonly PrivateKey[]): Promise<Signature> => {
  const message = await createMessage({ binary: bytes });
  const [signer, ...more] = signers;
  const key = signer && more.length === 0 ? (await signer.getSigningKey(undefined, latest(signers))).keyPacket : null;
  if (!key || key.version !== 4 || !SIGN_A_DIGEST.has(key.algorithm)) {
    const options = { signingKeys: [...signers], detached: true, date: latest(signers) };
    return (await sign({ message, ...options, format: 'object' })) as unknown as Signature;
  }
  const packet = new DigestedSignature(bytes);
  packet.signatureType = enums.signature.binary;
  packet.publicKeyAlgorithm = key.algorithm;
  packet.hashAlgorithm = enums.hash.sha512;
  await packet.signWith(key, latest(signers));
  const packets = new PacketList<SignaturePacket>();
  packets.push(packet);
  return new Signature(packets);
};

/** Now, or when the youngest key was made: clocks of two workers may differ by more than a key is old. */
export const latest = (keys: readonly { getCreationTime(): Date }[]): Date =>
  new Date(Math.max(Date.now(), ...keys.map((key) => key.getCreationTime().getTime())));

/** What openpgp's packet has beyond its declaration. */
interface Hashing {
  toHash(type: number, data: LiteralDataPacket, detached: boolean): Uint8Array;
}

class DigestedSignature extends SignaturePacket {
  constructor(private readonly signed: Uint8Array) {
    super();
  }

  signWith(key: unknown, date: Date): Promise<void> {
    const sign = this.sign.bind(this) as (...args: readonly unknown[]) => Promise<void>;
    return sign(key, new LiteralDataPacket(), date, true, config);
  }

  /** Called by `sign`. Of an empty content, openpgp's own `toHash` leaves just what it appends to every content. */
  hash(type: number, _data: unknown, _toHash: unknown, detached: boolean): Uint8Array {
    const empty = new LiteralDataPacket();
    (empty as unknown as { setBytes(bytes: Uint8Array, format: number): void }).setBytes(
      new Uint8Array(),
      enums.literal.binary,
    );
    const appended = (SignaturePacket.prototype as unknown as Hashing).toHash.call(this, type, empty, detached);
    return createHash('sha512').update(this.signed).update(appended).digest();
  }

  toHash(): Uint8Array {
    return new Uint8Array();
  }
}
