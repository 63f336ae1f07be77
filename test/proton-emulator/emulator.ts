import type { IncomingMessage, ServerResponse } from 'node:http';
import { openAccount } from './account/open-account.js';
import { addAccountRoutes } from './account/account-routes.js';
import { Forks } from './auth/forks.js';
import { addForkRoutes } from './auth/fork-routes.js';
import { addLoginRoutes } from './auth/login-routes.js';
import { addSessionRoutes } from './auth/session-routes.js';
import { Sessions } from './auth/sessions.js';
import { EmulatorClock } from './clock.js';
import { CONTROL_PREFIX, type EmulatorAccount, type EmulatorOptions } from './contract.js';
import { ControlApi } from './control/control-api.js';
import { Controls } from './control/controls.js';
import { DirectoryStore } from './directory-store.js';
import { openDrive } from './drive/open-drive.js';
import { Faults } from './faults.js';
import { DEFAULT_KNOBS } from './knobs.js';
import { MemoryStore } from './memory-store.js';
import { Recorder } from './recorder.js';
import { Routes } from './routes.js';
import { Dispatch } from './server/dispatch.js';
import { Gate } from './server/gate.js';
import { HumanVerification } from './server/human-verification.js';
import { Listener } from './server/listener.js';
import { RateLimiter } from './server/rate-limiter.js';
import type { Chapter, Store } from './store.js';
import type { World } from './world.js';

interface Addresses {
  readonly url: string;
  readonly storageUrl: string;
}

/** Proton's login and Drive API on two loopback ports, with one account: for specs, drills and trying Ballast out. */
export class ProtonEmulator {
  private constructor(
    private readonly addresses: Addresses,
    private readonly world: World,
    /** The control API in its in-process form. */
    readonly control: Controls,
    private readonly listeners: readonly Listener[],
  ) {}

  static async start({ port = 0, directory, account = {}, knobs = {} }: EmulatorOptions = {}): Promise<ProtonEmulator> {
    const world = await openWorld(directory === undefined ? new MemoryStore() : new DirectoryStore(directory), account);
    world.knobs = { ...world.knobs, ...knobs };
    const routes = new Routes();
    const humanVerification = new HumanVerification();
    const forks = new Forks(world);
    const drive = openDrive(world, routes);
    addLoginRoutes(world, routes);
    addSessionRoutes(world, routes);
    addForkRoutes(forks, world, routes);
    addAccountRoutes(world, drive, routes);
    const gate = new Gate(world, new RateLimiter(() => world.clock.now()), humanVerification);
    const dispatch = new Dispatch(world, routes, gate);
    const controls = new Controls(world, drive, forks, humanVerification);
    const controlApi = new ControlApi(controls);
    const api = new Listener((request: IncomingMessage, response: ServerResponse) =>
      request.url?.startsWith(`${CONTROL_PREFIX}/`) === true
        ? controlApi.serve(request, response)
        : dispatch.serve('api', request, response),
    );
    const storage = new Listener((request, response) => dispatch.serve('storage', request, response));
    world.storageUrl = await storage.listen(0);
    const url = await api.listen(port);
    return new ProtonEmulator({ url, storageUrl: world.storageUrl }, world, controls, [api, storage]);
  }

  /** `http://127.0.0.1:<port>` of the API and of the control API. */
  get url(): string {
    return this.addresses.url;
  }

  get storageUrl(): string {
    return this.addresses.storageUrl;
  }

  get account(): EmulatorAccount {
    const { username, password, mailboxPassword, totpSecret } = this.world.account;
    return { username, password, mailboxPassword, totpSecret };
  }

  /** Open calls are cut; what it kept is on disk. May be called twice. */
  async stop(): Promise<void> {
    for (const listener of this.listeners) await listener.close();
    await this.world.store.flush();
  }
}

const openWorld = async (store: Store, account: Partial<EmulatorAccount>): Promise<World> => {
  const clock = openClock(store);
  const world: Omit<World, 'sessions'> = {
    clock,
    knobs: DEFAULT_KNOBS,
    store,
    faults: new Faults(),
    recorder: new Recorder(),
    account: await openAccount(store, account),
    storageUrl: '',
  };
  return Object.assign(world, { sessions: new Sessions(store, clock, () => world.knobs.accessTokenSeconds) });
};

interface KeptClock {
  readonly advancedMs: number;
}

/** A clock that was advanced stays so over a restart, or tokens would live again. */
const openClock = (store: Store): EmulatorClock => {
  const chapter: Chapter<KeptClock> = store.chapter('clock', () => ({ advancedMs: clock.advancedMs }));
  const clock: EmulatorClock = new EmulatorClock(chapter.kept?.advancedMs ?? 0, () => chapter.changed());
  return clock;
};
