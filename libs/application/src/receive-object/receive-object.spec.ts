import type { RedeemedAction } from '#application/authorize/redeem-action.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { Repository } from '#application/ports/catalogue.js';
import { chunked, MemoryWorld, sampleObject, testContext } from '#testing/memory/memory-world.js';
import { poured } from '#testing/memory/poured.js';
import { ReceiveObject } from './receive-object.js';

const object = sampleObject(100_000);

const incoming = (repository: Repository, bytes = object.bytes, declaredBytes: number | null = bytes.length) => {
  const grant = {
    operation: 'upload',
    repositoryId: repository.id,
    oid: object.oid,
    sizeBytes: object.size,
    tokenId: 't',
    batchId: 'b',
  };
  const action = { grant, repository, token: null } as unknown as RedeemedAction;
  return {
    action,
    declaredBytes,
    body: poured(chunked(bytes)),
    context: testContext,
    signal: new AbortController().signal,
  };
};

describe('receiving an object', () => {
  let world: MemoryWorld;
  let repository: Repository;
  let receive: ReceiveObject;
  beforeEach(async () => {
    world = new MemoryWorld();
    repository = await world.repository();
    receive = new ReceiveObject(world.hotTier, world.events, world.clock, world.random);
  });
  const types = () => world.database.events.map(({ type }) => type).filter((type) => type !== 'RepositoryCreated');

  it('records that it is staged and whose it is, and queues its storing, in one commit', async () => {
    expect(await receive.execute(incoming(repository))).toBe('staged');
    expect(types()).toEqual(['ObjectStaged', 'ObjectLinked']);
    expect(new Set(world.database.events.slice(1).map(({ cursor }) => cursor.tx)).size).toBe(1);
    expect(world.database.outbox.map(({ queue, payload }) => [queue, payload.generation])).toEqual([
      ['store-object', 1],
    ]);
  });

  it('only links an object that another repository has brought', async () => {
    await receive.execute(incoming(repository));
    expect(await receive.execute(incoming(await world.repository('other')))).toBe('linked');
    expect(types()).toEqual(['ObjectStaged', 'ObjectLinked', 'ObjectLinked']);
    expect(world.database.outbox).toHaveLength(1);
  });

  it('writes nothing when everything is true already', async () => {
    await receive.execute(incoming(repository));
    expect(await receive.execute(incoming(repository))).toBe('known');
    expect(types()).toEqual(['ObjectStaged', 'ObjectLinked']);
  });

  it('decides again when somebody else was quicker', async () => {
    const receptions = await Promise.all(Array.from({ length: 20 }, () => receive.execute(incoming(repository))));
    expect(receptions.filter((reception) => reception === 'staged')).toHaveLength(1);
    expect(types()).toEqual(['ObjectStaged', 'ObjectLinked']);
  });

  it('looks again when the outcome of a commit is unknown, and finds it done', async () => {
    world.events.failNext = { error: new Fault('database.unavailable'), when: 'after' };
    expect(await receive.execute(incoming(repository))).toBe('known');
    expect(types()).toEqual(['ObjectStaged', 'ObjectLinked']);
  });

  it('tells the client to come back when the database stays away', async () => {
    world.events.append = () => Promise.reject(new Fault('database.unavailable'));
    await expect(receive.execute(incoming(repository))).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(world.clock.slept).toHaveLength(9);
  });

  it('tells the client to come back when others never leave it a turn', async () => {
    world.events.append = () => Promise.reject(new Fault('stream.version-conflict'));
    await expect(receive.execute(incoming(repository))).rejects.toMatchObject({ code: 'database.unavailable' });
  });

  it('refuses another length than the granted one before it reads a byte', async () => {
    let read = false;
    const body = async () => {
      read = true;
    };
    await expect(receive.execute({ ...incoming(repository, object.bytes, 5), body })).rejects.toMatchObject({
      code: 'size.mismatch',
    });
    expect(read).toBe(false);
  });

  it('records nothing of bytes that are not the object', async () => {
    const wrong = Uint8Array.from(object.bytes, (byte) => byte ^ 1);
    const failure = await receive.execute(incoming(repository, wrong)).catch((error: unknown) => error);
    expect(isFault(failure, 'digest.mismatch')).toBe(true);
    expect(types()).toEqual([]);
  });
});
