import * as sdk from '@protontech/drive-sdk';
import fc from 'fast-check';
import { Fault } from '#domain/fault/fault.js';
import { answerFacts } from './answer-facts.js';
import { classify } from './classify.js';
import { CORPUS } from '#testing/proton/failure-corpus.js';
import { classOfFailure, faultOfFailure } from './fault-of-failure.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const read = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  answerFacts({ status, body, headers: new Headers(headers) }, '0.9.9', NOW);

describe('an answer of Proton', () => {
  it.each(CORPUS)('that is $about ($status) is taken for $failure', ({ status, headers, body, failure }) => {
    expect(classify(read(status, body, headers))).toBe(failure);
  });

  it('of any shape is taken for something, and never throws', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.anything(), (status, body) => {
        const failure = classify(read(status, body));
        if (status >= 500) expect(failure).not.toBeNull();
      }),
    );
  });

  it('tells for how long to pause, in seconds or by a date, and nothing else', () => {
    const pause = (value: string) => read(429, null, { 'retry-after': value }).retryAfterMs;
    expect(pause('28')).toBe(28_000);
    expect(pause('Thu, 01 Jan 2026 00:01:30 GMT')).toBe(90_000);
    expect(pause('Wed, 31 Dec 2025 23:00:00 GMT')).toBe(0);
    expect(pause('999999999')).toBe(86_400_000);
    expect(pause('soon')).toBeNull();
    expect(read(429, null).retryAfterMs).toBeNull();
  });

  it('is not taken for a demand to upgrade by a version that this one is not below', () => {
    const demands = (required: string) =>
      read(200, {}, { 'x-pm-drive-platform-requirements': `required=${required}` }).requirements;
    expect(['0.9.10', '0.10.0', '1.0.0', 'js@0.10.0'].map(demands)).toEqual([true, true, true, true]);
    expect(['0.9.9', '0.9.8', '0.8.99', '1.x', '1.', 'x'].map(demands)).toEqual(Array(6).fill(false));
  });
});

/** Errors as the SDK throws them; those that it does not export are known by their names. */
const named = (name: string, more: object = {}): Error => Object.assign(new Error('text of a server'), { name }, more);

describe('an error of the SDK', () => {
  it.each<[string, Error, string]>([
    ['no connection', new sdk.ConnectionError('x'), 'vault.unavailable'],
    ['a timeout', named('TimeoutError'), 'vault.unavailable'],
    ['an abort', new sdk.AbortError(), 'vault.unavailable'],
    ['its own breaker', new sdk.ServerError('x'), 'vault.unavailable'],
    ['its own limiter', new sdk.RateLimitedError('x'), 'vault.throttled'],
    ['a 503', named('APIHTTPError', { statusCode: 503 }), 'vault.unavailable'],
    ['a 404', named('APIHTTPError', { statusCode: 404 }), 'vault.absent'],
    ['the abuse block', named('APICodeError', { code: 2028 }), 'vault.abuse-blocked'],
    ['the CAPTCHA', named('APICodeError', { code: 9001 }), 'vault.human-verification'],
    ['a refused session', named('APICodeError', { code: 10013 }), 'vault.session-refused'],
    ['a refused token', named('APICodeError', { code: 401 }), 'vault.unavailable'],
    ['a missing scope', named('APICodeError', { code: 9101 }), 'vault.refused'],
    ['an unknown code', named('APICodeError', { code: 4711 }), 'vault.unexpected'],
    ['a full account', new sdk.ValidationError('x', 200002), 'vault.quota-exceeded'],
    ['a file beyond the plan', new sdk.ValidationError('x', 200003), 'vault.plan-limit'],
    ['a taken name', new sdk.NodeWithSameNameExistsValidationError('x', 2500, 'v~l'), 'vault.unavailable'],
    ['a missing node', named('NotFoundAPIError', { code: 2501 }), 'vault.absent'],
    ['an unmet requirement', named('InvalidRequirementsAPIError', { code: 2000 }), 'vault.outdated'],
    ['bad bytes', new sdk.IntegrityError('x'), 'vault.corrupt'],
    ['a bad signature', named('SignatureVerificationError'), 'vault.undecryptable'],
    ['bad keys', new sdk.DecryptionError('x'), 'vault.undecryptable'],
    ['a bad argument', new sdk.ValidationError('Name is too long'), 'vault.unexpected'],
    ['a slip of its own', new TypeError('x is undefined'), 'vault.unexpected'],
    ['a full disk', named('Error', { code: 'ENOSPC' }), 'staging.failed'],
    ['a closed channel', named('Error', { code: 'ERR_IPC_CHANNEL_CLOSED' }), 'vault.unavailable'],
  ])('for %s becomes the fault it is', (_, error, code) => {
    expect(faultOfFailure(error)).toMatchObject({ code, cause: error });
  });

  it('tells which limit of the structure was met', () => {
    const reason = (code: number) => faultOfFailure(new sdk.ValidationError('x', code));
    expect(reason(200300)).toMatchObject({ code: 'vault.structure', facts: { reason: 'too-many-children' } });
    expect(reason(200301)).toMatchObject({ code: 'vault.structure', facts: { reason: 'too-deep' } });
  });

  it('is judged by what caused it where it says nothing itself', () => {
    const refused = new TypeError('fetch failed', { cause: named('Error', { code: 'ECONNREFUSED' }) });
    expect(classOfFailure(refused)).toBe('network');
    const several = named('ProtonDriveError', { cause: [named('Error'), named('APICodeError', { code: 2028 })] });
    expect(classOfFailure(several)).toBe('abuse-block');
    const circle = named('Error');
    circle.cause = circle;
    expect(classOfFailure(circle)).toBe('bug');
  });

  it('that is a fault already stays as it is', () => {
    const fault = new Fault('staging.lost');
    expect(faultOfFailure(fault)).toBe(fault);
  });

  it('gives away no text and no name that might be one', () => {
    const { message, facts } = faultOfFailure(named('secret in a name', { code: 2501, details: { Token: 'secret' } }));
    expect(JSON.stringify([message, facts])).not.toContain('secret');
    for (const odd of [null, undefined, 'text', 7, Symbol('x'), { code: {} }])
      expect(faultOfFailure(odd).code).toBe('vault.unexpected');
  });
});
