import { Fault } from '#domain/fault/fault.js';
import { readCleartextMessage, readKey, verify, type Key } from 'openpgp';

/** Proton's fixed key `proton@srp.modulus` (public, in each of Proton's open clients): it signs every SRP modulus. */
const MODULUS_KEY = `-----BEGIN PGP PUBLIC KEY BLOCK-----

xjMEXAHLgxYJKwYBBAHaRw8BAQdAFurWXXwjTemqjD7CXjXVyKf0of7n9Ctm
L8v9enkzggHNEnByb3RvbkBzcnAubW9kdWx1c8J3BBAWCgApBQJcAcuDBgsJ
BwgDAgkQNQWFxOlRjyYEFQgKAgMWAgECGQECGwMCHgEAAPGRAP9sauJsW12U
MnTQUZpsbJb53d0Wv55mZIIiJL2XulpWPQD/V6NglBd96lZKBmInSXX/kXat
Sv+y0io+LR8i2+jV+AbOOARcAcuDEgorBgEEAZdVAQUBAQdAeJHUz1c9+KfE
kSIgcBRE3WuXC4oj5a2/U3oASExGDW4DAQgHwmEEGBYIABMFAlwBy4MJEDUF
hcTpUY8mAhsMAAD/XQD8DxNI6E78meodQI+wLsrKLeHn32iLvUqJbVDhfWSU
WO4BAMcm1u02t4VKw++ttECPt+HUgPUq5pqQWe5Q2cW4TMsE
=Y4Mw
-----END PGP PUBLIC KEY BLOCK-----`;

const MODULUS_BYTES = 256;
/** Nothing before, nothing after: a second message would be the one that somebody else reads. */
const SIGNED = /^-----BEGIN PGP SIGNED MESSAGE-----\r?\n[\s\S]{1,4000}-----END PGP SIGNATURE-----\s*$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The modulus of a login, once Proton's signature on it is found right: without that, whoever stands in between could
 * choose one from which the password can be computed. `vault.login-refused` (reason `modulus`) for anything else.
 */
export const openModulus = async (cleartextMessage: string): Promise<Uint8Array> => {
  const text = await signedText(cleartextMessage);
  if (text === null || !BASE64.test(text)) throw new Fault('vault.login-refused', { reason: 'modulus' });
  const modulus = Buffer.from(text, 'base64');
  if (modulus.length !== MODULUS_BYTES) throw new Fault('vault.login-refused', { reason: 'modulus' });
  return modulus;
};

const signedText = async (cleartextMessage: string): Promise<string | null> => {
  if (!SIGNED.test(cleartextMessage)) return null;
  try {
    const message = await readCleartextMessage({ cleartextMessage });
    const { data } = await verify({ message, verificationKeys: await modulusKey(), expectSigned: true });
    return data.trim();
  } catch {
    return null;
  }
};

let read: Promise<Key> | null = null;
const modulusKey = (): Promise<Key> => (read ??= readKey({ armoredKey: MODULUS_KEY }));
