import { HmacTokenCodec } from './hmac-token-codec.js';

describe('tokens', () => {
  const codec = new HmacTokenCodec('a pepper of at least thirty-two characters');

  it('have a prefix for scanners, 30 random characters and a checksum', () => {
    const { value, digest, last4 } = codec.mint();
    expect(value).toMatch(/^blst_[0-9A-Za-z]{30}_[0-9A-Za-z]{6}$/);
    expect(value.slice(0, -7).endsWith(last4)).toBe(true);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(codec.digest(value)).toBe(digest);
  });

  it('are never minted twice', () => {
    expect(new Set(Array.from({ length: 200 }, () => codec.mint().value)).size).toBe(200);
  });

  it('need no look-up when a character is mistyped', () => {
    const { value } = codec.mint();
    for (let at = 5; at < value.length; at += 1) {
      const typed = value.slice(0, at) + (value[at] === 'x' ? 'y' : 'x') + value.slice(at + 1);
      expect(codec.digest(typed)).toBeNull();
    }
  });

  it('are nothing else than the exact form', () => {
    for (const other of ['', 'blst_', 'password', ` ${codec.mint().value}`, `${codec.mint().value}\n`]) {
      expect(codec.digest(other)).toBeNull();
    }
  });

  it('have another digest under another pepper', () => {
    const { value, digest } = codec.mint();
    expect(new HmacTokenCodec('another pepper of thirty-two characters').digest(value)).not.toBe(digest);
  });
});
