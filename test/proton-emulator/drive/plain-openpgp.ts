import type { OpenPGPCryptoProxy } from '@protontech/drive-sdk';
import * as openpgp from 'openpgp';

/** Values of the SDK's own enum, which it does not export. */
const NOT_SIGNED = 0;
const SIGNED_AND_VALID = 1;
const SIGNED_AND_INVALID = 2;

/** Passphrases are 32 random bytes: stretching them longer than this buys nothing. */
const LOCKING = { s2kIterationCountByte: 96 };
const UNCOMPRESSED = { preferredCompressionAlgorithm: openpgp.enums.compression.uncompressed };
const COMPRESSED = { preferredCompressionAlgorithm: openpgp.enums.compression.zlib };

type Options<Name extends keyof OpenPGPCryptoProxy> = Parameters<OpenPGPCryptoProxy[Name]>[0];
type SdkStatus = Awaited<ReturnType<OpenPGPCryptoProxy['verifyMessage']>>['verificationStatus'];

/** The SDK treats keys as opaque: they are this library's own. */
const privateKeys = (keys: unknown): openpgp.PrivateKey[] => [keys ?? []].flat() as openpgp.PrivateKey[];
const publicKeys = (keys: unknown): openpgp.PublicKey[] => [keys ?? []].flat() as openpgp.PublicKey[];

/** Upstream OpenPGP.js behind the SDK's proxy, each call as its documentation has it: correct before fast. */
export const plainOpenPgp = {
  async generateKey({ userIDs }: Options<'generateKey'>) {
    const made = await openpgp.generateKey({ userIDs, type: 'ecc', curve: 'ed25519Legacy', format: 'object' });
    return made.privateKey;
  },

  async exportPrivateKey({ privateKey, passphrase }: Options<'exportPrivateKey'>) {
    const key = privateKey as unknown as openpgp.PrivateKey;
    if (passphrase === null) return key.armor();
    return (await openpgp.encryptKey({ privateKey: key, passphrase, config: LOCKING })).armor();
  },

  async importPrivateKey({ armoredKey, passphrase }: Options<'importPrivateKey'>) {
    const privateKey = await openpgp.readPrivateKey({ armoredKey });
    return passphrase === null ? privateKey : openpgp.decryptKey({ privateKey, passphrase });
  },

  generateSessionKey({ recipientKeys }: Options<'generateSessionKey'>) {
    return openpgp.generateSessionKey({ encryptionKeys: publicKeys(recipientKeys) });
  },

  encryptSessionKey({ encryptionKeys, passwords, ...sessionKey }: Options<'encryptSessionKey'>) {
    return openpgp.encryptSessionKey({
      ...(sessionKey as unknown as openpgp.SessionKey),
      ...(encryptionKeys ? { encryptionKeys: publicKeys(encryptionKeys) } : {}),
      ...(passwords ? { passwords } : {}),
      format: 'binary',
    });
  },

  async decryptSessionKey({ armoredMessage, binaryMessage, decryptionKeys }: Options<'decryptSessionKey'>) {
    const message = await readMessage(armoredMessage, binaryMessage);
    return (await openpgp.decryptSessionKeys({ message, decryptionKeys: privateKeys(decryptionKeys) }))[0];
  },

  async encryptMessage(options: Options<'encryptMessage'>) {
    const { binaryData, sessionKey, encryptionKeys, signingKeys, format = 'armored', detached, compress } = options;
    const message = await openpgp.createMessage({ binary: binaryData });
    const keys = privateKeys(signingKeys);
    const encrypted = (await openpgp.encrypt({
      message,
      encryptionKeys: publicKeys(encryptionKeys),
      ...(sessionKey ? { sessionKey: sessionKey as unknown as openpgp.SessionKey } : {}),
      // A detached signature stands beside the message, never inside it as well.
      ...(detached === true ? {} : { signingKeys: keys }),
      format: format as 'binary',
      config: compress === true ? COMPRESSED : UNCOMPRESSED,
    })) as Uint8Array | string;
    if (detached !== true) return { message: encrypted };
    const signature = (await openpgp.sign({
      message,
      signingKeys: keys,
      detached: true,
      format: format as 'binary',
    })) as Uint8Array | string;
    return { message: encrypted, signature };
  },

  async decryptMessage(options: Options<'decryptMessage'>) {
    const { armoredMessage, binaryMessage, armoredSignature, binarySignature, sessionKeys, passwords } = options;
    const detached = armoredSignature !== undefined || binarySignature !== undefined;
    const { data, signatures } = await openpgp.decrypt({
      message: await readMessage(armoredMessage, binaryMessage),
      ...(detached ? { signature: await readSignature(armoredSignature, binarySignature) } : {}),
      ...(sessionKeys ? { sessionKeys: sessionKeys as unknown as openpgp.SessionKey } : {}),
      ...(passwords ? { passwords } : {}),
      ...(options.decryptionKeys ? { decryptionKeys: privateKeys(options.decryptionKeys) } : {}),
      verificationKeys: publicKeys(options.verificationKeys),
      format: options.format as 'binary',
    });
    const { verificationStatus, errors } = await verdict(signatures);
    return { data, verificationStatus, ...(errors.length > 0 ? { verificationErrors: errors } : {}) };
  },

  async signMessage({ binaryData, signingKeys, detached, format, signatureContext }: Options<'signMessage'>) {
    return (await openpgp.sign({
      message: await openpgp.createMessage({ binary: binaryData }),
      signingKeys: privateKeys(signingKeys),
      detached,
      format: format as 'binary',
      ...(signatureContext ? { signatureNotations: notation(signatureContext) } : {}),
    })) as Uint8Array | string;
  },

  async verifyMessage({ binaryData, armoredSignature, binarySignature, verificationKeys }: Options<'verifyMessage'>) {
    const { signatures } = await openpgp.verify({
      message: await openpgp.createMessage({ binary: binaryData }),
      signature: await readSignature(armoredSignature, binarySignature),
      verificationKeys: publicKeys(verificationKeys),
    });
    return verdict(signatures);
  },
} as unknown as OpenPGPCryptoProxy;

function readMessage(armoredMessage: string | undefined, binaryMessage: Uint8Array | undefined) {
  return binaryMessage === undefined
    ? openpgp.readMessage({ armoredMessage: armoredMessage ?? '' })
    : openpgp.readMessage({ binaryMessage });
}

function readSignature(armoredSignature: string | undefined, binarySignature: Uint8Array | undefined) {
  return binarySignature === undefined
    ? openpgp.readSignature({ armoredSignature: armoredSignature ?? '' })
    : openpgp.readSignature({ binarySignature });
}

function notation({ value, critical }: { readonly value: string; readonly critical: boolean }) {
  return [{ name: 'context@proton.ch', value: new TextEncoder().encode(value), humanReadable: true, critical }];
}

/** One good signature is enough, as in Proton's own clients. */
async function verdict(signatures: readonly { readonly verified: Promise<boolean> }[]): Promise<{
  readonly verificationStatus: SdkStatus;
  readonly errors: Error[];
}> {
  if (signatures.length === 0) return { verificationStatus: NOT_SIGNED as SdkStatus, errors: [] };
  const outcomes = await Promise.allSettled(signatures.map(({ verified }) => verified));
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
  const valid = errors.length < outcomes.length;
  return {
    verificationStatus: (valid ? SIGNED_AND_VALID : SIGNED_AND_INVALID) as SdkStatus,
    errors: valid ? [] : errors,
  };
}
