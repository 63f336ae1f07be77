import { isFault } from '#domain/fault/fault.js';
import { readCredentials } from './credentials.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('credentials', () => {
  it('are the password first, then the user, or the bearer', () => {
    expect(readCredentials(basic('any:token')).values).toEqual(['token', 'any']);
    expect(readCredentials(basic('token:')).values).toEqual(['', 'token']);
    expect(readCredentials(basic('any:to:ken')).values).toEqual(['to:ken', 'any']);
    expect(readCredentials(basic('token')).values).toEqual(['token']);
    expect(readCredentials('bearer token')).toEqual({ method: 'bearer', values: ['token'] });
  });

  it.each([
    [undefined, 'credentials.missing'],
    ['', 'credentials.missing'],
    ['  ', 'credentials.missing'],
    ['Bearer a b', 'credentials.rejected'],
    ['Negotiate abc', 'credentials.rejected'],
  ])('of %j are %s', (header, code) => {
    try {
      readCredentials(header);
      throw new Error('accepted');
    } catch (error) {
      expect(isFault(error) && error.code).toBe(code);
    }
  });
});
