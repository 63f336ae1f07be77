import { Drill } from './drill.js';
import { Emulator } from './emulator.js';
import { eventually } from './run.js';

export interface ProtonDrillOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly emulatorArgs?: readonly string[];
  /** Of `ballast up`, beside those that choose the vault. */
  readonly args?: readonly string[];
  readonly failpoints?: boolean;
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
  }: ProtonDrillOptions = {}): Promise<ProtonDrill> {
    const emulator = await new Emulator().start(emulatorArgs);
    const drafts = async (): Promise<readonly string[]> =>
      (await emulator.files('draft')).map(({ linkId }) => `a draft ${linkId}`);
    const vault = ['--vault', 'proton', '--proton-url', emulator.url];
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
    const opened: Promise<void>[] = [];
    const finished = await this.drill.stack.converse(['vault', 'login'], (said) => {
      const url = /https:\/\/account\.\S+#payload=\S+/.exec(said)?.[0];
      if (url === undefined || opened.length > 0) return;
      this.pagesShown.push(url);
      opened.push(this.emulator.approve(url));
    });
    await Promise.all(opened);
    if (finished.code !== 0) throw new Error(`vault login exited with ${finished.code}: ${finished.stderr}`);
    await eventually('the worker serves its vault', () => this.drill.stack.ready());
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
