import { jobId } from '#contracts/jobs/jobs.js';
import type { DomainEvent } from '#domain/event/domain-event.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { parseSha1 } from '#domain/oid.js';
import type { StopCause } from '#domain/vault/vault.js';
import { MemoryWorld, sampleObject, testContext } from '#testing/memory/memory-world.js';
import { ResumeVault } from '../vault-breaker/resume-vault.js';
import { StopVault } from '../vault-breaker/stop-vault.js';
import { VaultHistory } from '../vault-breaker/vault-history.js';
import { RedriveDeadLetters } from './redrive-dead-letters.js';
import { RedriveRecovered } from './redrive-recovered.js';

const begin = () => {
  const world = new MemoryWorld();
  const { ledger, events, outbox, clock } = world;
  const history = new VaultHistory(events, clock, 'memory');
  const redrive = new RedriveRecovered(ledger, history, new RedriveDeadLetters(ledger, events, outbox, clock));
  const [stop, resume] = [new StopVault(history), new ResumeVault(history)];
  const pass = (lettersMax = 50) => redrive.execute({ lettersMax }, testContext);
  /** An object that was given up now. */
  const givenUp = async (code: FaultCode, seed = 1, failure = code): Promise<void> => {
    clock.advance(1_000);
    const { oid, size } = sampleObject(10, seed);
    const at = clock.now().toISOString();
    const staged = { oid, sizeBytes: size, sha1: parseSha1('0'.repeat(40)), generation: 1, adopted: false, at };
    const written: readonly DomainEvent[] = [
      { type: 'ObjectStaged', schema: 1, data: staged },
      { type: 'StoreFailed', schema: 1, data: { oid, generation: 1, code: failure, at } },
    ];
    await events.append({
      writes: [{ stream: objectStream(oid), expectedVersion: 0, events: written }],
      context: testContext,
    });
    const payload = { v: 1, oid, generation: 1 } as const;
    await ledger.bury({
      ...{ queue: 'store-object', payload, oid, jobId: jobId('store-object', payload), code, fingerprint: 'f' },
      ...{ traceparent: null, error: { at, attempt: 12, code, detail: code } },
    });
  };
  const through = async (cause: StopCause): Promise<void> => {
    clock.advance(1_000);
    await stop.execute({ cause, detail: 'spec', until: null });
    clock.advance(1_000);
    await resume.execute(cause, 'operator');
  };
  const open = async () => (await ledger.find({ state: 'open', limit: 100 })).length;
  return { world, pass, givenUp, through, open, stop };
};

describe('dead letters of a cause', () => {
  it.each([
    ['vault.abuse-blocked', 'abuse-block'],
    ['vault.session-refused', 'session'],
    ['vault.quota-exceeded', 'quota'],
    ['vault.full', 'quota'],
    ['vault.unavailable', 'outage'],
  ] as const)('(%s) are redriven once the breaker %s closed', async (code, cause) => {
    const { world, pass, givenUp, through, open } = begin();
    await givenUp(code);
    expect(await pass()).toBe(0);
    await through(cause);
    expect(await pass()).toBe(1);
    expect(await open()).toBe(0);
    expect(world.database.outbox.map(({ queue }) => queue)).toEqual(['store-object']);
    expect(await pass()).toBe(0);
  });

  it('stay while the breaker is open again, and when they are younger than its end', async () => {
    const { pass, givenUp, through, open, stop } = begin();
    await through('outage');
    await givenUp('vault.unavailable');
    expect(await pass()).toBe(0);
    await through('outage');
    await stop.execute({ cause: 'outage', detail: 'again', until: null });
    expect(await pass()).toBe(0);
    expect(await open()).toBe(1);
  });

  it('of another cause stay', async () => {
    const { pass, givenUp, through, open } = begin();
    await givenUp('vault.unavailable');
    await givenUp('vault.corrupt', 2);
    await through('quota');
    expect(await pass()).toBe(0);
    expect(await open()).toBe(2);
  });

  it('are redriven a few a pass', async () => {
    const { pass, givenUp, through } = begin();
    for (let seed = 1; seed <= 5; seed += 1) await givenUp('vault.unavailable', seed);
    await through('outage');
    expect([await pass(2), await pass(2), await pass(2), await pass(2)]).toEqual([2, 2, 1, 0]);
  });

  it('that cannot be redriven do not stand in the way of the others', async () => {
    const { pass, givenUp, through, open } = begin();
    await givenUp('vault.unavailable', 1, 'staging.lost');
    await givenUp('vault.unavailable', 2);
    await through('outage');
    expect(await pass(1)).toBeLessThanOrEqual(1);
    await pass(1);
    expect(await open()).toBe(1);
  });
});
