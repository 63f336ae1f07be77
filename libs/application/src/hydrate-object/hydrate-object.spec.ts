import { hydrateJob, jobRunner, LEASE_TTL_MS, stageSample, storeJob } from '#testing/crash/job-runner.js';
import { everyDeath, MortalProcess, type Death } from '#testing/crash/mortal-process.js';
import { MemoryWorld } from '#testing/memory/memory-world.js';
import type { Oid } from '#domain/oid.js';

const live = () => new AbortController().signal;

const coldWorld = async () => {
  const world = new MemoryWorld();
  const sample = await stageSample(world, 200_000);
  await jobRunner(world).runJob.execute(storeJob(sample.oid), live());
  await world.hotTier.evict(sample.oid);
  return { world, ...sample };
};

describe('hydrating an object', () => {
  it('brings it back from the vault', async () => {
    const { world, oid, bytes } = await coldWorld();
    const report = await jobRunner(world).runJob.execute(hydrateJob(oid), live());
    expect(report).toMatchObject({ fate: { fate: 'done' }, result: { outcome: 'hydrated', sizeBytes: bytes.length } });
    expect(Buffer.compare(world.hotTier.files.get(oid)?.bytes ?? new Uint8Array(), bytes)).toBe(0);
  });

  it('does nothing for one that is resident already', async () => {
    const { world, oid } = await coldWorld();
    const { runJob } = jobRunner(world);
    await runJob.execute(hydrateJob(oid), live());
    expect(await runJob.execute(hydrateJob(oid), live())).toMatchObject({ result: { outcome: 'nothing-to-do' } });
  });

  it('does nothing for one that is not stored yet', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    expect(await jobRunner(world).runJob.execute(hydrateJob(oid), live())).toMatchObject({
      result: { outcome: 'nothing-to-do' },
    });
  });

  it('drops a forged job for an object that nobody uploaded', async () => {
    const report = await jobRunner(new MemoryWorld()).runJob.execute(hydrateJob('0'.repeat(64) as Oid), live());
    expect(report).toMatchObject({ fate: { fate: 'done' }, failure: { code: 'object.absent' } });
  });

  it('tries bytes that do not hash to the oid three times in all, and never serves them', async () => {
    const { world, oid, bytes } = await coldWorld();
    world.vault.blobs.set(
      oid,
      Uint8Array.from(bytes, (byte) => byte ^ 1),
    );
    const { runJob } = jobRunner(world);
    const fates = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      fates.push((await runJob.execute(hydrateJob(oid), live())).fate.fate);
    }
    expect(fates).toEqual(['retry', 'retry', 'dead']);
    expect(world.hotTier.files.has(oid)).toBe(false);
    expect(world.database.deadLetters).toMatchObject([
      { queue: 'hydrate-object', code: 'vault.corrupt', oid, attempts: 3 },
    ]);
    expect((await world.catalogue.objects([oid])).get(oid)).toMatchObject({ state: 'stored' });
  });

  it('reports bytes that the vault no longer has', async () => {
    const { world, oid } = await coldWorld();
    world.vault.blobs.clear();
    const { runJob } = jobRunner(world);
    for (let attempt = 1; attempt <= 3; attempt += 1) await runJob.execute(hydrateJob(oid), live());
    expect(world.database.deadLetters).toMatchObject([{ code: 'vault.absent' }]);
  });

  it('lets one worker do it for all', async () => {
    const { world, oid } = await coldWorld();
    await world.leases.acquire(`hydrate-${oid}`, LEASE_TTL_MS);
    const report = await jobRunner(world).runJob.execute(hydrateJob(oid), live());
    expect(report).toMatchObject({ fate: { fate: 'retry' }, failure: { code: 'lease.held', counted: false } });
  });

  it('is finished by the next worker, wherever the first one was killed', async () => {
    const story = async (death: Death | null) => {
      const { world, oid } = await coldWorld();
      const process = new MortalProcess(death);
      await jobRunner(world, { process }).runJob.execute(hydrateJob(oid), live());
      return { world, oid, process };
    };
    for await (const { world, oid } of everyDeath(story)) {
      world.clock.advance(LEASE_TTL_MS + 1);
      expect((await jobRunner(world).runJob.execute(hydrateJob(oid), live())).fate).toEqual({ fate: 'done' });
      expect([...world.hotTier.files.keys()]).toEqual([oid]);
    }
  });
});
