import { basename } from 'node:path';
import { Emulator } from './harness/emulator.js';
import { ProtonDrill } from './harness/proton-drill.js';
import { Relay } from './harness/relay.js';
import { eventually } from './harness/run.js';

/** Two emulators behind one address are Proton with two accounts: whichever it leads to is the one that logs in. */
describe('a login to another Proton account than the one that holds the objects', () => {
  let relay: Relay;
  let proton: ProtonDrill;
  let other: Emulator;

  beforeAll(async () => {
    relay = await Relay.start();
    other = await new Emulator().start(['--username', 'somebody-else@proton.test']);
    proton = await ProtonDrill.start({
      relay,
      failpoints: false,
      environment: { BALLAST_PROTON_WATCH_PERIOD: '2s', BALLAST_WAIT: '2s' },
    });
    const { drill } = proton;
    await drill.pushUntilDone(await drill.work([1_000, 200_000]));
    await drill.ledger.settled();
  }, 180_000);
  afterAll(async () => {
    await proton?.dispose();
    await other?.stop();
    await relay?.close();
  }, 120_000);

  const rows = <Row extends object>(sql: string) => proton.drill.stack.rows<Row>(sql);
  const stops = () => rows<{ cause: string; detail: string }>('select cause, detail from vault_stops');
  const lost = () => rows(`select 1 from events where type = 'PlacementLost'`);
  const made = async () => (await other.nodes()).filter(({ parentLinkId }) => parentLinkId !== null);

  it('is refused, says what to do, and leaves session and objects as they were', async () => {
    const before = await rows('select kind, version::text from vault_sessions order by kind');
    relay.leadTo(other.url);
    const refused = await proton.tryLogin(other);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('not the Proton account whose Drive holds the objects (another-account)');
    expect(refused.stderr).toContain('vault.other-account');
    expect((await other.sessions()).filter(({ kind, revoked }) => kind === 'fork' && !revoked)).toEqual([]);
    relay.leadTo(proton.emulator.url);
    expect(await rows('select kind, version::text from vault_sessions order by kind')).toEqual(before);
    await proton.login();
    await proton.drill.pushUntilDone(await proton.drill.work([3_000]));
    await proton.healed();
  }, 300_000);

  it('that happened nevertheless stops a worker as it starts, before it writes or takes anything for lost', async () => {
    const { stack } = proton.drill;
    await stack.stop();
    relay.leadTo(other.url);
    await stack.start();
    expect((await proton.tryLogin(other, ['--other-account'])).code).toBe(0);
    // As by a release that did not look: nobody has bound the vault to that account. Whoever runs must not see it.
    const before = stack.pid('worker');
    process.kill(before, 'SIGSTOP');
    await rows(`delete from vault_accounts`);
    const since = await other.mark();
    process.kill(before, 'SIGKILL');
    await eventually('another worker runs', () => expect(stack.pid('worker')).not.toBe(before));
    const copy = await proton.drill.work([4_000]);
    const refused = await proton.drill.client.push(copy, basename(copy), 120_000);
    expect(refused.code).not.toBe(0);
    await eventually('it says why', async () =>
      expect(await stops()).toEqual([{ cause: 'session', detail: 'other-account' }]),
    );
    const status = await stack.cli(['vault', 'status']);
    expect(status.code).toBe(1);
    expect(status.stdout).toContain('sign in to the one that does');
    const drive = (await other.calls(since)).filter(({ route }) => route.includes('/drive'));
    expect(new Set(drive.map(({ route }) => route))).toEqual(new Set(['GET /drive/v2/shares/my-files']));
    expect(await made()).toEqual([]);
    expect(await lost()).toEqual([]);
    relay.leadTo(proton.emulator.url);
    await proton.login();
    await proton.drill.pushUntilDone(copy);
    expect(await stops()).toEqual([]);
    await proton.healed();
    await proton.chill();
    await proton.drill.ledger.readable();
  }, 300_000);

  it('that an operator insists on begins anew there once the workers were restarted', async () => {
    const { stack } = proton.drill;
    relay.leadTo(other.url);
    const opened = await proton.tryLogin(other, ['--other-account']);
    expect(opened.code).toBe(0);
    expect(opened.stdout).toContain('Restart every worker');
    await stack.stop();
    await stack.start();
    await eventually('what the hot tier has is stored again', async () => {
      expect(await rows(`select 1 from objects where state <> 'stored'`)).toEqual([]);
      expect((await other.files('active')).length).toBeGreaterThan(0);
    });
    await proton.drill.ledger.readable();
    expect(await stops()).toEqual([]);
  }, 300_000);
});
