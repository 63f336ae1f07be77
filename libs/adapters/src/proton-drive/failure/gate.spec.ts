import { Fault } from '#domain/fault/fault.js';
import { testContext } from '#testing/memory/memory-world.js';
import { answer, closeFleets, fleet, never, permitted, refusal, tooMany } from '#testing/proton/gated-fleet.js';

afterEach(closeFleets);

describe('a request to Proton', () => {
  it('passes when nothing is wrong', async () => {
    expect(await permitted(fleet().worker())).toBe('sent');
  });

  it.each([
    ['2028', refusal(2028), 'vault.abuse-blocked'],
    ['9001', refusal(9001), 'vault.human-verification'],
    ['9001 inside of 2028', answer({ status: 422, code: 2028, humanVerification: true }), 'vault.human-verification'],
    ['10013', refusal(10013), 'vault.session-refused'],
    ['5003', refusal(5003), 'vault.outdated'],
    ['a success that demands an upgrade', answer({ requirements: true }), 'vault.outdated'],
  ])('is never made again by any worker after %s, until an operator says so', async (_, observation, code) => {
    const { world, worker, resume, stops } = fleet();
    const [one, other] = [worker(), worker()];
    await one.observed(observation);
    world.clock.advance(30 * 86_400_000);
    for (const gate of [one, other, worker()]) expect(await permitted(gate)).toBe(code);
    for (const cause of (await stops()).keys()) await resume.execute(cause, 'probe');
    expect(await permitted(other)).toBe(code);
    for (const cause of (await stops()).keys()) await resume.execute(cause, 'operator', testContext);
    expect(await permitted(other)).toBe('sent');
    expect(await permitted(one)).toBe('sent');
  });

  it('is stopped in the worker that saw it before anything is written', async () => {
    const { world, worker } = fleet();
    const gate = worker();
    await gate.permit(never);
    const waiting = gate.permit(never).catch((error: unknown) => (error as Fault).code);
    const observed = gate.observed(refusal(2028));
    expect(world.database.events).toEqual([]);
    expect(await waiting).toBe('vault.abuse-blocked');
    await observed;
    expect(world.database.events).toHaveLength(1);
  });

  it('is stopped while the database is away, and the stop is written once it is back', async () => {
    const { world, worker, stops } = fleet();
    const gate = worker();
    world.events.failNext = { error: new Fault('database.unavailable'), when: 'before' };
    await gate.observed(refusal(2028));
    expect(await permitted(gate)).toBe('vault.abuse-blocked');
    for (let turn = 0; turn < 20 && !(await stops()).has('abuse-block'); turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    expect((await stops()).has('abuse-block')).toBe(true);
  });

  it('is told of once, however many requests meet the same wall', async () => {
    const { world, worker } = fleet();
    const gates = [worker(), worker(), worker()];
    await Promise.all(Array.from({ length: 60 }, async (_, at) => gates[at % 3]?.observed(refusal(2028))));
    expect(world.database.events.map(({ type }) => type)).toEqual(['BreakerOpened']);
  });

  it('is stopped anew by an answer that was under way while an operator resumed', async () => {
    const { world, worker, resume, stops } = fleet();
    const gate = worker();
    await gate.permit(never);
    await gate.permit(never);
    await gate.observed(refusal(2028));
    world.clock.advance(10_000);
    await resume.execute('abuse-block', 'operator', testContext);
    await gate.observed(refusal(2028));
    expect((await stops()).has('abuse-block')).toBe(true);
    expect(await permitted(gate)).toBe('vault.abuse-blocked');
  });

  it('does not wait any longer once its worker closes', async () => {
    const { worker } = fleet();
    const gate = worker();
    await gate.observed(tooMany(20_000));
    const waiting = permitted(gate);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    gate.close();
    expect(await waiting).toBe('service.draining');
  });

  it('is not stopped by a refresh that Proton refuses, which the keeper of the session may mend', async () => {
    const { worker } = fleet();
    const gate = worker();
    await gate.observed(answer({ op: 'POST auth/v4/refresh', status: 422, code: 10013 }));
    expect(await permitted(gate)).toBe('sent');
  });

  it.each([
    ['404', answer({ status: 404, code: 2501 })],
    ['401', answer({ status: 401, code: 401 })],
    ['2500', refusal(2500)],
    ['200300', refusal(200300)],
    ['200003', refusal(200003)],
  ])('goes on after %s, which concerns one object', async (_, observation) => {
    const { worker } = fleet();
    const gate = worker();
    await gate.observed(observation);
    expect(await permitted(gate)).toBe('sent');
  });

  it('gives up its wait at the signal, with its reason', async () => {
    const { worker } = fleet();
    const gate = worker();
    const reason = new Fault('service.draining');
    await expect(gate.permit(AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    await gate.observed(tooMany(20_000));
    const waiting = gate.permit(controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe('a pause that Proton asks for', () => {
  it('is waited for by every worker, for as long as asked', async () => {
    const { world, worker } = fleet();
    const [one, other] = [worker(), worker()];
    await one.observed(tooMany(28_000));
    const begunAt = world.clock.now().getTime();
    await Promise.all([one.permit(never), other.permit(never)]);
    expect(world.clock.now().getTime() - begunAt).toBeGreaterThanOrEqual(28_000);
  });

  it('lasts ten seconds when Proton does not say how long', async () => {
    const { world, worker } = fleet();
    const gate = worker();
    await gate.observed(tooMany(null));
    const begunAt = world.clock.now().getTime();
    await gate.permit(never);
    expect(world.clock.now().getTime() - begunAt).toBeGreaterThanOrEqual(10_000);
  });

  it('is one pause and one halving for sixty answers to the requests of four workers', async () => {
    const { worker, bucket } = fleet(64);
    const gates = [worker(), worker(), worker(), worker()];
    await Promise.all(Array.from({ length: 60 }, async (_, at) => gates[at % 4]?.observed(tooMany(5_000))));
    expect(bucket.pauses).toBe(1);
    await gates[0]?.permit(never);
    expect((await bucket.take(0)).requestsPerSecond).toBeLessThan(33);
  });

  it('is handed back as a fault when it is too long to sit out', async () => {
    const { worker } = fleet();
    const [one, other] = [worker(), worker()];
    await one.observed(tooMany(600_000));
    for (const gate of [one, other]) {
      await expect(gate.permit(never)).rejects.toMatchObject({
        code: 'vault.throttled',
        facts: { retryAfterMs: expect.any(Number) },
      });
    }
  });

  it('keeps every worker to its share while the database is away', async () => {
    const { world, worker, bucket } = fleet(40);
    const gate = worker();
    bucket.take = () => Promise.reject(new Fault('database.unavailable'));
    const begunAt = world.clock.now().getTime();
    for (let sent = 0; sent < 51; sent += 1) await gate.permit(never);
    const seconds = (world.clock.now().getTime() - begunAt) / 1_000;
    // A quarter of forty a second.
    expect(seconds).toBeGreaterThanOrEqual(4.9);
    expect(seconds).toBeLessThan(6);
  });
});
