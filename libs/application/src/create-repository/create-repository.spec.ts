import { MemoryWorld, testContext } from '#testing/memory/memory-world.js';
import { parseRepositorySlug } from '#domain/repository/repository.js';
import { CreateRepository } from './create-repository.js';

describe('creating a repository', () => {
  const begin = () => {
    const world = new MemoryWorld();
    const create = new CreateRepository(world.events, world.catalogue, world.clock, world.random);
    const demo = { path: parseRepositorySlug('acme/demo'), ackMode: 'stored', maxObjectBytes: null } as const;
    return { world, create, demo };
  };

  it('writes one RepositoryCreated and is found by its path', async () => {
    const { world, create, demo } = begin();
    const created = await create.execute({ ...demo, maxObjectBytes: 1024 }, testContext);
    expect(world.database.events.map(({ type, stream }) => [type, stream])).toEqual([
      ['RepositoryCreated', `repository-${created.id}`],
    ]);
    expect(await world.catalogue.repository(demo.path)).toEqual(created);
    expect(created).toMatchObject({ organization: 'acme', name: 'demo', ackMode: 'stored', maxObjectBytes: 1024 });
  });

  it('is refused when the path is taken, whatever the case', async () => {
    const { create, demo } = begin();
    await create.execute(demo, testContext);
    const again = create.execute({ ...demo, path: parseRepositorySlug('Acme/DEMO') }, testContext);
    await expect(again).rejects.toMatchObject({ code: 'repository.exists', facts: { repository: 'acme/demo' } });
  });

  it('creates once when two ask at the same time', async () => {
    const { world, create, demo } = begin();
    const results = await Promise.allSettled([create.execute(demo, testContext), create.execute(demo, testContext)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results).toContainEqual({
      status: 'rejected',
      reason: expect.objectContaining({ code: 'repository.exists' }),
    });
    expect(world.database.events).toHaveLength(1);
  });

  it('passes on a failure of the database', async () => {
    const { world, create, demo } = begin();
    world.events.failNext = { error: new Error('gone'), when: 'before' };
    await expect(create.execute(demo, testContext)).rejects.toThrow('gone');
  });
});
