import type { QueueName } from '#contracts/jobs/jobs.js';
import { jobId } from '#contracts/jobs/jobs.js';
import type { DomainEvent } from '#domain/event/domain-event.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { parseSha1, type Oid } from '#domain/oid.js';
import { MemoryWorld, sampleObject, testContext } from '#testing/memory/memory-world.js';
import { DropDeadLetters } from './drop-dead-letters.js';
import { RedriveDeadLetters } from './redrive-dead-letters.js';

const { oid, size } = sampleObject(10);
const sha1 = parseSha1('0'.repeat(40));

const begin = () => {
  const world = new MemoryWorld();
  const redrive = new RedriveDeadLetters(world.ledger, world.events, world.outbox, world.clock);
  const at = world.clock.now().toISOString();
  const append = async (...events: DomainEvent[]) => {
    const { version } = await world.events.read(objectStream(oid));
    const write = { stream: objectStream(oid), expectedVersion: version, events };
    await world.events.append({ writes: [write], context: testContext });
  };
  const staged = (generation = 1) =>
    append({ type: 'ObjectStaged', schema: 1, data: { oid, sizeBytes: size, sha1, generation, adopted: false, at } });
  const failed = (code: FaultCode = 'vault.refused', generation = 1) =>
    append({ type: 'StoreFailed', schema: 1, data: { oid, generation, code, at } });
  const letter = (
    queue: QueueName = 'store-object',
    payload: unknown = { v: 1, oid, generation: 1 },
    of: Oid | null = oid,
  ) =>
    world.ledger.bury({
      queue,
      payload,
      oid: of,
      jobId: jobId(queue, { v: 1, oid, generation: 1 }),
      code: 'vault.refused',
      fingerprint: 'f1',
      traceparent: null,
      error: { at, attempt: 1, code: 'vault.refused', detail: 'vault.refused' },
    });
  const types = () => world.database.events.map(({ type }) => type);
  const queued = () => world.database.outbox.map(({ queue, payload }) => ({ queue, payload }));
  return { world, redrive, staged, failed, letter, types, queued };
};

const all = { filter: { limit: 100 } };
const run = { dryRun: false };

describe('redriving dead letters', () => {
  it('stores again under a new generation, in one commit with its job', async () => {
    const { world, redrive, staged, failed, letter, types, queued } = begin();
    await staged();
    await failed();
    const { id } = await letter();
    const outcomes = await redrive.execute(all, testContext, run);
    expect(outcomes).toMatchObject([{ outcome: 'redriven', reason: null, letter: { id } }]);
    expect(types()).toEqual(['ObjectStaged', 'StoreFailed', 'StoreRedriven']);
    expect(queued()).toEqual([{ queue: 'store-object', payload: { v: 1, oid, generation: 2 } }]);
    expect((await world.ledger.get(id))?.state).toBe('redriven');
  });

  it('changes nothing in a dry run, and tells the same', async () => {
    const { world, redrive, staged, failed, letter, types, queued } = begin();
    await staged();
    await failed();
    const { id } = await letter();
    expect(await redrive.execute(all, testContext, { dryRun: true })).toMatchObject([{ outcome: 'redriven' }]);
    expect(types()).not.toContain('StoreRedriven');
    expect(queued()).toEqual([]);
    expect((await world.ledger.get(id))?.state).toBe('open');
  });

  it('queues a hydration again without an event', async () => {
    const { redrive, letter, types, queued } = begin();
    await letter('hydrate-object');
    await redrive.execute(all, testContext, run);
    expect(types()).toEqual([]);
    expect(queued()).toEqual([{ queue: 'hydrate-object', payload: { v: 1, oid, generation: 1 } }]);
  });

  it('closes a letter whose object was stored meanwhile, and queues nothing', async () => {
    const { world, redrive, staged, failed, letter, queued } = begin();
    await staged();
    await failed();
    const { id } = await letter();
    await staged(2); // pushed once more
    expect(await redrive.execute({ ids: [id] }, testContext, run)).toMatchObject([{ outcome: 'moot' }]);
    expect(queued()).toEqual([]);
    expect((await world.ledger.get(id))?.state).toBe('redriven');
  });

  it.each(['staging.lost', 'staging.corrupt'] as const)('refuses %s, which only a new push mends', async (code) => {
    const { world, redrive, staged, failed, letter } = begin();
    await staged();
    await failed(code);
    const { id } = await letter();
    const [outcome] = await redrive.execute(all, testContext, run);
    expect(outcome).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('push the object again') });
    expect((await world.ledger.get(id))?.state).toBe('open');
  });

  it('refuses a letter whose payload was forged', async () => {
    const { redrive, letter } = begin();
    await letter('store-object', { v: 1, oid: '../etc', generation: 1 }, null);
    expect(await redrive.execute(all, testContext, run)).toMatchObject([{ outcome: 'refused' }]);
  });

  it('decides again after a conflict', async () => {
    const { world, redrive, staged, failed, letter, types } = begin();
    await staged();
    await failed();
    await letter();
    const { Fault } = await import('#domain/fault/fault.js');
    world.events.failNext = { error: new Fault('stream.version-conflict'), when: 'before' };
    expect(await redrive.execute(all, testContext, run)).toMatchObject([{ outcome: 'redriven' }]);
    expect(types()).toContain('StoreRedriven');
  });

  it('is done once: a second redrive of the same letter is refused', async () => {
    const { redrive, staged, failed, letter } = begin();
    await staged();
    await failed();
    const { id } = await letter();
    await redrive.execute({ ids: [id] }, testContext, run);
    await expect(redrive.execute({ ids: [id] }, testContext, run)).rejects.toMatchObject({
      code: 'dead-letter.settled',
    });
  });

  it('knows no letter that is not there', async () => {
    const { redrive } = begin();
    await expect(redrive.execute({ ids: ['9'] }, testContext, run)).rejects.toMatchObject({
      code: 'dead-letter.absent',
    });
  });
});

describe('dropping dead letters', () => {
  it('closes them and leaves the object failed', async () => {
    const { world, staged, failed, letter, types } = begin();
    await staged();
    await failed();
    const { id } = await letter();
    const drop = new DropDeadLetters(world.ledger);
    expect(await drop.execute(all, { dryRun: true })).toMatchObject([{ id, state: 'open' }]);
    expect((await world.ledger.get(id))?.state).toBe('open');
    await drop.execute(all, run);
    expect((await world.ledger.get(id))?.state).toBe('dropped');
    expect(types()).toEqual(['ObjectStaged', 'StoreFailed']);
    expect(await drop.execute(all, run)).toEqual([]);
  });
});
