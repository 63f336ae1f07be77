import { basename } from 'node:path';
import { digests } from './harness/client.js';
import { ProtonDrill } from './harness/proton-drill.js';
import { eventually } from './harness/run.js';
import { forkLogin } from './proton-emulator/drive/fork-login.js';
import { authorised } from './proton-emulator/drive/plain-account.js';

/** Of a form that the server takes; nobody can decrypt it. */
const ARMORED = '-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n';

/** The last two rows of docs/proton.md#what-happens-when: the account is a person's too, who has the web app. */
describe('whatever somebody does in the web app, Ballast mends it or says what is gone', () => {
  let proton: ProtonDrill;

  beforeAll(async () => {
    proton = await ProtonDrill.start({ failpoints: false, environment: { BALLAST_PROTON_WATCH_PERIOD: '2s' } });
  }, 120_000);
  afterAll(() => proton.dispose(), 120_000);

  const rows = <Row extends object>(sql: string) => proton.drill.stack.rows<Row>(sql);
  const objectOf = async (oid: string) => {
    const [object] = await rows<{ state: string; failure: string | null; generation: number }>(
      `select state, failure, generation from objects where oid = '${oid}'`,
    );
    return object;
  };
  /** Pushes one file, and returns its working copy, oid and node. */
  const pushed = async (size: number) => {
    const copy = await proton.drill.work([size]);
    await proton.drill.pushUntilDone(copy);
    const oid = [...(await digests(copy)).values()].at(-1) ?? '';
    const [placement] = await rows<{ node: string }>(
      `select locator ->> 'node' as node from placements where oid = '${oid}'`,
    );
    return { copy, oid, link: placement?.node.split('~')[1] ?? '' };
  };
  const stateOfNode = async (link: string) =>
    (await proton.emulator.nodes()).find(({ linkId }) => linkId === link)?.state;
  const gone = async (link: string): Promise<void> => {
    await proton.emulator.inWebApp('trash', link);
    await proton.emulator.inWebApp('delete', link);
  };

  it('fault 57: what was put into the trash is back within a minute, without anybody reading it', async () => {
    const { link, oid } = await pushed(50_000);
    await proton.emulator.inWebApp('trash', link);
    await eventually('it is back', async () => expect(await stateOfNode(link)).toBe('active'));
    expect(await objectOf(oid)).toMatchObject({ state: 'stored', generation: 1 });
  });

  it('fault 57: what was deleted is stored again from the hot tier', async () => {
    const { link, oid } = await pushed(60_000);
    await gone(link);
    await eventually('it is stored again', async () =>
      expect(await objectOf(oid)).toMatchObject({ state: 'stored', generation: 2 }),
    );
    await proton.drill.ledger.settled();
    await proton.chill();
    await proton.drill.ledger.readable();
  });

  it('fault 57: what was deleted and is nowhere else says so, until somebody who has it pushes', async () => {
    const { copy, link, oid } = await pushed(70_000);
    const { client, stack } = proton.drill;
    await proton.chill();
    await gone(link);
    await eventually('it is missed', async () =>
      expect(await objectOf(oid)).toMatchObject({ state: 'failed', failure: 'vault.absent' }),
    );
    const reader = await client.workingCopy(`reader-${basename(copy)}`, stack.lfsUrl());
    await client.must(reader, ['fetch', '--quiet', 'origin', basename(copy)]);
    const fetched = await client.git(reader, ['lfs', 'fetch', 'origin', 'FETCH_HEAD']);
    expect(fetched.code).not.toBe(0);
    expect(fetched.stderr).toContain(oid);
    expect(fetched.stderr).toContain('vault.absent');
    await client.must(copy, ['config', 'lfs.url', stack.lfsUrl()]);
    await client.must(copy, ['lfs', 'push', '--object-id', 'origin', oid]);
    await eventually('it is stored', async () =>
      expect(await objectOf(oid)).toMatchObject({ state: 'stored', generation: 2 }),
    );
    await client.must(reader, ['lfs', 'fetch', 'origin', 'FETCH_HEAD']);
    await proton.drill.ledger.readable();
  });

  it('fault 58: what does not belong to Ballast is reported and left alone', async () => {
    const { link, oid } = await pushed(80_000);
    const node = (await proton.emulator.nodes()).find(({ linkId }) => linkId === link);
    if (node?.parentLinkId === null || node === undefined) throw new Error('no folder');
    const session = await forkLogin(proton.emulator.url);
    const answer = await fetch(`${proton.emulator.url}/drive/v2/volumes/${node.volumeId}/folders`, {
      method: 'POST',
      headers: authorised(session, new Headers({ 'content-type': 'application/json' })),
      body: JSON.stringify({
        ...{
          ParentLinkID: node.parentLinkId,
          Name: ARMORED,
          Hash: 'f'.repeat(64),
          NodeKey: ARMORED,
          NodeHashKey: ARMORED,
        },
        ...{ NodePassphrase: ARMORED, NodePassphraseSignature: ARMORED, SignatureEmail: 'someone@proton.me' },
      }),
    });
    expect(answer.status).toBe(200);
    const { Folder } = (await answer.json()) as { readonly Folder: { readonly ID: string } };
    await eventually('it is reported', () => expect(proton.drill.stack.output).toContain('it is left alone'));
    expect(await stateOfNode(Folder.ID)).toBe('active');
    expect(await objectOf(oid)).toMatchObject({ state: 'stored', generation: 1 });
    const away = (await proton.emulator.calls()).filter(({ path }) => path.endsWith('trash_multiple'));
    expect(away).toEqual([]);
  });
});
