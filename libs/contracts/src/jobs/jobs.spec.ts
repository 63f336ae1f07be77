import fc from 'fast-check';
import { parseOid } from '#domain/oid.js';
import { attemptDeadlineMs, backoffMs, isQueueName, jobId, parseJob, QUEUE_NAMES, QUEUES } from './jobs.js';

const oid = parseOid('a'.repeat(64));
const payload = { v: 1 as const, oid, generation: 3 };

describe.each(QUEUE_NAMES)('the queue %s', (queue) => {
  it('reads back what it was given', () => {
    expect(parseJob(queue, JSON.parse(JSON.stringify(payload)))).toEqual(payload);
  });

  it.each([
    ['nothing', undefined],
    ['a text', '{}'],
    ['another version', { ...payload, v: 2 }],
    ['an oid in upper case', { ...payload, oid: 'A'.repeat(64) }],
    ['generation zero', { ...payload, generation: 0 }],
    ['half a generation', { ...payload, generation: 1.5 }],
    ['a generation that is a text', { ...payload, generation: '1' }],
    ['more than it knows', { ...payload, path: '/etc/passwd' }],
  ])('refuses %s as malformed', (_, wrong) => {
    expect(() => parseJob(queue, wrong)).toThrow(
      expect.objectContaining({ code: 'job.malformed', facts: { queue } }) as Error,
    );
  });

  it('refuses anything that is not its payload, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => parseJob(queue, value)).toThrow(expect.objectContaining({ code: 'job.malformed' }) as Error);
      }),
    );
  });

  it('has a job id that BullMQ takes: no colon, and not digits alone', () => {
    expect(jobId(queue, payload)).toBe(`${queue}-${oid}-3`);
    expect(jobId(queue, payload)).toMatch(/^[a-z]+-[a-z]+-[0-9a-f]{64}-\d+$/);
  });

  it('gives each generation an id of its own', () => {
    expect(jobId(queue, payload)).not.toBe(jobId(queue, { ...payload, generation: 4 }));
  });

  it('waits between nothing and its cap, at most twice as long after each attempt', () => {
    const { baseMs, capMs } = QUEUES[queue].backoff;
    const attempt = fc.integer({ min: 0, max: 5_000 });
    fc.assert(
      fc.property(attempt, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (number, random) => {
        const delay = backoffMs(queue, number, random);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(capMs, baseMs * 2 ** number));
      }),
    );
    expect(backoffMs(queue, 5_000, 0.999_999)).toBeGreaterThan(capMs * 0.99);
  });

  it('gives an attempt a minute and more for more bytes', () => {
    expect(attemptDeadlineMs(queue, 0)).toBe(60_000);
    expect(attemptDeadlineMs(queue, 256 * 1024 * 10)).toBe(70_000);
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(attemptDeadlineMs(queue, less)).toBeLessThanOrEqual(attemptDeadlineMs(queue, more));
      }),
    );
  });

  it('is known by its name', () => {
    expect(isQueueName(queue)).toBe(true);
  });
});

describe('a name that is no queue', () => {
  it.each(['', 'store', 'Store-Object', 'toString', '__proto__', 'constructor'])('is %j', (name) => {
    expect(isQueueName(name)).toBe(false);
  });
});
