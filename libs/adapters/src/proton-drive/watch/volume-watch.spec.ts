import { MemoryWatchWorld } from '#testing/memory/memory-watch-world.js';
import type { Oid } from '#domain/oid.js';

const never = (): AbortSignal => new AbortController().signal;

describe('whoever watches the volume', () => {
  let world: MemoryWatchWorld;
  const stateOf = async (oid: Oid) => (await world.catalogue.objects([oid])).get(oid);
  const round = () => world.watch().round(never());

  beforeEach(async () => {
    world = new MemoryWatchWorld();
    await round();
    world.told.length = 0;
  });

  it('brings an object back that was put into the trash', async () => {
    const { node, oid } = await world.pushed(1);
    world.drive.outside(node, 'trashed');
    await round();
    expect(node.state).toBe('active');
    expect(await stateOf(oid)).toMatchObject({ state: 'stored', generation: 1 });
    expect(world.told).toEqual(['restored']);
  });

  it('has an object stored again that was deleted while its bytes are hot', async () => {
    const { node, oid } = await world.pushed(1);
    world.drive.outside(node, 'deleted');
    await round();
    expect(await stateOf(oid)).toMatchObject({ state: 'staged', generation: 2 });
    expect(world.database.outbox.at(-1)).toMatchObject({ queue: 'store-object', payload: { oid, generation: 2 } });
    await world.store(oid, 2);
    expect(await stateOf(oid)).toMatchObject({ state: 'stored', generation: 2 });
    expect(world.drive.named(oid)).toHaveLength(1);
    expect(world.told).toEqual(['stored-again']);
  });

  it('has what lies in the volume of an account that was left stored again, without asking for it there', async () => {
    world = new MemoryWatchWorld();
    const [left, here] = [await world.pushed(1), await world.pushed(2)];
    world.drive.outside(left.node, 'deleted');
    const placements = world.database.placements.get(left.oid) ?? [];
    const moved = placements.map((one) => ({ ...one, receipt: { ...one.receipt, locator: { node: 'left~link1' } } }));
    world.database.placements.set(left.oid, moved);
    await round();
    expect(await stateOf(left.oid)).toMatchObject({ state: 'staged', generation: 2 });
    expect(await stateOf(here.oid)).toMatchObject({ state: 'stored', generation: 1 });
    expect(world.told).toEqual(['stored-again']);
  });

  it('lets an object fail that was deleted and is cold, so that a push is asked for it', async () => {
    const { node, oid } = await world.pushed(1);
    await world.hotTier.evict(oid);
    world.drive.outside(node, 'deleted');
    await round();
    expect(await stateOf(oid)).toMatchObject({ state: 'failed', failure: 'vault.absent' });
    expect(world.told).toEqual(['awaited']);
  });

  it('believes no bytes in the hot tier that do not hash to the oid', async () => {
    const { node, oid } = await world.pushed(1);
    const file = world.hotTier.files.get(oid);
    if (file) world.hotTier.files.set(oid, { ...file, bytes: Uint8Array.from(file.bytes, (byte) => byte ^ 1) });
    world.drive.outside(node, 'deleted');
    await round();
    expect(await stateOf(oid)).toMatchObject({ state: 'failed', failure: 'vault.absent' });
  });

  it('takes a node for none that is gone while another bears its name', async () => {
    const { node, oid } = await world.pushed(1);
    world.drive.outside(node, 'deleted');
    world.drive.plant({ ...node, parent: node.parent ?? '' });
    await round();
    expect(await stateOf(oid)).toMatchObject({ state: 'stored', generation: 1 });
    expect(world.told).toEqual(['replaced']);
  });

  it('reports what was renamed or moved, and leaves it as it is', async () => {
    const { node, oid } = await world.pushed(1);
    node.name = 'renamed';
    world.drive.outside(node, 'moved');
    await round();
    expect(node).toMatchObject({ name: 'renamed', state: 'active' });
    expect(await stateOf(oid)).toMatchObject({ state: 'stored', generation: 1 });
    expect(world.told).toEqual(['moved']);
  });

  it('reports a foreign file among ours, touches it never, and takes no notice of one elsewhere', async () => {
    const { node } = await world.pushed(1);
    const foreign = world.drive.plant({ parent: node.parent ?? '', name: 'holiday.jpg' });
    const elsewhere = world.drive.plant({ parent: await world.drive.root(never()), name: 'letter.txt' });
    for (const one of [foreign, elsewhere]) world.drive.outside(one, 'changed');
    world.drive.outside(foreign, 'moved');
    world.drive.calls.length = 0;
    await round();
    expect(world.told).toEqual(['foreign']);
    expect(world.drive.calls.filter((call) => ['trash', 'restore', 'remove'].includes(call))).toEqual([]);
    expect([foreign.state, elsewhere.state]).toEqual(['active', 'active']);
  });

  it('takes what Ballast itself uploads for its own, recorded or not yet', async () => {
    const { oid, node } = await world.pushed(1);
    const { node: other } = await world.pushed(2);
    world.database.placements.delete(oid);
    for (const one of [node, other]) world.drive.outside(one, 'changed');
    await round();
    expect(world.told).toEqual([]);
  });

  it('brings a folder back with all that is in it', async () => {
    const { oid } = await world.pushed(1);
    const [folder] = world.drive.named(oid.slice(0, 2));
    if (folder === undefined) throw new Error('no folder');
    world.drive.outside(folder, 'trashed');
    await round();
    expect(folder.state).toBe('active');
    expect(world.told).toEqual(['restored']);
  });

  it('looks for every object once a folder is gone, since nothing tells of what was in it', async () => {
    const [one, other] = [await world.pushed(1), await world.pushed(2)];
    await world.hotTier.evict(other.oid);
    const [ballast] = world.drive.named('Ballast');
    if (ballast === undefined) throw new Error('no folder');
    world.drive.outside(ballast, 'deleted');
    await round();
    expect(await stateOf(one.oid)).toMatchObject({ state: 'staged', generation: 2 });
    expect(await stateOf(other.oid)).toMatchObject({ state: 'failed', failure: 'vault.absent' });
  });

  it('looks for every object, a hundred a request, when what happened is not known any more', async () => {
    const objects = [];
    for (let seed = 1; seed <= 120; seed += 1) objects.push(await world.pushed(seed));
    const [gone, trashed] = [objects[7], objects[100]];
    if (gone === undefined || trashed === undefined) throw new Error('too few');
    world.drive.delete(gone.node.uid);
    trashed.node.state = 'trashed';
    world.drive.forgetChanges();
    world.drive.calls.length = 0;
    await round();
    expect(world.drive.count('links')).toBe(2);
    expect(await stateOf(gone.oid)).toMatchObject({ state: 'staged', generation: 2 });
    expect(trashed.node.state).toBe('active');
  });

  it('follows page after page, and begins where it has ended', async () => {
    const objects = [];
    for (let seed = 1; seed <= 8; seed += 1) objects.push(await world.pushed(seed));
    for (const { node } of objects) world.drive.outside(node, 'trashed');
    await round();
    expect(objects.map(({ node }) => node.state)).toEqual(objects.map(() => 'active'));
    expect(world.drive.count('events')).toBe(4);
    await round();
    expect(world.drive.count('events')).toBe(5);
    expect(world.told).toHaveLength(8);
  });

  it('does it again when it did not get through', async () => {
    const { node } = await world.pushed(1);
    world.drive.outside(node, 'trashed');
    world.drive.failNext('restore', 'vault.throttled');
    await expect(round()).rejects.toMatchObject({ code: 'vault.throttled' });
    expect(node.state).toBe('trashed');
    await round();
    expect(node.state).toBe('active');
  });

  it('goes on with the others when one cannot be brought back', async () => {
    const [one, other] = [await world.pushed(1), await world.pushed(2)];
    for (const { node } of [one, other]) world.drive.outside(node, 'trashed');
    world.drive.failNext('restore', 'vault.unexpected');
    world.drive.failNext('restore', 'vault.unexpected');
    await round();
    expect([one, other].map(({ node }) => node.state).sort()).toEqual(['active', 'trashed']);
    expect([...world.told].sort()).toEqual(['not-restored', 'restored']);
  });

  it('stands by while another worker watches', async () => {
    await world.leases.acquire('vault-watch-proton-drive', 86_400_000);
    const looks = world.drive.count('events');
    const over = new AbortController();
    const running = world.watch().run(over.signal);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    over.abort();
    await running;
    expect(world.drive.count('events')).toBe(looks);
  });
});
