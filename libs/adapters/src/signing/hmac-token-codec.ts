import { createHmac, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { TokenCodec } from '#application/ports/tokens.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_LENGTH = 30; // 178 bits
const CHECKSUM_LENGTH = 6;
const FORM = /^blst_([0-9A-Za-z]{30})_([0-9A-Za-z]{6})$/;

/**
 * Tokens as `blst_<30 base62>_<6 base62 of the CRC-32 of the 30>`: the prefix is for leak scanners, the checksum refuses a
 * mistyped token without a look-up. Digests are HMAC-SHA-256 under the pepper, so that a stolen database opens nothing.
 */
export class HmacTokenCodec extends TokenCodec {
  constructor(private readonly pepper: string) {
    super();
  }

  override mint(): { readonly value: string; readonly digest: string; readonly last4: string } {
    const secret = Array.from({ length: SECRET_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    const value = `blst_${secret}_${checksum(secret)}`;
    return { value, digest: this.hmac(value), last4: secret.slice(-4) };
  }

  override digest(value: string): string | null {
    const [, secret, given] = FORM.exec(value) ?? [];
    return secret !== undefined && checksum(secret) === given ? this.hmac(value) : null;
  }

  private hmac(value: string): string {
    return createHmac('sha256', this.pepper).update(value).digest('hex');
  }
}

const checksum = (secret: string): string => {
  let rest = crc32(secret);
  let text = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    text = (ALPHABET[rest % ALPHABET.length] ?? '') + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
};
