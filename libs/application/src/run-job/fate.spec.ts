import { QUEUES } from '#contracts/jobs/jobs.js';
import { Fault } from '#domain/fault/fault.js';
import { FAULTS, type FaultCode } from '#domain/fault/faults.js';
import { STOP_RULES } from '#domain/vault/vault.js';
import fc from 'fast-check';
import { decideFate } from './fate.js';

const fateOf = (error: unknown, attempt = 1, random = 0.5) =>
  decideFate({ queue: 'store-object', error, attempt, random });

describe('the fate of a job after a failed attempt', () => {
  it.each([
    'job.malformed',
    'vault.refused',
    'request.malformed',
    'object.too-large',
    'event.unreadable',
    'vault.plan-limit',
    'vault.structure',
    'vault.undecryptable',
  ] as const)('is death at once for %s', (code) => expect(fateOf(new Fault(code))).toEqual({ fate: 'dead' }));

  it.each([...Object.values(STOP_RULES).map(({ code }) => code), 'vault.keys-unusable'] as const)(
    'is to be parked for fifteen to thirty seconds, uncounted, for %s',
    (code) => {
      expect(fateOf(new Fault(code), 1_000, 0)).toEqual({ fate: 'retry', delayMs: 15_000, counted: false });
      expect(fateOf(new Fault(code), 1_000, 0.999)).toMatchObject({ delayMs: 29_985 });
    },
  );

  it.each(['object.absent', 'job.stale'] as const)('is to be dropped for %s, since nothing is left to do', (code) => {
    expect(fateOf(new Fault(code))).toEqual({ fate: 'drop' });
  });

  it.each(['lease.held', 'lease.lost', 'database.unavailable', 'service.draining', 'batch.waiting'] as const)(
    'is another attempt that is not counted for %s, however often it happens',
    (code) => expect(fateOf(new Fault(code), 1_000)).toMatchObject({ fate: 'retry', counted: false }),
  );

  it('waits a few seconds for a lease that another worker holds', () => {
    expect(fateOf(new Fault('lease.held'), 1, 0)).toMatchObject({ delayMs: 2_000 });
    expect(fateOf(new Fault('lease.held'), 1, 0.999)).toMatchObject({ delayMs: 4_997 });
  });

  it('hands a job of a draining service back without delay', () => {
    expect(fateOf(new Fault('service.draining'))).toEqual({ fate: 'retry', delayMs: 0, counted: false });
  });

  it('waits for as long as a throttling service asks, and at least ten seconds', () => {
    expect(fateOf(new Fault('object.not-durable', { retryAfterMs: 90_000 }))).toMatchObject({ delayMs: 90_000 });
    expect(fateOf(new Fault('object.not-durable', { retryAfterMs: 1 }), 1, 0)).toMatchObject({ delayMs: 10_000 });
    const asked = fateOf(new Fault('vault.throttled', { retryAfterMs: 28_000 }), 1_000);
    expect(asked).toEqual({ fate: 'retry', delayMs: 28_000, counted: false });
    expect(fateOf(new Fault('vault.throttled', { retryAfterMs: 86_400_000 }))).toMatchObject({ delayMs: 600_000 });
  });

  it('backs off with full jitter over twice the time each attempt', () => {
    const fault = new Fault('vault.unavailable');
    expect([1, 2, 3, 9, 11].map((attempt) => fateOf(fault, attempt, 0.5))).toEqual(
      [1_000, 2_000, 4_000, 150_000, 150_000].map((delayMs) => ({ fate: 'retry', delayMs, counted: true })),
    );
    expect(fateOf(fault, 8, 0)).toMatchObject({ delayMs: 0 });
  });

  it('gives up after the attempts of the queue', () => {
    const { attemptsMax } = QUEUES['store-object'];
    for (const error of [new Fault('vault.unavailable'), new TypeError('of a library')]) {
      expect(fateOf(error, attemptsMax - 1)).toMatchObject({ fate: 'retry', counted: true });
      expect(fateOf(error, attemptsMax)).toEqual({ fate: 'dead' });
    }
  });

  it('tries corrupt bytes, a missing blob and what nobody knows twice more', () => {
    for (const code of ['vault.corrupt', 'vault.absent', 'staging.corrupt', 'vault.unexpected'] as const) {
      expect([1, 2, 3].map((attempt) => fateOf(new Fault(code), attempt).fate)).toEqual(['retry', 'retry', 'dead']);
    }
  });

  it('looks four times, within two minutes, whether a full vault has room again', () => {
    const fates = [1, 2, 3, 4, 5].map((attempt) => fateOf(new Fault('vault.full'), attempt, 0.999));
    expect(fates.map(({ fate }) => fate)).toEqual(['retry', 'retry', 'retry', 'retry', 'dead']);
    const waitedMs = fates.reduce((sum, fate) => sum + (fate.fate === 'retry' ? fate.delayMs : 0), 0);
    expect(waitedMs).toBeLessThanOrEqual(120_000);
  });

  it('is never a delay below zero or above ten minutes, whatever failed', () => {
    const codes = Object.keys(FAULTS) as FaultCode[];
    const attempts = fc.integer({ min: 1, max: 1_000_000 });
    const random = fc.double({ min: 0, max: 0.999999, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...codes), attempts, random, (code, attempt, chance) => {
        const fate = fateOf(new Fault(code), attempt, chance);
        if (fate.fate !== 'retry') return;
        expect(Number.isSafeInteger(fate.delayMs)).toBe(true);
        expect(fate.delayMs).toBeGreaterThanOrEqual(0);
        expect(fate.delayMs).toBeLessThanOrEqual(600_000);
      }),
    );
  });
});
