import { createCipheriv, randomBytes } from 'node:crypto';
import { forkKey, forkUrl, openForkPayload } from './fork.js';

/** As a browser seals it. */
const sealed = (text: string, key: Uint8Array, associated = 'fork'): string => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(associated));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64');
};

describe('the page of a fork', () => {
  it('is Proton’s own, with the code and the key in its fragment', () => {
    const key = forkKey();
    const url = new URL(forkUrl('ABCD1234', key));
    expect(url.origin + url.pathname + url.search).toBe('https://account.proton.me/desktop/login?app=drive&pv=3');
    const [version, code, encoded, client] = decodeURIComponent(url.hash.slice('#payload='.length)).split(':');
    expect([version, code, client]).toEqual(['0', 'ABCD1234', 'external-drive']);
    expect(Buffer.from(encoded ?? '', 'base64')).toEqual(key);
  });
});

describe('the payload of a fork', () => {
  const key = forkKey();
  const good = JSON.stringify({ type: 'default', keyPassword: 'the key password' });

  it('gives the key password to who made the key', () => {
    expect(openForkPayload(sealed(good, key), key)).toBe('the key password');
  });

  it.each([
    ['of another key', sealed(good, forkKey())],
    ['for another use', sealed(good, key, 'other')],
    ['without a key password', sealed('{"type":"default"}', key)],
    ['that is no JSON', sealed('the key password', key)],
    ['that is too short', 'AAAA'],
    ['that is empty', ''],
  ])('%s is refused, and nothing of it is told', (_, payload) => {
    const failure = (() => {
      try {
        return openForkPayload(payload, key);
      } catch (error) {
        return error as Error;
      }
    })();
    expect(failure).toMatchObject({ code: 'vault.login-refused', facts: { reason: 'fork-payload' } });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('the key password');
    expect((failure as Error).cause).toBeUndefined();
  });
});
