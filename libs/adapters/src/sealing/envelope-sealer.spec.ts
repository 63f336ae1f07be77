import { randomBytes } from 'node:crypto';
import { isFault } from '#domain/fault/fault.js';
import { EnvelopeSealer } from './envelope-sealer.js';
import { parseSealingKeys, type SealingKey } from './sealing-settings.js';

const key = (kid: string): SealingKey => ({ kid, secret: randomBytes(32) });
const OLD = key('2025');
const NEW = key('2026');
const SECRET = Buffer.from('the refresh token');

/** Why it was refused, as the fault tells; null when it was not. */
const refusal = (act: () => unknown): unknown => {
  try {
    act();
    return null;
  } catch (error) {
    return isFault(error, 'vault.keys-unusable') ? error.facts['reason'] : error;
  }
};

describe('a sealed secret', () => {
  it('opens with the key that sealed it, for what it was sealed for', () => {
    const sealer = new EnvelopeSealer([NEW]);
    const sealed = sealer.seal(SECRET, 'proton|child|1');
    expect(sealed.keyId).toBe('2026');
    expect(Buffer.from(sealed.sealed).includes(SECRET)).toBe(false);
    expect(Buffer.from(sealer.open(sealed, 'proton|child|1'))).toEqual(SECRET);
  });

  it('does not open for anything else, nor as another version of itself', () => {
    const sealer = new EnvelopeSealer([NEW]);
    const sealed = sealer.seal(SECRET, 'proton|child|1');
    for (const context of ['proton|parent|1', 'proton|child|2', '']) {
      expect(refusal(() => sealer.open(sealed, context))).toBe('wrong');
    }
  });

  it('still opens with an old key beside the new one, and new secrets are sealed with the first', () => {
    const sealed = new EnvelopeSealer([OLD]).seal(SECRET, 'c');
    const both = new EnvelopeSealer([NEW, OLD]);
    expect(Buffer.from(both.open(sealed, 'c'))).toEqual(SECRET);
    expect(both.seal(SECRET, 'c').keyId).toBe('2026');
    expect(both.currentKeyId()).toBe('2026');
  });

  it('does not open without its key, with another one of that name, or altered in any byte', () => {
    const sealed = new EnvelopeSealer([OLD]).seal(SECRET, 'c');
    expect(refusal(() => new EnvelopeSealer([NEW]).open(sealed, 'c'))).toBe('missing');
    expect(refusal(() => new EnvelopeSealer([key('2025')]).open(sealed, 'c'))).toBe('wrong');
    for (let at = 0; at < sealed.sealed.length; at += 1) {
      const altered = Uint8Array.from(sealed.sealed);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(refusal(() => new EnvelopeSealer([OLD]).open({ keyId: '2025', sealed: altered }, 'c'))).toBe('wrong');
    }
  });

  it('is another one each time', () => {
    const sealer = new EnvelopeSealer([NEW]);
    expect(sealer.seal(SECRET, 'c').sealed).not.toEqual(sealer.seal(SECRET, 'c').sealed);
  });

  it('cannot be made without keys', () => {
    expect(refusal(() => new EnvelopeSealer(undefined).seal(SECRET, 'c'))).toBe('none');
  });
});

describe('a list of sealing keys', () => {
  const good = randomBytes(32).toString('base64');

  it('names one key or several', () => {
    expect(parseSealingKeys(`a:${good}`)).toEqual([{ kid: 'a', secret: Buffer.from(good, 'base64') }]);
    expect(parseSealingKeys(`a:${good}, b:${good}`)?.map(({ kid }) => kid)).toEqual(['a', 'b']);
  });

  it.each([
    ['is empty', ''],
    ['has a name twice', `a:${good},a:${good}`],
    ['has a short key', `a:${randomBytes(31).toString('base64')}`],
    ['has a long key', `a:${randomBytes(33).toString('base64')}`],
    ['lacks the name', good],
    ['has one bad part', `a:${good},b:!`],
  ])('that %s is refused', (_, text) => expect(parseSealingKeys(text)).toBeNull());
});
