import { jest } from '@jest/globals';
import { jobRunner, LEASE_TTL_MS, stageSample, storeJob } from '#testing/crash/job-runner.js';
import { everyDeath, MortalProcess, type Death } from '#testing/crash/mortal-process.js';
import { MemoryBlobStore } from '#testing/memory/memory-blob-store.js';
import { MemoryWorld } from '#testing/memory/memory-world.js';
import { SeededRandom } from '#testing/memory/test-clock.js';
import { QUEUES } from '#contracts/jobs/jobs.js';
import { Fault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import type { Oid } from '#domain/oid.js';

const live = () => new AbortController().signal;

const withVaultFault = async (error: Error) => {
  const world = new MemoryWorld();
  const { oid } = await stageSample(world);
  jest.spyOn(world.vault, 'put').mockImplementation(() => Promise.reject(error));
  const { runJob } = jobRunner(world);
  return { world, oid, run: (signal = live()) => runJob.execute(storeJob(oid), signal) };
};

const objectOf = async (world: MemoryWorld, oid: Oid) => (await world.catalogue.objects([oid])).get(oid);

describe('a job', () => {
  it('counts its attempt before it begins, and forgets the count when it is done', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const put = world.vault.put.bind(world.vault);
    const counts: (number | undefined)[] = [];
    jest.spyOn(world.vault, 'put').mockImplementation((...args) => {
      counts.push(world.database.attempts.get(storeJob(oid).id)?.count);
      return put(...args);
    });
    await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(counts).toEqual([1]);
    expect(world.database.attempts.size).toBe(0);
  });

  it('that the vault refuses is given up at once, and clients are told why', async () => {
    const { world, oid, run } = await withVaultFault(new Fault('vault.refused', { why: 'read-only' }));
    expect(await run()).toMatchObject({ fate: { fate: 'dead', reason: 'vault.refused' }, attempt: 1 });
    expect(await objectOf(world, oid)).toMatchObject({ state: 'failed', failure: 'vault.refused' });
    expect(world.database.deadLetters).toMatchObject([
      {
        queue: 'store-object',
        oid,
        code: 'vault.refused',
        state: 'open',
        attempts: 1,
        payload: { v: 1, oid, generation: 1 },
      },
    ]);
    expect(world.durability.announced.at(-1)).toBe(oid);
  });

  it('is tried to the cap while the vault is away, then given up', async () => {
    const { world, oid, run } = await withVaultFault(new Fault('vault.unavailable'));
    const fates = [];
    for (let attempt = 1; attempt <= QUEUES['store-object'].attemptsMax; attempt += 1)
      fates.push((await run()).fate.fate);
    expect(fates).toEqual([...Array<string>(11).fill('retry'), 'dead']);
    expect(world.database.deadLetters[0]?.errors.map(({ attempt }) => attempt)).toEqual([8, 9, 10, 11, 12]);
    expect(await objectOf(world, oid)).toMatchObject({ state: 'failed', failure: 'vault.unavailable' });
  });

  it('keeps no text of a foreign error, only its class and place', async () => {
    const { world, oid, run } = await withVaultFault(new TypeError('secret value inside'));
    for (let attempt = 1; attempt <= 12; attempt += 1) await run();
    expect(await objectOf(world, oid)).toMatchObject({ failure: 'object.store-failed' });
    expect(JSON.stringify(world.database.deadLetters)).not.toContain('secret');
    expect(world.database.deadLetters).toMatchObject([{ code: 'unexpected', errors: expect.arrayContaining([]) }]);
  });

  it('gives letters of one cause one fingerprint, whatever the object', async () => {
    const world = new MemoryWorld();
    const samples = [await stageSample(world, 10, 1), await stageSample(world, 20, 2)];
    jest
      .spyOn(world.vault, 'put')
      .mockImplementation(() => Promise.reject(new Fault('vault.refused', { at: Math.random() })));
    const { runJob } = jobRunner(world);
    for (const { oid } of samples) await runJob.execute(storeJob(oid), live());
    const prints = world.database.deadLetters.map(({ fingerprint }) => fingerprint);
    expect(prints).toHaveLength(2);
    expect(new Set(prints).size).toBe(1);
    expect(prints[0]).toMatch(/^store-object\/vault\.refused\//);
  });

  it('that kills each process that runs it is given up when its attempts are used up', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const { id } = storeJob(oid);
    for (let crash = 1; crash <= QUEUES['store-object'].attemptsMax; crash += 1)
      await world.ledger.begin('store-object', id);
    const report = await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(report).toMatchObject({ fate: { fate: 'dead' } });
    expect(world.vault.puts).toBe(0);
    expect(await objectOf(world, oid)).toMatchObject({ state: 'failed', failure: 'object.store-failed' });
  });

  it.each([null, 'text', 7, { v: 1 }, { v: 2, oid: 'x' }, { v: 1, oid: 'a'.repeat(64), generation: 1, extra: 1 }])(
    'that does not parse (%j) becomes a dead letter with the evidence',
    async (payload) => {
      const world = new MemoryWorld();
      const job = {
        id: 'forged\u0000id',
        queue: 'store-object',
        payload,
        correlationId: null,
        traceparent: 'x',
      } as const;
      const report = await jobRunner(world).runJob.execute(job, live());
      expect(report).toMatchObject({ fate: { fate: 'dead', reason: 'job.malformed' } });
      expect(world.database.deadLetters).toMatchObject([
        {
          jobId: 'forged?id',
          code: 'job.malformed',
          traceparent: null,
          payload: { unreadable: JSON.stringify(payload) },
        },
      ]);
      expect(world.database.events).toEqual([]);
    },
  );

  it('goes back uncounted when its service drains', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const drain = new AbortController();
    jest.spyOn(world.vault, 'put').mockImplementation((_blob, _source, signal) => {
      setImmediate(() => drain.abort());
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    });
    // A drain wins over the deadline of a clock that runs fast.
    const report = await jobRunner(world).runJob.execute(storeJob(oid), drain.signal);
    expect(report).toMatchObject({
      fate: { fate: 'retry', delayMs: 0 },
      failure: { code: 'service.draining', counted: false },
    });
    expect(world.database.attempts.get(storeJob(oid).id)?.count).toBe(0);
    expect(world.database.deadLetters).toEqual([]);
  });

  it('stays in the queue while the database is away, and never rejects', async () => {
    const { world, run } = await withVaultFault(new Fault('vault.refused'));
    jest.spyOn(world.ledger, 'begin').mockRejectedValue(new Fault('database.unavailable'));
    jest.spyOn(world.ledger, 'note').mockRejectedValue(new Fault('database.unavailable'));
    expect(await run()).toMatchObject({ fate: { fate: 'retry' }, failure: { counted: false } });
  });

  it('is not given up before its letter can be written', async () => {
    const { world, run } = await withVaultFault(new Fault('vault.refused'));
    jest.spyOn(world.ledger, 'bury').mockRejectedValueOnce(new Fault('database.unavailable'));
    expect((await run()).fate.fate).toBe('retry');
    expect((await run()).fate.fate).toBe('dead');
    expect(world.database.deadLetters).toHaveLength(1);
  });

  it('writes one letter and one failure, wherever the worker was killed while giving up', async () => {
    const story = async (death: Death | null) => {
      const { world, oid } = await withVaultFault(new Fault('vault.refused'));
      const process = new MortalProcess(death);
      await jobRunner(world, { process }).runJob.execute(storeJob(oid), live());
      return { world, oid, process };
    };
    for await (const { world, oid } of everyDeath(story)) {
      world.clock.advance(LEASE_TTL_MS + 1);
      await jobRunner(world).runJob.execute(storeJob(oid), live());
      const { events } = await world.events.read(objectStream(oid));
      expect(events.map(({ type }) => type)).toEqual(['ObjectStaged', 'StoreFailed']);
      expect(world.database.deadLetters).toHaveLength(1);
    }
  });
});

describe('jobs over a vault that fails at random', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('store every object once (seed %d)', async (seed) => {
    const world = new MemoryWorld();
    const samples = [];
    for (let index = 0; index < 20; index += 1) samples.push(await stageSample(world, 100 + index, seed * 100 + index));
    const { runJob } = jobRunner(world, { vault: new MoodyVault(world.vault, new SeededRandom(seed)) });
    const waiting = samples.map(({ oid }) => oid);
    for (let attempts = 0, oid = waiting.shift(); oid !== undefined; attempts += 1, oid = waiting.shift()) {
      expect(attempts).toBeLessThan(10 * samples.length);
      if ((await runJob.execute(storeJob(oid), live())).fate.fate === 'retry') waiting.push(oid);
    }
    for (const { oid, bytes } of samples) {
      expect(await objectOf(world, oid)).toMatchObject({ state: 'stored' });
      expect(Buffer.compare(world.vault.blobs.get(oid) ?? new Uint8Array(), bytes)).toBe(0);
    }
    expect(world.database.events).toHaveLength(2 * samples.length);
  });
});

/** Fails a third of its puts, before or after they took effect. */
class MoodyVault extends MemoryBlobStore {
  constructor(
    private readonly inner: MemoryBlobStore,
    private readonly random: SeededRandom,
  ) {
    super();
  }

  override async put(...[blob, source, signal]: Parameters<MemoryBlobStore['put']>) {
    const codes: readonly FaultCode[] = ['vault.unavailable', 'vault.unavailable', 'attempt.deadline'];
    const mood = this.random.fraction();
    const fault = new Fault(codes[Math.floor(mood * 9)] ?? 'vault.unavailable');
    if (mood < 0.2) throw fault;
    const receipt = await this.inner.put(blob, source, signal);
    if (mood < 0.33) throw fault;
    return receipt;
  }
}
