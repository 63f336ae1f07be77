import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as openpgp from 'openpgp';
import { CryptoProxy } from './crypto-proxy.js';
import { signDetached } from './detached-signature.js';
import { VERIFICATION_STATUS } from './verification.js';

const proxy = new CryptoProxy();
type Any = never;
let key: openpgp.PrivateKey;

beforeAll(async () => {
  key = await proxy.generateKey({ userIDs: [{ name: 'Drive key' }], type: 'ecc', curve: 'ed25519Legacy' });
});

describe('the cryptography given to the SDK', () => {
  it('makes keys of version 4 and locks them so that unlocking is cheap', async () => {
    const armoredKey = await proxy.exportPrivateKey({ privateKey: key as unknown as Any, passphrase: 'pass' });
    const began = performance.now();
    const unlocked = await proxy.importPrivateKey({ armoredKey, passphrase: 'pass' });
    expect(performance.now() - began).toBeLessThan(100);
    expect(unlocked.isDecrypted()).toBe(true);
    expect(unlocked.keyPacket.version).toBe(4);
    const locked = (await openpgp.readPrivateKey({ armoredKey })).keyPacket as unknown as {
      s2k: { type: string; c: number };
    };
    expect(locked.s2k).toMatchObject({ type: 'iterated', c: 96 });
  });

  it('never exports a key that is not locked', async () => {
    await expect(proxy.exportPrivateKey({ privateKey: key as unknown as Any, passphrase: null })).rejects.toThrow(
      TypeError,
    );
  });

  it('keeps a detached signature out of the message and makes it one that openpgp verifies', async () => {
    const sessionKey = await proxy.generateSessionKey({ recipientKeys: [key as unknown as Any] });
    const content = randomBytes(5000);
    const { message, signature } = await proxy.encryptMessage({
      ...{ binaryData: content, sessionKey, encryptionKeys: [], signingKeys: key as unknown as Any },
      ...{ format: 'binary', detached: true },
    });
    const opened = await openpgp.decrypt({
      message: await openpgp.readMessage({ binaryMessage: message as Uint8Array }),
      sessionKeys: sessionKey,
      format: 'binary',
    });
    expect(opened.signatures).toHaveLength(0);
    const { signatures } = await openpgp.verify({
      message: await openpgp.createMessage({ binary: content }),
      signature: await openpgp.readSignature({ binarySignature: signature as Uint8Array }),
      verificationKeys: key.toPublic(),
    });
    await expect(signatures[0]?.verified).resolves.toBe(true);
  });

  it.each([0, 1, 70_000])('signs %i bytes as openpgp would, and no others', async (length) => {
    const content = randomBytes(length);
    const armoredSignature = (await signDetached(content, [key])).armor();
    const verify = (binaryData: Uint8Array) =>
      proxy.verifyMessage({ binaryData, armoredSignature, verificationKeys: key as unknown as Any });
    expect((await verify(content)).verificationStatus).toBe(VERIFICATION_STATUS.valid);
    expect((await verify(Buffer.concat([content, Buffer.from('x')]))).verificationStatus).toBe(
      VERIFICATION_STATUS.invalid,
    );
  });

  it('signs with keys that need the data itself by openpgp', async () => {
    const { privateKey } = await openpgp.generateKey({
      ...{ userIDs: [{ name: 'old' }], type: 'rsa', rsaBits: 2048, format: 'object' },
    });
    const armoredSignature = (await signDetached(randomBytes(10).fill(1), [privateKey])).armor();
    const { verificationStatus } = await proxy.verifyMessage({
      ...{ binaryData: Buffer.alloc(10, 1), armoredSignature, verificationKeys: privateKey as unknown as Any },
    });
    expect(verificationStatus).toBe(VERIFICATION_STATUS.valid);
  }, 20_000);

  it('takes a signature for valid in its own context only', async () => {
    const binaryData = randomBytes(30);
    const signed = await proxy.signMessage({
      ...{ binaryData, signingKeys: key as unknown as Any, detached: true, format: 'armored' },
      signatureContext: { critical: true, value: 'drive.share-member.inviter' },
    });
    const check = async (value: string | null) =>
      (
        await proxy.verifyMessage({
          ...{ binaryData, armoredSignature: signed as string, verificationKeys: key as unknown as Any },
          ...(value !== null && { signatureContext: { critical: true, value } }),
        })
      ).verificationStatus;
    expect(await check('drive.share-member.inviter')).toBe(VERIFICATION_STATUS.valid);
    expect(await check('drive.share-member.member')).toBe(VERIFICATION_STATUS.invalid);
    expect(await check(null)).toBe(VERIFICATION_STATUS.invalid);
  });

  it('throws on a block that was tampered with, and never hands out its content', async () => {
    const sessionKeys = await proxy.generateSessionKey({ recipientKeys: [key as unknown as Any] });
    const { message } = await proxy.encryptMessage({
      ...{ binaryData: randomBytes(99), sessionKey: sessionKeys, encryptionKeys: [], format: 'binary' },
    });
    const binaryMessage = message as Uint8Array;
    binaryMessage[50] = (binaryMessage[50] ?? 0) ^ 1;
    const decrypted = proxy.decryptMessage({ binaryMessage, sessionKeys, verificationKeys: [], format: 'binary' });
    await expect(decrypted).rejects.toThrow('Modification');
  });

  it('decrypts and verifies names with their signature inside', async () => {
    const { message } = await proxy.encryptMessage({
      ...{
        binaryData: Buffer.from('name'),
        encryptionKeys: [key as unknown as Any],
        signingKeys: key as unknown as Any,
      },
    });
    const opened = await proxy.decryptMessage({
      ...{ armoredMessage: message as string, format: 'utf8' },
      ...{ decryptionKeys: key as unknown as Any, verificationKeys: key as unknown as Any },
    });
    expect(opened).toMatchObject({ data: 'name', verificationStatus: VERIFICATION_STATUS.valid });
  });
});
