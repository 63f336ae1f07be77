import { ConfigurationError } from '#platform/settings.js';
import { faultOf, type Asking } from './auth-faults.js';
import { protonAppVersion } from './app-version.js';
import { protonApiUrl } from './proton-host.js';

const refusal = (status: number, code: number | null = null) => ({
  op: 'POST auth/v4/refresh',
  status,
  code,
  retryAfterMs: null,
  humanVerification: false,
});

describe('a refusal of the session API', () => {
  it.each([
    [422, 2028, 'vault.abuse-blocked', 'blocked'],
    [400, 2028, 'vault.abuse-blocked', 'blocked'],
    [422, 9001, 'vault.human-verification', 'captcha'],
    [422, 12087, 'vault.human-verification', 'captcha'],
    [422, 10013, 'vault.session-refused', 'refresh-token'],
    [400, 10013, 'vault.session-refused', 'refresh-token'],
    [401, 401, 'vault.session-refused', 'access-token'],
    [401, null, 'vault.session-refused', 'access-token'],
    [400, 5003, 'vault.outdated', 'app-version'],
    [400, 5001, 'vault.outdated', 'app-version'],
    [422, 8002, 'vault.login-refused', 'password'],
    [422, 10003, 'vault.login-refused', 'account-disabled'],
    [429, null, 'vault.throttled', 'too-many-requests'],
    [429, 85131, 'vault.throttled', 'too-many-requests'],
    [503, null, 'vault.unavailable', 'status-503'],
  ] as const)('of status %d and code %p is %s', (status, code, fault, reason) => {
    for (const asking of ['login', 'renewal', 'session'] satisfies Asking[]) {
      expect(faultOf(refusal(status, code), asking)).toMatchObject({ code: fault, facts: { reason } });
    }
  });

  it('that is unspecific means what was asked for', () => {
    expect(faultOf(refusal(422, 4711), 'login').code).toBe('vault.login-refused');
    expect(faultOf(refusal(422, 4711), 'renewal').code).toBe('vault.session-refused');
    expect(faultOf(refusal(403, 9101), 'session').code).toBe('vault.refused');
  });

  it('that asks for a human is about that, whatever its code', () => {
    expect(faultOf({ ...refusal(422, 2028), humanVerification: true }, 'login').code).toBe('vault.human-verification');
  });

  it('that asks to wait says how long, and 10 s where it does not', () => {
    expect(faultOf({ ...refusal(429), retryAfterMs: 3_000 }, 'login').facts).toMatchObject({ retryAfterMs: 3_000 });
    expect(faultOf(refusal(429), 'login').facts).toMatchObject({ retryAfterMs: 10_000 });
  });
});

describe('what is told to whom', () => {
  it('is an app version of Ballast’s own', () => {
    expect(protonAppVersion('beta')).toMatch(/^external-drive-ballast@\d+\.\d+\.\d+-beta$/);
  });

  it.each(['https://drive-api.proton.me', 'https://mail.proton.me/api/', 'https://proton.me'])(
    'goes to %s',
    (protonUrl) => {
      expect(protonApiUrl({ protonUrl, protonDevelopment: false })).toBe(protonUrl.replace(/\/$/, ''));
    },
  );

  it.each([
    'http://drive-api.proton.me',
    'https://proton.me.example.org',
    'https://notproton.me',
    'http://127.0.0.1:1',
  ])('goes not to %s unless it is for development', (protonUrl) => {
    expect(() => protonApiUrl({ protonUrl, protonDevelopment: false })).toThrow(ConfigurationError);
    expect(protonApiUrl({ protonUrl, protonDevelopment: true })).toBe(protonUrl);
  });
});
