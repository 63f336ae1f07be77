import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { hydrateJob, jobRunner, stageSample, storeJob } from '#testing/crash/job-runner.js';
import { MemoryWorld } from '#testing/memory/memory-world.js';
import { Fault } from '#domain/fault/fault.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { metrics } from '#platform/metrics.js';
import { startTelemetry } from '#platform/telemetry.js';

import { processJob, sizeClass } from './process-job.js';
import { announcing } from './vault.js';

const live = () => new AbortController().signal;
const TRACE = '0af7651916cd43dd8448eb211c80319c';

describe('processing a job', () => {
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const valueOf = async (name: 'jobAttempts' | 'stagedToStored', labels: Readonly<Record<string, string>>) => {
    const { values } = await metrics[name].get();
    return values.find((value) =>
      Object.entries(labels).every(([key, label]) => (value.labels as Record<string, unknown>)[key] === label),
    )?.value;
  };

  beforeEach(() => {
    lines.length = 0;
    metrics.jobAttempts.reset();
    metrics.stagedToStored.reset();
  });

  it('measures, logs and joins the trace of what caused it', async () => {
    const stopTelemetry = startTelemetry('spec', '0', { otlpEndpoint: undefined });
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const handler = processJob(jobRunner(world).runJob, logger);
    const job = { ...storeJob(oid), traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
    expect(await handler(job, live())).toEqual({ fate: 'done' });
    expect(await valueOf('jobAttempts', { kind: 'store-object', error_class: 'none' })).toBe(1);
    expect(await valueOf('stagedToStored', { size_class: '<1MiB', le: '+Inf' })).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'job done',
      outcome: 'stored',
      correlationId: 'request',
      attempt: 1,
    });
    const stored = (await world.events.read(objectStream(oid))).events.at(-1);
    expect(stored?.context).toMatchObject({ correlationId: 'request', causationId: job.id, actor: 'service:worker' });
    expect(stored?.context.traceparent).toContain(TRACE);
    expect(stored?.context.traceparent).not.toContain('b7ad6b7169203331');
    await stopTelemetry();
  });

  it('reaches its milestones in the order of the side effects', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const reached: string[] = [];
    const names = ['worker.before-put', 'worker.put-committed', 'worker.stored-committed'];
    const states = names.map((name) => {
      const listener = () => {
        reached.push(`${name} puts=${world.vault.puts} state=${world.database.objects.get(oid)?.state}`);
      };
      subscribe(`ballast:${name}`, listener);
      return () => unsubscribe(`ballast:${name}`, listener);
    });
    const { runJob } = jobRunner(world, { vault: announcing(world.vault) });
    await processJob(runJob, logger)(storeJob(oid), live());
    for (const forget of states) forget();
    expect(reached).toEqual([
      'worker.before-put puts=0 state=staged',
      'worker.put-committed puts=1 state=staged',
      'worker.stored-committed puts=1 state=stored',
    ]);
  });

  it('logs a failure by its kind, and a dead letter always as an error', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const put = jest.spyOn(world.vault, 'put').mockRejectedValueOnce(new Fault('vault.unavailable'));
    const handler = processJob(jobRunner(world).runJob, logger);
    expect(await handler(storeJob(oid), live())).toMatchObject({ fate: 'retry' });
    put.mockRejectedValueOnce(new Fault('vault.refused'));
    expect(await handler(storeJob(oid), live())).toMatchObject({ fate: 'dead', reason: 'vault.refused' });
    const logged = lines.map((line) => JSON.parse(line) as { level: number; code: string });
    expect(logged).toMatchObject([
      { level: 40, code: 'vault.unavailable' },
      { level: 50, code: 'vault.refused' },
    ]);
    expect(await valueOf('jobAttempts', { error_class: 'vault.refused' })).toBe(1);
  });

  it('logs a dropped job without alarm', async () => {
    const handler = processJob(jobRunner(new MemoryWorld()).runJob, logger);
    const { oid } = await stageSample(new MemoryWorld());
    expect(await handler(hydrateJob(oid), live())).toEqual({ fate: 'done' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 30, code: 'object.absent' });
  });

  it.each([
    [0, '<1MiB'],
    [2 ** 20, '<16MiB'],
    [2 ** 24, '<128MiB'],
    [2 ** 27, '<1GiB'],
    [2 ** 30, '>=1GiB'],
    [2 ** 40, '>=1GiB'],
  ])('puts %d bytes into the class %s', (sizeBytes, expected) => expect(sizeClass(sizeBytes)).toBe(expected));
});
