import { decryptProtected, encryptProtected, KEY_BYTES, OVERHEAD } from './cfb.js';
import { giveBack } from '#platform/give-back.js';
import { onlyPacket, packetHeader, TAG } from './packets.js';

/** A session key as openpgp makes it; kept whole, for what else it may hold than these. */
export interface BlockKey {
  readonly data: Uint8Array;
  readonly algorithm?: string | null;
  readonly aeadAlgorithm?: string | null;
}

/** So much of the memory of a block, encrypted or not, is something else than the block. */
export const AROUND_BLOCK_BYTES = 128;

const VERSION_1 = 1;
/** `b`, no file name, no date: what openpgp writes for bytes, but for the date, which tells the server nothing. */
const LITERAL_START = Uint8Array.of(0x62, 0, 0, 0, 0, 0);

/** True for the one form that blocks have today; every other is left to openpgp. */
export const isPlainAes256 = ({ data, algorithm, aeadAlgorithm }: BlockKey): boolean =>
  algorithm === 'aes256' && !aeadAlgorithm && data.length === KEY_BYTES;

/** One message of one encrypted packet that holds `data` as a literal packet, under a session key known to both sides. */
export const encryptBlock = ({ data: key }: BlockKey, data: Uint8Array): Uint8Array<ArrayBuffer> => {
  const literal = Buffer.concat([packetHeader(TAG.literal, LITERAL_START.length + data.length), LITERAL_START]);
  const outer = packetHeader(TAG.protectedData, 1 + OVERHEAD + literal.length + data.length);
  const message = encryptProtected(key, { header: literal, data }, outer.length + 1);
  message.set(outer, 0);
  message[outer.length] = VERSION_1;
  return message as Uint8Array<ArrayBuffer>;
};

/**
 * - bytes: the content, checked by its modification detection code;
 * - 'other-form': no message of the kind that `encryptBlock` writes: openpgp may know it;
 * - 'tampered': it is of that kind, and not what was encrypted.
 */
export const decryptBlock = (key: BlockKey, message: Uint8Array): Uint8Array | 'other-form' | 'tampered' => {
  const outer = onlyPacket(message);
  if (outer?.tag !== TAG.protectedData || outer.body[0] !== VERSION_1) return 'other-form';
  const packets = decryptProtected(key.data, outer.body.subarray(1));
  if (packets === null) return 'tampered';
  const literal = onlyPacket(packets);
  if (literal?.tag !== TAG.literal) return 'other-form';
  const start = 2 + (literal.body[1] ?? 0) + 4;
  return literal.body.length < start || literal.body[0] !== LITERAL_START[0]
    ? 'other-form'
    : literal.body.subarray(start);
};

/** Whether `decryptBlock` finds content, for whoever needs no more than that. */
export const holdsContent = (key: BlockKey, message: Uint8Array): boolean => {
  const content = decryptBlock(key, message);
  if (!(content instanceof Uint8Array)) return false;
  giveBack(content, AROUND_BLOCK_BYTES);
  return true;
};
