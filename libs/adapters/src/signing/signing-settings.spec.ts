import { readSettings } from '#platform/settings.js';
import { actionSettings, parseSigningKeys } from './signing-settings.js';

const key = (byte: string) => Buffer.from(byte.repeat(32)).toString('base64');

describe('signing keys', () => {
  it('are read in the order in which they stand', () => {
    expect(parseSigningKeys(`new:${key('a')}, old:${key('b')}`)?.map(({ kid }) => kid)).toEqual(['new', 'old']);
  });

  it('are refused when short, unnamed, named twice or not base64', () => {
    for (const text of [
      '',
      'a',
      `:${key('a')}`,
      'a:c2hvcnQ=',
      `a:${key('a')},a:${key('b')}`,
      `a:${key('a')}:x`,
      `a:${'*'.repeat(50)}`,
    ]) {
      expect(parseSigningKeys(text)).toBeNull();
    }
  });

  it('come with a time to live from a minute to six hours, a quarter of an hour by default', () => {
    const read = (ttl?: string) =>
      readSettings(actionSettings, { BALLAST_SIGNING_KEYS: `k:${key('a')}`, BALLAST_ACTION_TTL: ttl }).actionTtlMs;
    expect(read()).toBe(900_000);
    expect(read('6h')).toBe(21_600_000);
    expect(() => read('59s')).toThrow('BALLAST_ACTION_TTL');
    expect(() => read('7h')).toThrow('BALLAST_ACTION_TTL');
  });
});
