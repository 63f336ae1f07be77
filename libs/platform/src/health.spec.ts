import { readiness, type Probe } from './health.js';

const fine = (name: string): Probe => ({ name, check: () => Promise.resolve(), whenFailing: 'not-ready' });
const broken = (name: string, whenFailing: Probe['whenFailing'], reason = 'it is broken'): Probe => ({
  name,
  check: () => Promise.reject(new Error(reason)),
  whenFailing,
});

describe('a service', () => {
  it('is ready when everything it needs works', async () => {
    expect(await readiness([fine('database'), fine('vault')])).toEqual({
      status: 'ready',
      checks: { database: { ok: true }, vault: { ok: true } },
    });
  });

  it('is ready when it needs nothing', async () => {
    expect(await readiness([])).toEqual({ status: 'ready', checks: {} });
  });

  it('is degraded when it can serve with less, and says why', async () => {
    expect(await readiness([fine('database'), broken('queue', 'degraded')])).toEqual({
      status: 'degraded',
      checks: { database: { ok: true }, queue: { ok: false, reason: 'it is broken' } },
    });
  });

  it('is not ready when it lacks what it cannot do without, whatever else is degraded', async () => {
    const { status } = await readiness([broken('queue', 'degraded'), broken('database', 'not-ready')]);
    expect(status).toBe('not-ready');
  });

  it('is not ready while it drains, though everything works', async () => {
    expect(await readiness([fine('database')], true)).toEqual({
      status: 'not-ready',
      checks: { database: { ok: true }, draining: { ok: false, reason: 'shutting down' } },
    });
  });

  it('tells no credentials and no novels in a reason', async () => {
    const { checks } = await readiness([
      broken('database', 'not-ready', `postgresql://u:secret@db ${'x'.repeat(5_000)}`),
    ]);
    expect(checks['database']?.reason).not.toContain('secret');
    expect(checks['database']?.reason?.length).toBeLessThanOrEqual(200);
  });

  it('tells of a probe that throws rather than rejects, or rejects with no error', async () => {
    const throwing: Probe = {
      ...fine('one'),
      check: () => {
        throw new Error('at once');
      },
    };
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const odd: Probe = { ...fine('two'), check: () => Promise.reject('odd') };
    const { checks } = await readiness([throwing, odd]);
    expect(checks).toEqual({ one: { ok: false, reason: 'at once' }, two: { ok: false, reason: 'failed' } });
  });

  it('does not wait for a probe that hangs, and tells it to stop', async () => {
    let stopped = false;
    const hanging: Probe = {
      name: 'vault',
      check: (signal) => new Promise(() => signal.addEventListener('abort', () => (stopped = true))),
      whenFailing: 'degraded',
    };
    const began = Date.now();
    const { status, checks } = await readiness([hanging, fine('database')]);
    expect([status, checks['vault']?.reason, stopped]).toEqual(['degraded', 'no answer within 3000 ms', true]);
    expect(Date.now() - began).toBeLessThan(4_500);
  });
});
