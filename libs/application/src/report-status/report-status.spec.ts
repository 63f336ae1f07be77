import { Fault } from '#domain/fault/fault.js';
import { Projections, type ProjectionStatus } from '#application/ports/projections.js';
import { MemoryInventory } from '#testing/memory/memory-inventory.js';
import { STOP_CAUSES } from '#domain/vault/vault.js';
import { StopVault } from '../vault-breaker/stop-vault.js';
import { VaultHistory } from '../vault-breaker/vault-history.js';
import { MemoryVaultConditions } from '#testing/memory/memory-vault-conditions.js';
import { MemoryWorld } from '#testing/memory/memory-world.js';
import { ReportStatus } from './report-status.js';
import { judge } from './verdict.js';

class FixedProjections extends Projections {
  rows: ProjectionStatus[] = [
    { name: 'repository_usage', version: 1, kind: 'checkpointed', lagEvents: 0, lagMs: 0, stoppedBy: null },
  ];

  override advance = () => Promise.resolve(0);
  override rebuild = () => Promise.resolve(0);
  override status = () => Promise.resolve(this.rows);
}

const begin = () => {
  const world = new MemoryWorld();
  const projections = new FixedProjections();
  const { outbox, queue, ledger, hotTier, vault } = world;
  const report = new ReportStatus(new MemoryInventory(world.database), { outbox, queue, ledger }, projections, {
    hotTier: () => Promise.resolve(hotTier),
    vault: () => Promise.resolve(vault),
    stops: () => new MemoryVaultConditions(world.database).stops(),
  });
  const read = () => report.execute(new AbortController().signal);
  return { world, projections, read };
};

const bury = (world: MemoryWorld, jobId: string) =>
  world.ledger.bury({
    queue: 'store-object',
    jobId,
    oid: null,
    payload: {},
    code: 'vault.refused',
    fingerprint: 'f1',
    traceparent: null,
    error: { at: world.clock.now().toISOString(), attempt: 1, code: 'vault.refused', detail: 'vault.refused' },
  });

describe('the status report', () => {
  it('is ready when everything answers and nothing waits', async () => {
    const { read } = begin();
    const report = await read();
    expect(judge(report)).toEqual({ status: 'ready', concerns: [] });
    expect(report.vault).toEqual({ ok: true, value: { name: 'memory' } });
  });

  it('groups open dead letters by cause and is degraded by them', async () => {
    const { world, read } = begin();
    await bury(world, 'job-1');
    await bury(world, 'job-2');
    const report = await read();
    expect(report.deadLetters).toMatchObject({ ok: true, value: [{ fingerprint: 'f1', letters: 2 }] });
    expect(judge(report)).toMatchObject({ status: 'degraded', concerns: [{ what: '2 dead letters open' }] });
  });

  it.each(STOP_CAUSES)('is degraded while the vault is stopped (%s), and says what to do', async (cause) => {
    const { world, read } = begin();
    const stop = new StopVault(new VaultHistory(world.events, world.clock, 'memory'));
    await stop.execute({ cause, detail: 'spec', until: null });
    const report = await read();
    expect(report.vaultStops).toMatchObject({ ok: true, value: [{ cause }] });
    expect(judge(report)).toMatchObject({
      status: 'degraded',
      concerns: [{ what: expect.stringContaining('the vault is stopped since 2026'), remedy: expect.any(String) }],
    });
  });

  it('tells of the rest when one part does not answer', async () => {
    const { world, read } = begin();
    world.queue.counts = () => Promise.reject(new Fault('queue.unavailable'));
    const report = await read();
    expect(report.queues).toEqual({ ok: false, reason: { code: 'queue.unavailable', detail: 'queue.unavailable' } });
    expect(report.outbox.ok).toBe(true);
    expect(judge(report)).toMatchObject({
      status: 'degraded',
      concerns: [{ what: expect.stringContaining('The queue') }],
    });
  });

  it('is not ready when the hot tier cannot be written', async () => {
    const { world, read } = begin();
    world.hotTier.check = () => Promise.reject(new Fault('staging.unwritable', { reason: 'EROFS' }));
    expect(judge(await read())).toMatchObject({ status: 'not-ready' });
  });

  it('shows no text of a foreign error, which might hold a secret', async () => {
    const { world, read } = begin();
    world.outbox.backlog = () => Promise.reject(new TypeError('postgres://ballast:hunter2@db'));
    expect(JSON.stringify(await read())).not.toContain('hunter2');
  });

  it('names the projection that stopped, and why', async () => {
    const { projections, read } = begin();
    projections.rows = [{ ...projections.rows[0]!, stoppedBy: 'event.unreadable' }];
    const { status, concerns } = judge(await read());
    expect(status).toBe('degraded');
    expect(concerns[0]).toMatchObject({ what: 'projection repository_usage stopped: event.unreadable' });
  });
});
