import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import { realTime, sdkProgram } from '#testing/rpc/sdk-program.js';
import { PostgresBoundAccount } from '#adapters/postgres/postgres-bound-account.js';
import { PostgresRequestBudget } from '#adapters/postgres/postgres-request-budget.js';
import { PostgresVaultIndex } from '#adapters/postgres/postgres-vault-index.js';
import { PostgresVaultSessions } from '#adapters/postgres/postgres-vault-sessions.js';
import {
  connectProtonDrive,
  type ConnectedProtonDrive,
  type ProtonDrivePorts,
} from '#adapters/proton-drive/connect-proton-drive.js';
import { protonDriveSettings } from '#adapters/proton-drive/proton-drive-settings.js';
import { protonAccount } from '#adapters/proton-drive/session/connect-session.js';
import { EnvelopeSealer } from '#adapters/sealing/envelope-sealer.js';
import { readSettings } from '#platform/settings.js';
import type { EmulatorNode } from '../proton-emulator/contract.js';
import { ProtonEmulator } from '../proton-emulator/emulator.js';

const VAULT = 'proton-drive';

/** The vault as a worker has it: real SDK in real processes, a real database, the emulator instead of Proton. */
export class VaultWorld {
  private constructor(
    readonly emulator: ProtonEmulator,
    readonly fresh: FreshDatabase,
    readonly ports: ProtonDrivePorts,
    readonly connected: ConnectedProtonDrive,
  ) {}

  static async open({
    processes = 1,
    login = true,
  }: { processes?: number; login?: boolean } = {}): Promise<VaultWorld> {
    const [emulator, fresh] = await Promise.all([ProtonEmulator.start(), freshDatabase()]);
    const settings = readSettings(protonDriveSettings, {
      BALLAST_PROTON_URL: emulator.url,
      BALLAST_PROTON_DEVELOPMENT: 'true',
      BALLAST_PROTON_PROCESSES: String(processes),
      BALLAST_PROTON_REQUESTS_PER_SECOND: '1000',
    });
    const { postgres } = fresh;
    const sealer = new EnvelopeSealer([{ kid: 'spec', secret: randomBytes(32) }]);
    const ports: ProtonDrivePorts = {
      ...realTime,
      bound: new PostgresBoundAccount(postgres.database, VAULT),
      budget: new PostgresRequestBudget(postgres.database, VAULT, settings.protonRequestsPerSecond),
      conditions: postgres.vaultConditions(VAULT),
      events: postgres.events,
      index: new PostgresVaultIndex(postgres.database, VAULT),
      leases: postgres.leases,
      sessions: new PostgresVaultSessions(postgres.database, sealer, VAULT),
    };
    const logger = pino({ level: 'silent' });
    const connected = connectProtonDrive(ports, { vault: VAULT, settings, logger, program: sdkProgram });
    const world = new VaultWorld(emulator, fresh, ports, connected);
    if (login) await world.login(settings);
    return world;
  }

  files(): readonly EmulatorNode[] {
    return this.emulator.control.nodes().filter(({ type, state }) => type === 'file' && state === 'active');
  }

  /** The folder that everything of Ballast is in, gone for good; nothing that remembers it is told. */
  async deleteTree(): Promise<void> {
    const nodes = this.emulator.control.nodes();
    const root = nodes.find(({ parentLinkId }) => parentLinkId === null);
    for (const { linkId, parentLinkId } of nodes) {
      if (root === undefined || parentLinkId !== root.linkId) continue;
      await this.emulator.control.inWebApp(linkId, { act: 'trash' });
      await this.emulator.control.inWebApp(linkId, { act: 'delete' });
    }
  }

  /** Of the processes that this one has started. */
  async sdkPids(): Promise<readonly number[]> {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
    return stdout.split('\n').flatMap((line) => {
      const [pid, parent, ...args] = line.trim().split(/\s+/);
      return Number(parent) === process.pid && args.join(' ').includes('sdk-process-main') ? [Number(pid)] : [];
    });
  }

  drafts(): readonly string[] {
    return this.emulator.control.nodes().flatMap(({ state, linkId }) => (state === 'draft' ? [linkId] : []));
  }

  async dispose(): Promise<void> {
    await this.connected.close();
    await this.fresh.drop();
    await this.emulator.stop();
  }

  /** A session that the account's owner agrees to; without a parent, which only a recovery needs. */
  private async login(settings: Parameters<typeof protonAccount>[0]): Promise<void> {
    const fork = await protonAccount(settings, this.ports.clock).beginFork();
    this.emulator.control.approve(fork.url);
    const session = await fork.take();
    if (session === null) throw new Error('the owner has not agreed');
    await this.ports.sessions.replace('child', session, null);
  }
}
