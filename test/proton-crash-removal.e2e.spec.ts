import type { Milestone } from '#platform/milestone.js';
import { digests } from './harness/client.js';
import { ProtonDrill } from './harness/proton-drill.js';
import { eventually } from './harness/run.js';

const AROUND_THE_REMOVAL = [
  'worker.before-draft-removed',
  'worker.draft-removed',
] as const satisfies readonly Milestone[];

/**
 * What Ballast deletes at Proton by itself are drafts of uploads that died, found by their notes in PostgreSQL: note, then
 * deletion, then the note goes. Killed (SIGKILL) on both sides of the deletion, also where a note is wrong about a live node.
 */
describe('a worker that dies while it removes an abandoned draft from Proton', () => {
  let proton: ProtonDrill;

  beforeAll(async () => {
    proton = await ProtonDrill.start({ environment: { BALLAST_LEASE: '5s', BALLAST_WAIT: '2s' } });
    const { drill } = proton;
    await drill.pushUntilDone(await drill.work([1_000, 200_000, 5_000_000]));
    await drill.ledger.settled();
  }, 180_000);
  afterAll(() => proton.dispose(), 120_000);

  const notes = () => proton.drill.stack.rows<{ oid: string }>('select oid from vault_uploads');
  const live = async (): Promise<readonly string[]> =>
    (await proton.emulator.files('active')).map(({ linkId }) => linkId).sort();
  const converged = async (): Promise<void> => {
    await eventually(
      'no draft and no note is left',
      async () => {
        expect(await proton.emulator.files('draft')).toEqual([]);
        expect(await notes()).toEqual([]);
        // The dead one's lease on the object of a note lasts a minute.
      },
      120_000,
    );
    await proton.drill.stack.ready();
    await proton.healed();
  };
  /** A draft of which nobody will ever hear again: `ballast vault check` dies in the middle of its canary. */
  const leaveDraft = async (): Promise<void> => {
    proton.drill.stack.arm('worker.mid-blocks', 'kill');
    await proton.drill.stack.cli(['vault', 'check']);
    expect(await proton.emulator.files('draft')).toHaveLength(1);
    expect(await notes()).toHaveLength(1);
  };
  /** Notes of uploads that have long ended, as if their end had not been written. */
  const wrongNotes = async (oids: readonly string[]): Promise<void> => {
    const written = await proton.drill.stack.rows(
      `insert into vault_uploads (vault, oid, folder, begun_at)
       select f.vault, o.oid, f.path, now() - interval '1 hour' from objects o
         join vault_folders f on f.path like '%/' || substr(o.oid, 1, 2) || '/' || substr(o.oid, 3, 2)
        where o.oid = any($1) returning oid`,
      [oids],
    );
    expect(written).toHaveLength(oids.length);
  };

  it('fault 14: kill -9 of the worker before the deletion at Proton: the next one deletes the draft, and nothing else', async () => {
    const before = await live();
    proton.drill.stack.arm('worker.before-draft-removed', 'kill');
    await leaveDraft();
    await proton.drill.stack.fired('worker.before-draft-removed', 60_000);
    await converged();
    expect(await live()).toEqual(before);
  }, 300_000);

  it('fault 14: kill -9 of the worker after the deletion at Proton, before its note is gone: the next one ends the note', async () => {
    const before = await live();
    proton.drill.stack.arm('worker.draft-removed', 'kill');
    await leaveDraft();
    await proton.drill.stack.fired('worker.draft-removed', 60_000);
    expect(await proton.emulator.files('draft')).toEqual([]);
    await converged();
    expect(await live()).toEqual(before);
  }, 300_000);

  it('fault 14: kill -9 of the worker on both sides of a removal whose note names stored objects: none is touched', async () => {
    const before = await live();
    const oids = (await proton.drill.stack.rows<{ oid: string }>(`select oid from objects where state = 'stored'`)).map(
      ({ oid }) => oid,
    );
    for (const milestone of AROUND_THE_REMOVAL) proton.drill.stack.arm(milestone, 'kill');
    await wrongNotes(oids);
    for (const milestone of AROUND_THE_REMOVAL) await proton.drill.stack.fired(milestone, 60_000);
    await converged();
    expect(await live()).toEqual(before);
    await proton.chill();
    await proton.drill.ledger.readable();
  }, 300_000);

  it('fault 14: kill -9 of the worker after a commit at Proton, before its event, with the note still there: the node is adopted', async () => {
    const before = await live();
    const copy = await proton.drill.work([700_000]);
    const [oid = ''] = (await digests(copy)).values();
    proton.drill.stack.arm('worker.put-committed', 'kill');
    const pushed = proton.drill.pushUntilDone(copy);
    await proton.drill.stack.fired('worker.put-committed');
    const fresh = (await live()).filter((link) => !before.includes(link));
    expect(fresh).toHaveLength(1);
    await wrongNotes([oid]);
    await pushed;
    await converged();
    const placed = await proton.drill.stack.rows<{ node: string }>(
      `select split_part(locator ->> 'node', '~', 2) as node from placements where oid = $1`,
      [oid],
    );
    expect(placed).toEqual([{ node: fresh[0] }]);
    expect(await live()).toEqual([...before, ...fresh].sort());
  }, 300_000);
});
