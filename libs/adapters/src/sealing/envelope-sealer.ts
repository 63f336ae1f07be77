import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Sealer, type SealedSecret } from '#application/ports/sealer.js';
import { Fault } from '#domain/fault/fault.js';
import type { SealingKey, SealingKeys } from './sealing-settings.js';

const FORMAT = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BOX_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/**
 * Envelope encryption with AES-256-GCM: a data key of its own for each secret, wrapped by a key-encryption key. The layout is
 * format (1 byte), then the wrapped data key and the secret, each as nonce (12), ciphertext and tag (16). Both are bound
 * to the context, the data key to the key's id as well.
 */
export class EnvelopeSealer extends Sealer {
  /** Without keys every call is refused: a vault that needs no session needs none either. */
  constructor(private readonly keys: SealingKeys | undefined) {
    super();
  }

  override currentKeyId(): string {
    return this.current().kid;
  }

  override seal(secret: Uint8Array, context: string): SealedSecret {
    const { kid, secret: wrappingKey } = this.current();
    const dataKey = randomBytes(KEY_BYTES);
    const wrapped = encrypt(wrappingKey, dataKey, wrapContext(kid, context));
    const sealed = Buffer.concat([Buffer.of(FORMAT), wrapped, encrypt(dataKey, secret, context)]);
    dataKey.fill(0);
    return { keyId: kid, sealed };
  }

  override open({ keyId, sealed }: SealedSecret, context: string): Uint8Array {
    const key = this.keys?.find(({ kid }) => kid === keyId);
    if (key === undefined) throw new Fault('vault.keys-unusable', { reason: 'missing', keyId });
    try {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== FORMAT) throw new Error('unknown format');
      const dataKey = decrypt(key.secret, bytes.subarray(1, 1 + BOX_BYTES), wrapContext(keyId, context));
      return decrypt(dataKey, bytes.subarray(1 + BOX_BYTES), context);
    } catch {
      throw new Fault('vault.keys-unusable', { reason: 'wrong', keyId });
    }
  }

  private current(): SealingKey {
    if (this.keys === undefined) throw new Fault('vault.keys-unusable', { reason: 'none' });
    return this.keys[0];
  }
}

const wrapContext = (kid: string, context: string): string => `data-key|${kid}|${context}`;

const encrypt = (key: Uint8Array, plain: Uint8Array, context: string): Buffer => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

const decrypt = (key: Uint8Array, box: Buffer, context: string): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(box.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
};
