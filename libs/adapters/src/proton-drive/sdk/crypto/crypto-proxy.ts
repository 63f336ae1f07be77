import type { OpenPGPCryptoProxy } from '@protontech/drive-sdk';
import * as openpgp from 'openpgp';
import { decryptBlock, encryptBlock, isPlainAes256 } from './block-cipher.js';
import { latest, signDetached } from './detached-signature.js';
import { opinionOf, toleratedDate } from './verification.js';

type Proxy = OpenPGPCryptoProxy;
type Options<Name extends keyof Proxy> = Parameters<Proxy[Name]>[0];

/**
 * - 96 is what Proton's own Go clients count: passphrases of nodes are 32 random bytes, which stretching makes no stronger,
 *   and openpgp's default would cost 124 ms each.
 * - Iterated-salted S2K, version 4 keys and no AEAD: what Proton's other clients can read.
 */
const CONFIG: openpgp.PartialConfig = {
  s2kType: openpgp.enums.s2k.iterated,
  s2kIterationCountByte: 96,
  v6Keys: false,
  aeadProtect: false,
};

/**
 * OpenPGP for the SDK, on the openpgp library; blocks of files go a faster way that yields and reads the same bytes.
 * Session keys are passed on as they are, with whatever they hold, and a detached signature never is inside as well.
 */
export class CryptoProxy {
  async generateKey({ userIDs }: Options<'generateKey'>): Promise<openpgp.PrivateKey> {
    const key = { userIDs, type: 'ecc', curve: 'ed25519Legacy', format: 'object', config: CONFIG } as const;
    return (await openpgp.generateKey(key)).privateKey;
  }

  async exportPrivateKey({ privateKey, passphrase }: Options<'exportPrivateKey'>): Promise<string> {
    const [key] = keysOf<openpgp.PrivateKey>(privateKey);
    if (!key || passphrase === null) throw new TypeError('A private key leaves the process under a passphrase only.');
    return (await openpgp.encryptKey({ privateKey: key, passphrase, config: CONFIG })).armor();
  }

  async importPrivateKey({ armoredKey, passphrase }: Options<'importPrivateKey'>): Promise<openpgp.PrivateKey> {
    const privateKey = await openpgp.readPrivateKey({ armoredKey });
    return passphrase === null ? privateKey : openpgp.decryptKey({ privateKey, passphrase });
  }

  generateSessionKey({ recipientKeys }: Options<'generateSessionKey'>): Promise<openpgp.SessionKey> {
    const encryptionKeys = keysOf(recipientKeys);
    return openpgp.generateSessionKey({ encryptionKeys, date: latest(encryptionKeys), config: CONFIG });
  }

  encryptSessionKey(options: Options<'encryptSessionKey'>): Promise<Uint8Array> {
    const { encryptionKeys, passwords, format, ...sessionKey } = options;
    const keys = keysOf(encryptionKeys);
    return openpgp.encryptSessionKey({
      ...(sessionKey as openpgp.SessionKey),
      ...{ encryptionKeys: keys, date: latest(keys), format, config: CONFIG },
      ...(passwords && { passwords }),
    });
  }

  async decryptSessionKey(options: Options<'decryptSessionKey'>): Promise<openpgp.DecryptedSessionKey | undefined> {
    const message = await messageOf(options);
    const decryptionKeys = keysOf<openpgp.PrivateKey>(options.decryptionKeys);
    const [sessionKey] = await openpgp.decryptSessionKeys({ message, decryptionKeys, date: toleratedDate() });
    return sessionKey;
  }

  async encryptMessage(options: Options<'encryptMessage'>): Promise<{ message: unknown; signature?: unknown }> {
    const { binaryData, format = 'armored', detached = false } = options;
    const signingKeys = keysOf<openpgp.PrivateKey>(options.signingKeys);
    const message = await encrypted(options, detached ? [] : signingKeys);
    if (!detached) return { message };
    const signature = await signDetached(binaryData, signingKeys);
    return { message, signature: format === 'binary' ? signature.write() : signature.armor() };
  }

  async decryptMessage(options: Options<'decryptMessage'>) {
    const fast = decryptedBlock(options);
    if (fast) return { data: fast, verificationStatus: opinionOf([]).verificationStatus };
    const { armoredSignature, binarySignature, sessionKeys, passwords, format } = options;
    const { data, signatures } = (await openpgp.decrypt({
      ...{ message: await messageOf(options), format: 'binary', date: toleratedDate() },
      ...{ decryptionKeys: keysOf<openpgp.PrivateKey>(options.decryptionKeys) },
      ...{ verificationKeys: keysOf(options.verificationKeys) },
      ...(sessionKeys && { sessionKeys: sessionKeys as openpgp.SessionKey }),
      ...(passwords && { passwords }),
      ...((armoredSignature ?? binarySignature) && { signature: await signatureOf(options) }),
    })) as Decrypted;
    const { verificationStatus, errors } = await verified(signatures);
    return {
      data: format === 'binary' ? data : new TextDecoder().decode(data),
      verificationStatus,
      ...(errors && { verificationErrors: errors }),
    };
  }

  async signMessage(options: Options<'signMessage'>): Promise<Uint8Array | string> {
    const { binaryData, format, detached, signatureContext } = options;
    const signingKeys = keysOf<openpgp.PrivateKey>(options.signingKeys);
    if (detached && !signatureContext) {
      const signature = await signDetached(binaryData, signingKeys);
      return format === 'binary' ? (signature.write() as Uint8Array) : signature.armor();
    }
    const message = await openpgp.createMessage({ binary: binaryData });
    const signing = {
      ...{ message, signingKeys, detached, date: latest(signingKeys), config: CONFIG },
      ...(signatureContext && { signatureNotations: [contextNotation(signatureContext)] }),
    };
    const signed: unknown =
      format === 'binary'
        ? await openpgp.sign({ ...signing, format: 'binary' })
        : await openpgp.sign({ ...signing, format: 'armored' });
    return signed as Uint8Array | string;
  }

  async verifyMessage(options: Options<'verifyMessage'>) {
    const { signatures } = await openpgp.verify({
      message: await openpgp.createMessage({ binary: options.binaryData }),
      ...{ signature: await signatureOf(options), verificationKeys: keysOf(options.verificationKeys) },
      ...{ format: 'binary', date: toleratedDate(), config: { knownNotations: [CONTEXT_NAME] } },
    });
    return verified(signatures, options.signatureContext);
  }
}

/** openpgp's own declaration speaks of streams of a package whose types it does not bring along. */
interface Decrypted {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly signatures: openpgp.VerifyMessageResult['signatures'];
}

/** As the SDK wants it: its own keys are marked types without members. */
export const cryptoProxy = (): OpenPGPCryptoProxy => new CryptoProxy() as unknown as OpenPGPCryptoProxy;

const CONTEXT_NAME = 'context@proton.ch';

const contextNotation = ({ value, critical }: { readonly value: string; readonly critical: boolean }) => ({
  ...{ name: CONTEXT_NAME, value: new TextEncoder().encode(value), humanReadable: true, critical },
});

const keysOf = <K extends openpgp.PublicKey = openpgp.PublicKey>(keys: unknown): K[] =>
  (Array.isArray(keys) ? keys : keys === undefined ? [] : [keys]) as K[];

/** Undefined where openpgp has to do it: for keys, with a signature inside, compressed, armored, or in another form. */
const encryptedBlock = (options: Options<'encryptMessage'>, signers: readonly unknown[]): Uint8Array | undefined => {
  const { sessionKey, compress } = options;
  if (options.format !== 'binary' || signers.length > 0 || compress || !sessionKey) return undefined;
  if (keysOf(options.encryptionKeys).length > 0 || !isPlainAes256(sessionKey)) return undefined;
  return encryptBlock(sessionKey, options.binaryData);
};

const encrypted = async (options: Options<'encryptMessage'>, signingKeys: openpgp.PrivateKey[]): Promise<unknown> => {
  const fast = encryptedBlock(options, signingKeys);
  if (fast) return fast;
  const { binaryData, format = 'armored', sessionKey, compress = false } = options;
  const keys = keysOf(options.encryptionKeys);
  const message = await openpgp.createMessage({ binary: binaryData });
  const encrypting = {
    ...{ message, encryptionKeys: keys, date: latest([...keys, ...signingKeys]), config: configOf(compress) },
    ...(signingKeys.length > 0 && { signingKeys }),
    ...(sessionKey && { sessionKey: sessionKey as openpgp.SessionKey }),
  };
  return format === 'binary' ? openpgp.encrypt({ ...encrypting, format }) : openpgp.encrypt({ ...encrypting, format });
};

const configOf = (compress: boolean): openpgp.PartialConfig => {
  const { zlib, uncompressed } = openpgp.enums.compression;
  return { ...CONFIG, preferredCompressionAlgorithm: compress ? zlib : uncompressed };
};

/** Undefined where openpgp has to do it: signatures to verify, keys to find, another form, or one to reject. */
const decryptedBlock = (options: Options<'decryptMessage'>): Uint8Array | undefined => {
  const { binaryMessage, sessionKeys, format, binarySignature, armoredSignature } = options;
  if (!binaryMessage || !sessionKeys || format !== 'binary' || binarySignature || armoredSignature) return undefined;
  if (keysOf(options.verificationKeys).length > 0 || !isPlainAes256(sessionKeys)) return undefined;
  const content = decryptBlock(sessionKeys, binaryMessage);
  if (content === 'tampered') throw new Error('Modification detected.');
  return content === 'other-form' ? undefined : content;
};

const messageOf = ({
  armoredMessage,
  binaryMessage,
}: {
  readonly armoredMessage?: string | undefined;
  readonly binaryMessage?: Uint8Array | undefined;
}): Promise<openpgp.Message<Uint8Array>> =>
  armoredMessage === undefined
    ? openpgp.readMessage({ binaryMessage: binaryMessage ?? new Uint8Array() })
    : openpgp.readMessage({ armoredMessage });

const signatureOf = ({
  armoredSignature,
  binarySignature,
}: {
  readonly armoredSignature?: string | undefined;
  readonly binarySignature?: Uint8Array | undefined;
}): Promise<openpgp.Signature> =>
  armoredSignature === undefined
    ? openpgp.readSignature({ binarySignature: binarySignature ?? new Uint8Array() })
    : openpgp.readSignature({ armoredSignature });

const verified = async (
  signatures: openpgp.VerifyMessageResult['signatures'],
  context?: { readonly value: string; readonly critical: boolean },
) => opinionOf(await Promise.allSettled(signatures.map((signature) => checked(signature, context?.value))));

const checked = async (
  { verified: valid, signature }: openpgp.VerifyMessageResult['signatures'][number],
  context: string | undefined,
): Promise<void> => {
  await valid;
  const [packet] = (await signature).packets;
  const found = packet?.rawNotations.find(({ name }) => name === CONTEXT_NAME);
  const inContext = found === undefined ? undefined : new TextDecoder().decode(found.value);
  // A signature made for one purpose is none for another, nor one for any.
  if (inContext !== context) throw new Error('The signature was made in another context.');
};
