import { createMessage, readKey, readSignature, verify } from 'openpgp';
import type { Account } from '../account/account.js';
import type { Block, FileLink } from './model/records.js';
import type { Commitment } from './model/files.js';
import { DriveRefusal } from './model/refusal.js';

/** What a client signs at the end: the hashes of all blocks, one after the other. */
export function manifest(blocks: readonly Pick<Block, 'hash'>[]): Buffer {
  return Buffer.concat(blocks.map(({ hash }) => Buffer.from(hash, 'base64')));
}

/** 2001 unless the manifest is signed with the key of the address (or of the node itself where nobody is named). */
export async function requireSigned(
  link: Pick<FileLink, 'nodeKey'>,
  blocks: readonly Pick<Block, 'hash'>[],
  { manifestSignature, signatureEmail }: Pick<Commitment, 'manifestSignature' | 'signatureEmail'>,
  account: Account,
): Promise<void> {
  if (signatureEmail !== null && signatureEmail !== account.email) {
    throw new DriveRefusal('invalid', 'The signature address is not of this account');
  }
  const armoredKey = signatureEmail === null ? link.nodeKey : account.addressKey.armoredPublic;
  if (!(await isSigned(manifest(blocks), manifestSignature, armoredKey))) {
    throw new DriveRefusal('invalid', 'The manifest signature is not correct');
  }
}

async function isSigned(binary: Buffer, armoredSignature: string, armoredKey: string): Promise<boolean> {
  try {
    const { signatures } = await verify({
      message: await createMessage({ binary: new Uint8Array(binary) }),
      signature: await readSignature({ armoredSignature }),
      verificationKeys: await readKey({ armoredKey }),
      // Clocks of clients may be ahead of ours.
      date: new Date(Date.now() + 24 * 3600 * 1000),
    });
    return signatures.length > 0 && (await Promise.all(signatures.map(({ verified }) => verified))).every(Boolean);
  } catch {
    return false;
  }
}
