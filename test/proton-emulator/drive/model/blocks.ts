import { createHash } from 'node:crypto';
import { newId } from '../../ids.js';
import type { DriveContext } from './drive-context.js';
import { openDraft } from './files.js';
import { storedBytes, type BlockSlot, type FileLink, type Revision } from './records.js';
import { DriveRefusal } from './refusal.js';

/** 4 MiB of plaintext and what OpenPGP adds to it. */
export const BLOCK_BYTES_MAX = 4 * 1024 * 1024 + 64 * 1024;
const CODE_BYTES = 32;

export type BlockOrder = Omit<BlockSlot, 'blockId'>;

/** What a client has to mix the first bytes of each of its blocks with: proof that it used the right key. */
export function verificationCode(contentKeyPacket: string): Buffer {
  return Buffer.from(contentKeyPacket, 'base64').subarray(-CODE_BYTES);
}

export function verifierOf(contentKeyPacket: string, ciphertext: Buffer): string {
  const code = verificationCode(contentKeyPacket);
  return Buffer.from(code.map((byte, at) => byte ^ (ciphertext[at] ?? 0))).toString('base64');
}

/** Room for these blocks; an index that was asked for before gets a new place. */
export function promiseBlocks(
  drive: DriveContext,
  link: FileLink,
  revision: Revision,
  orders: readonly BlockOrder[],
): readonly BlockSlot[] {
  openDraft(link, revision);
  for (const order of orders) requireForm(order);
  const indexes = new Set(orders.map(({ index }) => index));
  if (indexes.size !== orders.length) throw new DriveRefusal('invalid', 'A block index occurs twice');
  const announced = orders.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const kept = revision.blocks.filter(({ index }) => !indexes.has(index)).reduce((sum, { bytes }) => sum + bytes, 0);
  drive.requireSpace('space', kept + announced, announced);
  const slots = orders.map((order) => ({ ...order, blockId: newId() }));
  const others = revision.slots.filter(({ index }) => !indexes.has(index));
  drive.tables.putRevision({ ...revision, slots: [...others, ...slots] });
  return slots;
}

function requireForm({ index, hash, bytes, verifier }: BlockOrder): void {
  if (!Number.isSafeInteger(index) || index < 1) throw new DriveRefusal('invalid', 'Block indexes begin at 1');
  if (hash !== null && Buffer.from(hash, 'base64').length !== 32) {
    throw new DriveRefusal('invalid', 'The hash of a block is no SHA-256 in base64');
  }
  if (bytes !== null && !(bytes > 0 && bytes <= BLOCK_BYTES_MAX)) {
    throw new DriveRefusal('invalid', 'The size of a block is out of bounds');
  }
  if (Buffer.from(verifier, 'base64').length !== CODE_BYTES) {
    throw new DriveRefusal('verification', 'The verification token of a block is missing or malformed');
  }
}

/** What was found in order, with its SHA-256 in base64. */
export interface CheckedBytes {
  readonly hash: string;
  readonly bytes: number;
}

export function requireAsPromised(
  link: Pick<FileLink, 'contentKeyPacket'>,
  slot: BlockOrder,
  ciphertext: Buffer,
): CheckedBytes {
  if (ciphertext.length === 0 || ciphertext.length > BLOCK_BYTES_MAX) {
    throw new DriveRefusal('invalid', 'The size of the block is out of bounds');
  }
  if (slot.bytes !== null && slot.bytes !== ciphertext.length) {
    throw new DriveRefusal('invalid', 'The block has another size than announced');
  }
  const hash = sha256(ciphertext);
  if (slot.hash !== null && slot.hash !== hash) {
    throw new DriveRefusal('invalid', 'The block has another hash than announced');
  }
  if (slot.verifier !== verifierOf(link.contentKeyPacket, ciphertext)) {
    throw new DriveRefusal('verification', 'Block verification failed');
  }
  return { hash, bytes: ciphertext.length };
}

/** The block is stored under the slot's id. Returns the id of the one that it takes the place of, or null. */
export function acceptBlock(
  drive: DriveContext,
  revision: Revision,
  slot: BlockSlot,
  checked: CheckedBytes,
): string | null {
  const { blockId, index, encSignature } = slot;
  const replaced = revision.blocks.find((block) => block.index === index);
  const others = revision.blocks.filter((block) => block.index !== index);
  const file = storedBytes({ ...revision, blocks: others }) + checked.bytes;
  drive.requireSpace('space', file, checked.bytes - (replaced?.bytes ?? 0));
  const block = { blockId, index, encSignature, ...checked };
  const blocks = [...others, block].sort((one, other) => one.index - other.index);
  drive.tables.putRevision({ ...revision, blocks });
  return replaced === undefined || replaced.blockId === blockId ? null : replaced.blockId;
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');
