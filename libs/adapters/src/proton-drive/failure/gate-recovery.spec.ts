import { Fault } from '#domain/fault/fault.js';
import { testContext } from '#testing/memory/memory-world.js';
import {
  answer,
  closeFleets,
  failure,
  fleet,
  never,
  permitted,
  refusal,
  timeout,
} from '#testing/proton/gated-fleet.js';
import type { Gate } from './gate.js';

afterEach(closeFleets);

describe('an outage', () => {
  const break_ = async (gate: Gate): Promise<void> => {
    for (let at = 0; at < 10; at += 1) await gate.observed(at % 2 === 0 ? failure : timeout);
  };

  it('is not made of nine failures, nor of ten with an answer between them', async () => {
    const { worker } = fleet();
    const gate = worker();
    for (let at = 0; at < 9; at += 1) await gate.observed(failure);
    await gate.observed(answer({ status: 404, code: 2501 }));
    await gate.observed(failure);
    await gate.observed(answer({ status: 0, code: null, errorName: 'AbortError' }));
    expect(await permitted(gate)).toBe('sent');
  });

  it('parks every worker, and is probed by one request of one of them', async () => {
    const { world, worker } = fleet();
    const gates = [worker(), worker(), worker()];
    await break_(gates[0]!);
    for (const gate of gates) expect(await permitted(gate)).toBe('vault.outage');
    world.clock.advance(15_000);
    const sent = await Promise.all([...gates, ...gates].map(permitted));
    expect(sent.filter((result) => result === 'sent')).toHaveLength(1);
  });

  it('ends for all with a probe that is answered, whatever the answer says', async () => {
    const { world, worker, stops } = fleet();
    const [one, other] = [worker(), worker()];
    await break_(one);
    world.clock.advance(15_000);
    await other.permit(never);
    await other.observed(answer({ status: 404, code: 2501 }));
    expect((await stops()).size).toBe(0);
    expect([await permitted(one), await permitted(other), await permitted(other)]).toEqual(['sent', 'sent', 'sent']);
  });

  it('is probed after pauses that double, up to five minutes', async () => {
    const { world, worker, stops } = fleet();
    const gate = worker();
    await break_(gate);
    const pauses: number[] = [];
    for (let probe = 0; probe < 8; probe += 1) {
      const until = Date.parse((await stops()).get('outage')?.until ?? '');
      pauses.push((until - world.clock.now().getTime()) / 1_000);
      world.clock.advance(until - world.clock.now().getTime());
      expect(await permitted(gate)).toBe('sent');
      await gate.observed(failure);
    }
    expect(pauses).toEqual([15, 15, 30, 60, 120, 240, 300, 300]);
  });

  it('is probed by another worker when the one that did died', async () => {
    const { world, worker } = fleet();
    const [one, other] = [worker(), worker()];
    await break_(one);
    world.clock.advance(15_000);
    expect(await permitted(one)).toBe('sent');
    for (const gate of [one, other, one]) expect(await permitted(gate)).toBe('vault.outage');
    world.clock.advance(60_000);
    expect(await permitted(other)).toBe('sent');
  });

  it('is told of once, however many requests were under way when it began', async () => {
    const { world, worker } = fleet();
    const [one, other] = [worker(), worker()];
    for (let at = 0; at < 30; at += 1) {
      await one.observed(failure);
      await other.observed(failure);
      world.clock.advance(10);
    }
    expect(world.database.events.length).toBeLessThanOrEqual(2);
  });

  it('goes on when its end cannot be written, and ends with the next probe', async () => {
    const { world, worker, stops } = fleet();
    const gate = worker();
    await break_(gate);
    world.clock.advance(15_000);
    await gate.permit(never);
    world.events.failNext = { error: new Fault('database.unavailable'), when: 'before' };
    await gate.observed(answer());
    expect((await stops()).has('outage')).toBe(true);
    world.clock.advance(60_000);
    await gate.permit(never);
    await gate.observed(answer());
    expect((await stops()).size).toBe(0);
  });

  it('of which an operator knows better ends at his word', async () => {
    const { world, worker, resume } = fleet();
    const [one, other] = [worker(), worker()];
    await break_(one);
    world.clock.advance(3_000);
    await resume.execute('outage', 'operator', testContext);
    expect([await permitted(one), await permitted(other)]).toEqual(['sent', 'sent']);
  });
});

describe('a full account', () => {
  it('parks every worker for five minutes, and until a block was taken in', async () => {
    const { world, worker, stops } = fleet();
    const [one, other] = [worker(), worker()];
    await one.observed(refusal(200002));
    world.clock.advance(299_000);
    expect(await permitted(other)).toBe('vault.quota-exceeded');
    world.clock.advance(1_000);
    expect(await permitted(other)).toBe('sent');
    expect(await permitted(one)).toBe('vault.quota-exceeded');
    await other.observed(answer());
    expect((await stops()).has('quota')).toBe(true);
    expect(await permitted(other)).toBe('sent');
    await other.observed(answer({ op: 'POST drive/blocks' }));
    expect((await stops()).size).toBe(0);
    world.clock.advance(3_000);
    expect(await permitted(one)).toBe('sent');
  });

  it('parks them anew when the probe meets the same', async () => {
    const { world, worker } = fleet();
    const gate = worker();
    await gate.observed(refusal(200001));
    world.clock.advance(300_000);
    expect(await permitted(gate)).toBe('sent');
    await gate.observed(refusal(200001));
    expect(await permitted(gate)).toBe('vault.quota-exceeded');
    world.clock.advance(299_000);
    expect(await permitted(gate)).toBe('vault.quota-exceeded');
  });

  it('has room again as soon as somebody saw it', async () => {
    const { worker, stops } = fleet();
    const gate = worker();
    await gate.observed(refusal(200001));
    expect(await permitted(gate)).toBe('vault.quota-exceeded');
    await gate.spaceSeen({ usedBytes: 10e9, maxBytes: 10e9 });
    expect((await stops()).size).toBe(1);
    await gate.spaceSeen({ usedBytes: 9e9, maxBytes: 10e9 });
    expect(await permitted(gate)).toBe('sent');
  });
});
