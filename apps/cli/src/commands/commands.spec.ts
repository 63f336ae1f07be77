import { CreateRepository } from '#application/create-repository/create-repository.js';
import { ExplainObject } from '#application/explain-object/explain-object.js';
import { IssueToken } from '#application/issue-token/issue-token.js';
import { RevokeToken } from '#application/issue-token/revoke-token.js';
import { Projections } from '#application/ports/projections.js';
import { DropDeadLetters } from '#application/redrive/drop-dead-letters.js';
import { RedriveDeadLetters } from '#application/redrive/redrive-dead-letters.js';
import { ReportStatus } from '#application/report-status/report-status.js';
import { HmacTokenCodec } from '#adapters/signing/hmac-token-codec.js';
import { Fault } from '#domain/fault/fault.js';
import { MemoryInventory } from '#testing/memory/memory-inventory.js';
import { MemoryWorld, sampleObject, testContext } from '#testing/memory/memory-world.js';
import { runCli } from '../run-cli.js';
import type { Wire, World } from '../world.js';

class OneProjection extends Projections {
  override advance = () => Promise.resolve(0);
  override status = () => Promise.resolve([]);

  override async rebuild(name: string, progress: (done: number) => void): Promise<number> {
    await Promise.resolve();
    if (name !== 'repository-usage') throw new Fault('projection.absent', { name });
    progress(3);
    return 3;
  }
}

const memoryWire = (memory: MemoryWorld, closed: () => void): Wire => {
  const { events, catalogue, clock, random, ledger, outbox, queue, hotTier, vault, tokens } = memory;
  const inventory = new MemoryInventory(memory.database);
  const projections = new OneProjection();
  const stops = () => Promise.resolve([]);
  const storage = { hotTier: () => Promise.resolve(hotTier), vault: () => Promise.resolve(vault), stops };
  return {
    database: { check: () => Promise.resolve(), query: () => Promise.resolve([]) },
    migrator: { migrate: () => Promise.resolve([]), pending: () => Promise.resolve(['0009_more']) },
    inventory,
    ledger,
    projections,
    tokens,
    publicUrl: 'http://127.0.0.1:8417',
    createRepository: new CreateRepository(events, catalogue, clock, random),
    issueToken: new IssueToken(events, new HmacTokenCodec('p'.repeat(32)), clock, random),
    revokeToken: new RevokeToken(events, clock),
    redrive: new RedriveDeadLetters(ledger, events, outbox, clock),
    drop: new DropDeadLetters(ledger),
    explainObject: new ExplainObject(events, inventory, ledger, hotTier),
    reportStatus: new ReportStatus(inventory, { outbox, queue, ledger }, projections, storage),
    vault: null,
    context: () => testContext,
    close: async () => closed(),
  };
};

const begin = () => {
  const memory = new MemoryWorld();
  let open = 0;
  let lines = { out: [] as string[], err: [] as string[] };
  const world: World = {
    terminal: { out: (text) => lines.out.push(text), err: (text) => lines.err.push(text), colour: false },
    environment: {},
    connect: async () => {
      open += 1;
      return memoryWire(memory, () => (open -= 1));
    },
    up: () => Promise.resolve(0),
  };
  const run = async (...args: string[]) => {
    lines = { out: [], err: [] };
    const code = await runCli(args, world);
    return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
  };
  return { memory, run, stillOpen: () => open };
};

describe('commands', () => {
  it('make a repository once and list it', async () => {
    const { run, stillOpen } = begin();
    const made = await run('repository', 'create', 'acme/models', '--max-object-size', '2GiB');
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain('http://127.0.0.1:8417/acme/models.git/info/lfs');
    const again = await run('repository', 'create', 'ACME/Models');
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringContaining('The repository acme/models exists already.'),
    });
    expect((await run('repository', 'list')).out).toMatch(/acme\/models +0 +0 B +stored +2\.0 GiB/);
    const { repositories } = JSON.parse((await run('repository', 'list', '--json')).out) as { repositories: unknown[] };
    expect(repositories).toMatchObject([{ organization: 'acme', name: 'models', maxObjectBytes: 2 * 2 ** 30 }]);
    expect(stillOpen()).toBe(0);
  });

  it('print the value of a token once and never again', async () => {
    const { run } = begin();
    const { out } = await run(
      'token',
      'issue',
      '--name',
      'ci',
      '--repository',
      'acme/demo',
      '--access',
      'read',
      '--json',
    );
    const { value, id } = JSON.parse(out) as { value: string; id: string };
    expect(value).toMatch(/^blst_/);
    const list = await run('token', 'list');
    expect(list.out).toMatch(/ci +….{4} +read +acme\/demo +active/);
    expect(list.out).not.toContain(value);
    expect((await run('token', 'revoke', id)).out).toBe(`Revoked ${id}.`);
    expect((await run('token', 'revoke', id)).out).toContain('nothing changed');
    expect((await run('token', 'list')).out).toContain('revoked');
  });

  it('tell the life of an object, and that another was never seen', async () => {
    const { run, memory } = begin();
    const { oid, size } = sampleObject(1234);
    const at = memory.clock.now().toISOString();
    const data = { oid, sizeBytes: size, sha1: '0'.repeat(40) as never, generation: 1, adopted: false, at };
    await memory.events.append({
      writes: [{ stream: `object-${oid}`, expectedVersion: 0, events: [{ type: 'ObjectStaged', schema: 1, data }] }],
      context: testContext,
    });
    const { code, out } = await run('object', 'explain', oid);
    expect(code).toBe(0);
    expect(out).toContain('staged, 1.2 KiB (1234 bytes), cold, generation 1');
    expect(out).toMatch(/ObjectStaged +1\.2 KiB in the hot tier +service:spec/);
    expect(await run('object', 'explain', 'f'.repeat(64))).toMatchObject({
      code: 1,
      err: expect.stringContaining('Nothing was ever recorded'),
    });
  });

  it('rebuild a projection, or say that there is none', async () => {
    const { run } = begin();
    expect((await run('rebuild', 'repository-usage')).out).toMatch(/^Built repository-usage again from 3 events in/);
    expect(await run('rebuild', 'nope')).toMatchObject({ code: 1, err: expect.stringContaining('no projection nope') });
  });

  it('tell missing migrations with an exit code', async () => {
    const { run } = begin();
    expect(await run('migrate', '--dry-run')).toMatchObject({ code: 1, out: 'Missing:\n  0009_more' });
  });

  it('report the status as text and as JSON', async () => {
    const { run, memory } = begin();
    expect(await run('status')).toMatchObject({ code: 0, out: expect.stringContaining('Ballast is ready') });
    memory.hotTier.check = () => Promise.reject(new Fault('staging.unwritable', { reason: 'EROFS' }));
    const { code, out } = await run('status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ status: 'not-ready', hotTier: { ok: false } });
  });
});
