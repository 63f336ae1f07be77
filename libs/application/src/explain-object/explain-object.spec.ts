import { jobId } from '#contracts/jobs/jobs.js';
import type { DomainEvent } from '#domain/event/domain-event.js';
import type { EventContext, StreamName } from '#domain/event/event.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { linkStream } from '#domain/object-link/object-link.js';
import { parseSha1 } from '#domain/oid.js';
import { MemoryInventory } from '#testing/memory/memory-inventory.js';
import { chunked, MemoryWorld, sampleObject, testContext } from '#testing/memory/memory-world.js';
import { poured } from '#testing/memory/poured.js';
import { ExplainObject } from './explain-object.js';

const { oid, size, bytes } = sampleObject(10);
const sha1 = parseSha1('0'.repeat(40));
const traced: EventContext = {
  ...testContext,
  actor: 'token:t1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

const begin = () => {
  const world = new MemoryWorld();
  const explain = new ExplainObject(world.events, new MemoryInventory(world.database), world.ledger, world.hotTier);
  const append = async (stream: StreamName, event: DomainEvent, context = testContext) => {
    const { version } = await world.events.read(stream);
    await world.events.append({ writes: [{ stream, expectedVersion: version, events: [event] }], context });
  };
  const now = () => world.clock.now().toISOString();
  return { world, explain, append, now };
};

describe('explaining an object', () => {
  it('tells its steps in the order of time, from object and links, with the time between them', async () => {
    const { world, explain, append, now } = begin();
    const { id: repositoryId } = await world.repository();
    const staged = { oid, sizeBytes: size, sha1, generation: 1, adopted: false, at: now() };
    await append(objectStream(oid), { type: 'ObjectStaged', schema: 1, data: staged }, traced);
    const linked = { repositoryId, oid, sizeBytes: size, batchId: 'b1', at: now() };
    await append(linkStream(repositoryId, oid), { type: 'ObjectLinked', schema: 1, data: linked }, traced);
    world.clock.advance(1_500);
    const identity = { oid, sizeBytes: size, sha1 };
    const receipt = await world.vault.put(identity, chunked(bytes), new AbortController().signal);
    await append(objectStream(oid), {
      type: 'ObjectStored',
      schema: 1,
      data: { oid, generation: 1, receipt, at: now() },
    });

    const life = await explain.execute(oid);
    expect(life.steps.map(({ event, sincePreviousMs }) => [event.type, sincePreviousMs])).toEqual([
      ['ObjectStaged', null],
      ['ObjectLinked', 0],
      ['ObjectStored', 1_500],
    ]);
    expect(life.steps.map(({ traceId }) => traceId)).toEqual([
      '0af7651916cd43dd8448eb211c80319c',
      '0af7651916cd43dd8448eb211c80319c',
      null,
    ]);
    expect(life.object).toMatchObject({ state: 'stored', sizeBytes: size });
    expect(life.placements).toEqual([{ receipt, at: world.clock.now() }]);
    expect(life.holders).toMatchObject([{ repository: { id: repositoryId, name: 'demo' } }]);
    expect(life.hot).toBe(false);
  });

  it('shows the attempts of its job and its dead letters', async () => {
    const { world, explain, append, now } = begin();
    const staged = { oid, sizeBytes: size, sha1, generation: 1, adopted: false, at: now() };
    await append(objectStream(oid), { type: 'ObjectStaged', schema: 1, data: staged });
    const id = jobId('store-object', { v: 1, oid, generation: 1 });
    await world.ledger.begin('store-object', id);
    await world.ledger.note(
      id,
      { at: now(), attempt: 1, code: 'vault.unavailable', detail: 'vault.unavailable' },
      true,
    );
    await world.hotTier.receive({ oid, size }, poured(chunked(bytes)), new AbortController().signal);
    const life = await explain.execute(oid);
    expect(life.attempts).toMatchObject([{ jobId: id, attempts: 1, errors: [{ code: 'vault.unavailable' }] }]);
    expect(life.hot).toBe(true);
  });

  it('says nothing of the hot tier when it cannot be asked', async () => {
    const { world, explain, append, now } = begin();
    const staged = { oid, sizeBytes: size, sha1, generation: 1, adopted: false, at: now() };
    await append(objectStream(oid), { type: 'ObjectStaged', schema: 1, data: staged });
    world.hotTier.holds = () => Promise.reject(new Error('EIO'));
    expect((await explain.execute(oid)).hot).toBeNull();
  });

  it('knows no object that was never staged', async () => {
    const { explain } = begin();
    await expect(explain.execute(oid)).rejects.toMatchObject({ code: 'object.absent' });
  });
});
