import { rmSync } from 'node:fs';
import { Drill } from './drill.js';
import { Emulator } from './emulator.js';
import type { Relay } from './relay.js';
import { eventually, type Finished } from './run.js';

export interface ProtonDrillOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly emulatorArgs?: readonly string[];
  /** Of `ballast up`, beside those that choose the vault. */
  readonly args?: readonly string[];
  readonly failpoints?: boolean;
  /** Between the stack and the emulator. */
  readonly relay?: Relay;
}

/** A stack whose vault is Proton Drive as the emulator plays it, logged in as an operator would do it. */
export class ProtonDrill {
  /** Every URL that a login showed: its fragment holds the key of the fork. */
  readonly pagesShown: string[] = [];

  private constructor(
    readonly emulator: Emulator,
    readonly drill: Drill,
  ) {}

  static async start({
    environment = {},
    emulatorArgs = [],
    args = [],
    failpoints = true,
    relay,
  }: ProtonDrillOptions = {}): Promise<ProtonDrill> {
    const emulator = await new Emulator().start(emulatorArgs);
    const drafts = async (): Promise<readonly string[]> =>
      (await emulator.files('draft')).map(({ linkId }) => `a draft ${linkId}`);
    relay?.leadTo(emulator.url);
    const vault = ['--vault', 'proton', '--proton-url', relay?.url ?? emulator.url];
    const drill = new Drill({ args: [...vault, ...args], environment, failpoints }, drafts);
    const proton = new ProtonDrill(emulator, drill);
    try {
      await drill.start();
      await proton.login();
      return proton;
    } catch (error) {
      await proton.dispose();
      throw error;
    }
  }

  /** `ballast vault login`: opens the URL that it shows, as the account's owner on another device. */
  async login(): Promise<void> {
    const finished = await this.tryLogin();
    if (finished.code !== 0) throw new Error(`vault login exited with ${finished.code}: ${finished.stderr}`);
    await eventually('the worker serves its vault', () => this.drill.stack.ready());
  }

  /** As `login`, by whoever owns the account of that emulator, whatever comes of it. */
  async tryLogin(owner = this.emulator, flags: readonly string[] = []): Promise<Finished> {
    const opened: Promise<void>[] = [];
    const finished = await this.drill.stack.converse(['vault', 'login', ...flags], (said) => {
      const url = /https:\/\/account\.\S+#payload=\S+/.exec(said)?.[0];
      if (url === undefined || opened.length > 0) return;
      this.pagesShown.push(url);
      opened.push(owner.approve(url));
    });
    await Promise.all(opened);
    return finished;
  }

  /** Waits until nothing is left over, and throws unless all that was acknowledged reads back and each object is one node. */
  async healed(timeoutMs = 60_000): Promise<void> {
    await this.drill.ledger.settled(timeoutMs);
    await this.drill.ledger.readable();
    const twins = [...(await this.nodesPerName()).values()].filter((count) => count > 1).length;
    const trashed = (await this.emulator.files('trashed')).length;
    const files = (await this.emulator.files('active')).length;
    const [placed] = await this.drill.stack.rows<{ count: string }>('select count(*) from placements');
    if (twins > 0 || trashed > 0 || files !== Number(placed?.count)) {
      throw new Error(`${twins} names twice, ${trashed} in the trash, ${files} files for ${placed?.count} placements`);
    }
  }

  /** Removes what the hot tier holds, so that the next read comes from Proton. */
  async chill(): Promise<void> {
    const { stack } = this.drill;
    await stack.stop();
    rmSync(stack.hotTier, { recursive: true, force: true });
    await stack.start();
    await stack.ready();
  }

  /** Finished files by the hash of their name: more than one of a hash would be two nodes of an oid. */
  async nodesPerName(): Promise<ReadonlyMap<string, number>> {
    const files = (await this.emulator.nodes()).filter(({ type, state }) => type === 'file' && state === 'active');
    const counts = new Map<string, number>();
    for (const { nameHash, linkId } of files) counts.set(nameHash ?? linkId, (counts.get(nameHash ?? linkId) ?? 0) + 1);
    return counts;
  }

  async dispose(): Promise<void> {
    await this.drill.dispose();
    await this.emulator.stop();
  }
}
