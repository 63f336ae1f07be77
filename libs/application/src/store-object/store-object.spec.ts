import { jest } from '@jest/globals';
import { jobRunner, LEASE_TTL_MS, stageSample, storeJob } from '#testing/crash/job-runner.js';
import { everyDeath, MortalProcess, type Death } from '#testing/crash/mortal-process.js';
import { MemoryBlobStore } from '#testing/memory/memory-blob-store.js';
import { MemoryWorld } from '#testing/memory/memory-world.js';
import { StepClock } from '#testing/memory/step-clock.js';
import { Fault } from '#domain/fault/fault.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import type { Oid } from '#domain/oid.js';

const live = () => new AbortController().signal;
const typesOf = async (world: MemoryWorld, oid: Oid) =>
  (await world.events.read(objectStream(oid))).events.map(({ type }) => type);

describe('storing an object', () => {
  it('puts it into the vault, records it, tells waiters and gives the lease up', async () => {
    const world = new MemoryWorld();
    const { oid, bytes } = await stageSample(world);
    world.clock.advance(2_000);
    const report = await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(report).toMatchObject({ fate: { fate: 'done' }, result: { outcome: 'stored', sizeBytes: bytes.length } });
    expect(await typesOf(world, oid)).toEqual(['ObjectStaged', 'ObjectStored']);
    expect((await world.catalogue.objects([oid])).get(oid)).toMatchObject({ state: 'stored' });
    expect(await world.catalogue.placements(oid)).toHaveLength(1);
    expect(world.durability.announced.at(-1)).toBe(oid);
    await expect(world.leases.acquire(`object-${oid}`, 1)).resolves.toBeDefined();
  });

  it('tells how long the object was staged', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    world.clock.advance(7_000);
    const { result } = await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(result).toMatchObject({ sinceStagedMs: 7_000 });
  });

  it('does nothing for a job that is delivered again', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const { runJob } = jobRunner(world);
    for (let delivery = 0; delivery < 10; delivery += 1) {
      expect((await runJob.execute(storeJob(oid), live())).fate).toEqual({ fate: 'done' });
    }
    expect(world.vault.puts).toBe(1);
    expect(await typesOf(world, oid)).toEqual(['ObjectStaged', 'ObjectStored']);
  });

  it('does nothing for an older generation, nor for one that was never staged', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const { runJob } = jobRunner(world);
    for (const generation of [2, 9]) {
      expect(await runJob.execute(storeJob(oid, generation), live())).toMatchObject({
        result: { outcome: 'nothing-to-do' },
      });
    }
    expect(world.vault.puts).toBe(0);
  });

  it('drops a forged job for an object that nobody uploaded', async () => {
    const world = new MemoryWorld();
    const report = await jobRunner(world).runJob.execute(storeJob('0'.repeat(64) as Oid), live());
    expect(report).toMatchObject({ fate: { fate: 'done' }, failure: { code: 'object.absent' } });
    expect(world.database.deadLetters).toEqual([]);
  });

  it('fails an object whose staged file is gone, so that the next batch asks for the bytes', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    world.hotTier.files.clear();
    const report = await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(report).toMatchObject({ fate: { fate: 'done' }, result: { outcome: 'store-failed', code: 'staging.lost' } });
    expect((await world.catalogue.objects([oid])).get(oid)).toMatchObject({ state: 'failed', failure: 'staging.lost' });
  });

  it('does not call a file lost while the hot tier itself is away', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    world.hotTier.files.clear();
    jest.spyOn(world.hotTier, 'check').mockRejectedValue(new Fault('staging.unwritable'));
    const report = await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(report).toMatchObject({ fate: { fate: 'retry' }, failure: { code: 'staging.unwritable' } });
    expect((await world.catalogue.objects([oid])).get(oid)).toMatchObject({ state: 'staged' });
  });

  it('removes a staged file that no longer hashes to its oid, and asks for the bytes again', async () => {
    const world = new MemoryWorld();
    const { oid, bytes } = await stageSample(world);
    const flipped = Uint8Array.from(bytes, (byte, index) => (index === 7 ? byte ^ 1 : byte));
    world.hotTier.files.set(oid, { bytes: flipped, usedAt: world.clock.now() });
    const report = await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(report.result).toEqual({ outcome: 'store-failed', code: 'staging.corrupt' });
    expect(world.hotTier.files.has(oid)).toBe(false);
    expect(world.vault.blobs.size).toBe(0);
  });

  it('tries again when the file was misread but is right', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    jest.spyOn(world.vault, 'put').mockRejectedValueOnce(new Fault('staging.corrupt', { oid }));
    const { runJob } = jobRunner(world);
    expect(await runJob.execute(storeJob(oid), live())).toMatchObject({ fate: { fate: 'retry' } });
    expect(world.hotTier.files.has(oid)).toBe(true);
    expect(await runJob.execute(storeJob(oid), live())).toMatchObject({ result: { outcome: 'stored' } });
  });

  it('decides again when another event came between, and leaves the outcome of the other', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    world.events.failNext = { error: new Fault('stream.version-conflict'), when: 'before' };
    const report = await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(report).toMatchObject({ fate: { fate: 'done' }, result: { outcome: 'stored' } });
  });

  it('stores once when the answer to the commit is lost', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    world.events.failNext = { error: new Fault('database.unavailable'), when: 'after' };
    const { runJob } = jobRunner(world);
    expect((await runJob.execute(storeJob(oid), live())).fate.fate).toBe('retry');
    expect((await runJob.execute(storeJob(oid), live())).fate.fate).toBe('done');
    expect(await typesOf(world, oid)).toEqual(['ObjectStaged', 'ObjectStored']);
  });

  it('comes back in a few seconds when another worker has the lease, without counting the attempt', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    await world.leases.acquire(`object-${oid}`, LEASE_TTL_MS);
    const report = await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(report).toMatchObject({ fate: { fate: 'retry' }, failure: { code: 'lease.held', counted: false } });
    expect(world.database.attempts.get(storeJob(oid).id)?.count).toBe(0);
    expect(world.vault.puts).toBe(0);
  });

  it('never records what a zombie stored: a worker that was stopped while another took over', async () => {
    const { world, oid, wake } = await stoppedWhileStoring();
    const other = await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(other).toMatchObject({ result: { outcome: 'stored' } });
    expect(await wake()).toMatchObject({ fate: { fate: 'retry' }, failure: { code: 'lease.lost', counted: false } });
    expect(await typesOf(world, oid)).toEqual(['ObjectStaged', 'ObjectStored']);
    expect((await world.catalogue.placements(oid)).map(({ receipt }) => receipt.vault)).toEqual(['memory']);
  });

  it('refuses the commit of a zombie whose successor has not finished yet', async () => {
    const { world, oid, wake } = await stoppedWhileStoring();
    await world.leases.acquire(`object-${oid}`, LEASE_TTL_MS);
    expect(await wake()).toMatchObject({ fate: { fate: 'retry' }, failure: { code: 'lease.lost', counted: false } });
    expect(await typesOf(world, oid)).toEqual(['ObjectStaged']);
  });
});

describe('a worker killed at any of its port calls', () => {
  const story = async (death: Death | null) => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const process = new MortalProcess(death);
    await jobRunner(world, { process }).runJob.execute(storeJob(oid), live());
    return { world, oid, process };
  };

  it('leaves what the next one finishes: one event, one placement, one blob', async () => {
    let deaths = 0;
    for await (const { world, oid, process } of everyDeath(story)) {
      deaths += 1;
      expect(process.died).toBe(true);
      world.clock.advance(LEASE_TTL_MS + 1);
      const report = await jobRunner(world).runJob.execute(storeJob(oid), live());
      expect(report.fate).toEqual({ fate: 'done' });
      expect(await typesOf(world, oid)).toEqual(['ObjectStaged', 'ObjectStored']);
      expect(await world.catalogue.placements(oid)).toHaveLength(1);
      expect([...world.vault.blobs.keys()]).toEqual([oid]);
      expect(world.database.attempts.size).toBe(0);
      expect(world.database.deadLetters).toEqual([]);
    }
    expect(deaths).toBeGreaterThan(16);
  });
});

/** A worker that stands still with its bytes written, until its lease has run out; `wake` lets it go on to its end. */
const stoppedWhileStoring = async () => {
  const world = new MemoryWorld();
  const { oid } = await stageSample(world);
  const slow = new SlowVault();
  // Its clock stands still, as that of a stopped process: no renewal, no deadline.
  const zombie = jobRunner(world, { clock: new StepClock(), vault: slow }).runJob.execute(storeJob(oid), live());
  await slow.begun.promise;
  world.clock.advance(LEASE_TTL_MS + 1);
  const wake = () => {
    slow.finish.resolve();
    return zombie;
  };
  return { world, oid, wake };
};

/** A vault whose put takes until it is told to end. */
class SlowVault extends MemoryBlobStore {
  readonly begun = Promise.withResolvers<void>();
  readonly finish = Promise.withResolvers<void>();

  override async put(...[blob, source, signal]: Parameters<MemoryBlobStore['put']>) {
    const receipt = await super.put(blob, source, signal);
    this.begun.resolve();
    await this.finish.promise;
    return { ...receipt, vault: 'slow' };
  }
}
