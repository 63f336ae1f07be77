import { chunked, sampleObject, testContext } from '#testing/memory/memory-world.js';
import { poured } from '#testing/memory/poured.js';
import { MemoryHotTier } from '#testing/memory/memory-hot-tier.js';
import { HealPlacement } from '#application/heal-placement/heal-placement.js';
import { LeasedWork } from '#application/leased-work/leased-work.js';
import { ObjectHistory } from '#application/object-history/object-history.js';
import { PostgresPlacedNodes } from '#adapters/postgres/postgres-placed-nodes.js';
import type { VolumeWatch } from '#adapters/proton-drive/watch/volume-watch.js';
import type { Oid } from '#domain/oid.js';
import { VaultWorld } from './vault-world.js';

const never = (): AbortSignal => new AbortController().signal;

describe('what others do to the vault, as its own events tell it', () => {
  let world: VaultWorld;
  let objects: ObjectHistory;
  let watch: VolumeWatch;
  const hotTier = new MemoryHotTier();

  beforeAll(async () => {
    world = await VaultWorld.open();
    const { postgres } = world.fresh;
    const { clock, leases } = world.ports;
    objects = new ObjectHistory(postgres.events, postgres.durability, clock);
    watch = world.connected.watch({
      placed: new PostgresPlacedNodes(postgres.database, 'proton-drive'),
      heal: new HealPlacement(objects, hotTier),
      leased: new LeasedWork(leases, clock, { ttlMs: 5_000, stopMs: 1_000 }),
    });
    await watch.round(never());
  }, 60_000);
  afterAll(() => world.dispose(), 60_000);

  const stored = async (seed: number): Promise<{ readonly oid: Oid; readonly link: string }> => {
    const sample = sampleObject(5_000, seed);
    const { oid, sizeBytes, sha1 } = await hotTier.receive(sample, poured(chunked(sample.bytes)), never());
    await objects.record({ type: 'Stage', oid, sizeBytes, sha1, adopted: false }, { context: testContext });
    const receipt = await world.connected.vault.put({ oid, sizeBytes, sha1 }, chunked(sample.bytes), never());
    await objects.record({ type: 'RecordStored', oid, generation: 1, receipt }, { context: testContext });
    return { oid, link: String(receipt.locator['node']).split('~')[1] ?? '' };
  };
  const inWebApp = (link: string, act: 'trash' | 'delete') => world.emulator.control.inWebApp(link, { act });
  const stateOf = async (oid: Oid) => (await objects.load(oid)).object;
  const nodeState = (link: string) => world.emulator.control.nodes().find(({ linkId }) => linkId === link)?.state;

  it('asks for little while nothing but its own work happens, and takes that for its own', async () => {
    await stored(1);
    await watch.round(never());
    world.emulator.control.forgetCalls();
    await watch.round(never());
    expect(world.emulator.control.calls().map(({ route }) => route)).toEqual(['GET /drive/v2/volumes/:v/events/:e']);
  });

  it('brings back what was put into the trash, by one look', async () => {
    const { link, oid } = await stored(2);
    await inWebApp(link, 'trash');
    await watch.round(never());
    expect(nodeState(link)).toBe('active');
    expect(await stateOf(oid)).toMatchObject({ state: 'stored', generation: 1 });
  });

  it('stages again what was deleted and is hot, and lets fail what is cold', async () => {
    const [hot, cold] = [await stored(3), await stored(4)];
    await hotTier.evict(cold.oid);
    for (const { link } of [hot, cold]) {
      await inWebApp(link, 'trash');
      await inWebApp(link, 'delete');
    }
    await watch.round(never());
    expect(await stateOf(hot.oid)).toMatchObject({ state: 'staged', generation: 2 });
    expect(await stateOf(cold.oid)).toMatchObject({ state: 'failed', code: 'vault.absent' });
  });

  it('finds the same by looking at everything, when the log of the volume does not go back so far', async () => {
    const [trashed, deleted] = [await stored(5), await stored(6)];
    await watch.round(never());
    await inWebApp(trashed.link, 'trash');
    await inWebApp(deleted.link, 'trash');
    await inWebApp(deleted.link, 'delete');
    await world.fresh.ask(`update vault_cursors set cursor = split_part(cursor, '~', 1) || '~unknown=='`);
    await watch.round(never());
    expect(nodeState(trashed.link)).toBe('active');
    expect(await stateOf(deleted.oid)).toMatchObject({ state: 'staged', generation: 2 });
    await watch.round(never());
    world.emulator.control.forgetCalls();
    await watch.round(never());
    expect(world.emulator.control.calls()).toHaveLength(1);
  });

  it('finds what went with a folder that was deleted', async () => {
    const [one, other] = [await stored(7), await stored(8)];
    await watch.round(never());
    await world.deleteTree();
    await watch.round(never());
    for (const { oid } of [one, other]) expect(await stateOf(oid)).toMatchObject({ state: 'staged', generation: 2 });
  });
});
