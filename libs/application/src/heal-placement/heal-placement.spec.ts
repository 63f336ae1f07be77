import { hydrateJob, jobRunner, stageSample, storeJob } from '#testing/crash/job-runner.js';
import { MemoryBlobStore } from '#testing/memory/memory-blob-store.js';
import { MemoryWorld, testContext } from '#testing/memory/memory-world.js';
import { ObjectHistory } from '#application/object-history/object-history.js';
import { RedriveDeadLetters } from '#application/redrive/redrive-dead-letters.js';
import type { Oid } from '#domain/oid.js';
import { Fault } from '#domain/fault/fault.js';
import { HealPlacement, type LostPlacement } from './heal-placement.js';

const never = (): AbortSignal => new AbortController().signal;

describe('an object that the vault has lost', () => {
  let world: MemoryWorld;
  let oid: Oid;

  beforeEach(async () => {
    world = new MemoryWorld();
    ({ oid } = await stageSample(world));
    await jobRunner(world).runJob.execute(storeJob(oid), never());
    await world.vault.remove(oid);
  });

  const lost = (): LostPlacement => ({ oid, vault: world.vault.vault, generation: 1, reason: 'vault.absent' });
  const heal = (one = lost()) =>
    new HealPlacement(new ObjectHistory(world.events, world.durability, world.clock), world.hotTier).execute(
      one,
      testContext,
      never(),
    );
  const object = async () => (await world.catalogue.objects([oid])).get(oid);

  it('is stored again from the hot tier, once, however often its loss is told', async () => {
    expect([await heal(), await heal()]).toEqual(['stored-again', 'settled-already']);
    expect(world.database.outbox.filter(({ payload }) => payload.generation === 2)).toHaveLength(1);
    await jobRunner(world).runJob.execute(storeJob(oid, 2), never());
    expect(await object()).toMatchObject({ state: 'stored', generation: 2 });
    expect(await world.vault.head(oid)).not.toBeNull();
  });

  it('is awaited from whoever has it when it is cold', async () => {
    await world.hotTier.evict(oid);
    expect(await heal()).toBe('awaited');
    expect(await object()).toMatchObject({ state: 'failed', failure: 'vault.absent' });
    expect(await world.catalogue.placements(oid)).toEqual([]);
  });

  it('stays as it is while the hot tier cannot say what it has', async () => {
    await world.hotTier.evict(oid);
    world.hotTier.check = () => Promise.reject(new Fault('staging.unwritable'));
    await expect(heal()).rejects.toMatchObject({ code: 'staging.unwritable' });
    expect(await object()).toMatchObject({ state: 'stored' });
  });

  it('stays as it is when another vault is said to have lost it', async () => {
    expect(await heal({ ...lost(), vault: 'another' })).toBe('settled-already');
    expect(await object()).toMatchObject({ state: 'stored' });
  });

  it('is found lost by the last attempt to read it, and not by the first', async () => {
    await world.hotTier.evict(oid);
    const { runJob } = jobRunner(world);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect(await object()).toMatchObject({ state: 'stored' });
      await runJob.execute(hydrateJob(oid), never());
    }
    expect(await object()).toMatchObject({ state: 'failed', failure: 'vault.absent' });
  });

  it('is found again by a redrive when the vault had it all the time, as when a wrong one was mounted', async () => {
    const fresh = new MemoryWorld();
    const sample = await stageSample(fresh);
    const { runJob } = jobRunner(fresh);
    await runJob.execute(storeJob(sample.oid), never());
    await fresh.hotTier.evict(sample.oid);
    const [right, nothing] = [fresh.vault.get.bind(fresh.vault), new MemoryBlobStore()];
    fresh.vault.get = nothing.get.bind(nothing);
    for (let attempt = 1; attempt <= 3; attempt += 1) await runJob.execute(hydrateJob(sample.oid), never());
    fresh.vault.get = right;
    const redrive = new RedriveDeadLetters(fresh.ledger, fresh.events, fresh.outbox, fresh.clock);
    expect(await redrive.execute({ filter: { limit: 10 } }, testContext, { dryRun: false })).toMatchObject([
      { outcome: 'redriven' },
    ]);
    await runJob.execute(storeJob(sample.oid, 2), never());
    expect((await fresh.catalogue.objects([sample.oid])).get(sample.oid)).toMatchObject({ state: 'stored' });
    await runJob.execute(hydrateJob(sample.oid, 2), never());
    expect(fresh.hotTier.files.has(sample.oid)).toBe(true);
  });
});
