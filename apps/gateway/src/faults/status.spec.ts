import { Fault } from '#domain/fault/fault.js';
import { FAULTS, type FaultCode } from '#domain/fault/faults.js';
import { STOP_RULES } from '#domain/vault/vault.js';
import { FAULT_GUIDE } from './fault-guide.js';
import { messageOf } from './fault-message.js';
import { objectStatusOf, retryAfterOf, statusOf } from './status.js';

const codes = Object.keys(FAULTS) as FaultCode[];
const faults = codes.map((code) => new Fault(code));

describe('the status of a fault', () => {
  it('is never below 400, which clients take for success', () => {
    for (const fault of faults) expect(statusOf(fault)).toBeGreaterThanOrEqual(400);
  });

  it('is 422 for a batch only: on PUT and verify clients exit 0 after it', () => {
    const batchOnly = faults.filter((fault) => statusOf(fault) === 422).map(({ code }) => code);
    expect(batchOnly.every((code) => code.startsWith('batch.'))).toBe(true);
  });

  it('is never one that a client dies of or takes for a reason to send everything again', () => {
    for (const fault of faults) expect([502, 503, 504]).not.toContain(statusOf(fault));
  });

  it('is 429 with a short Retry-After for everything that passes', () => {
    for (const fault of faults.filter(
      ({ kind, code }) => ['throttled', 'unavailable'].includes(kind) && code !== 'object.store-failed',
    )) {
      expect(statusOf(fault)).toBe(429);
      expect(retryAfterOf(fault)).toBeLessThanOrEqual(30);
    }
  });

  it('is 401 only for missing credentials', () => {
    expect(faults.filter((fault) => statusOf(fault) === 401).map(({ code }) => code)).toEqual(['credentials.missing']);
  });

  it('follows what a store was given up for', () => {
    expect(statusOf(new Fault('object.store-failed', { reason: 'vault.full' }))).toBe(507);
    expect(statusOf(new Fault('object.store-failed', { reason: 'vault.unavailable' }))).toBe(500);
    expect(statusOf(new Fault('object.store-failed', { reason: 'toString' }))).toBe(500);
  });

  it('inside of a batch is 422 for whatever is not valid', () => {
    for (const code of ['oid.malformed', 'size.malformed', 'size.mismatch'] as const)
      expect(objectStatusOf(new Fault(code))).toBe(422);
    expect(objectStatusOf(new Fault('object.absent'))).toBe(404);
    expect(objectStatusOf(new Fault('staging.full'))).toBe(507);
    expect(objectStatusOf(new Fault('object.too-large'))).toBe(413);
  });

  it('inside of a batch is 503 for a vault that waits for a person, and 507 for one without space', () => {
    for (const { code } of Object.values(STOP_RULES))
      expect(objectStatusOf(new Fault(code))).toBe(code === 'vault.quota-exceeded' ? 507 : 503);
  });

  it('inside of a batch is 413 for what is beyond the plan of the vault', () => {
    expect(objectStatusOf(new Fault('object.store-failed', { reason: 'vault.plan-limit' }))).toBe(413);
    expect(objectStatusOf(new Fault('object.store-failed', { reason: 'vault.full' }))).toBe(507);
    expect(objectStatusOf(new Fault('object.store-failed', { reason: 'vault.unavailable' }))).toBe(500);
  });
});

describe('the message of a fault', () => {
  it('is a sentence with the request id, and there is one for every code', () => {
    for (const code of codes) {
      expect(FAULT_GUIDE[code].remedy).toMatch(/\.$/);
      expect(messageOf(new Fault(code), 'r-1')).toMatch(/^[A-Z].*\. \(request r-1\)$/);
    }
  });

  it('tells nothing of what nobody foresaw', () => {
    expect(messageOf(null, 'r-1')).toBe('Something went wrong in the server. (request r-1)');
  });
});
