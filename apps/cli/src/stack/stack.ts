import { readSettings } from '#platform/settings.js';
import { sessionState } from '../vault/vault-report.js';
import type { UpOptions, Wire } from '../world.js';
import { refuseBadConfiguration } from './configuration.js';
import type { DataDirectory } from './data-directory.js';
import { prepareFirstUse } from './first-start.js';
import { choosePort, keepPorts, readPorts } from './ports.js';
import { keepSecrets, type Secrets } from './secrets.js';
import { restartPolicy, ServiceProcess, supervisionSettings, type ServiceObserver } from './service-process.js';
import { DATABASE, SERVICES, type ServiceProgram } from './services.js';
import { writeStack, type ServiceEntry } from './stack-file.js';
import {
  embeddedDatabaseUrl,
  hasOwnDatabase,
  operationsPort,
  plainSettings,
  publicUrlOf,
  secretSettings,
  type Environment,
  type GatewayAddress,
} from './stack-settings.js';
import { Supervisor } from './supervisor.js';
import { isDevelopment, keepVault, settingsOfVault, type KeptVault } from './vault-choice.js';

export interface StackStarted {
  readonly url: string;
  /** The first token, when it was made by this start. */
  readonly token: string | null;
  readonly portTaken: number | null;
  readonly vault: StackVault;
}

/** Where a stack keeps its objects. */
export interface StackVault {
  readonly kind: KeptVault['kind'];
  /** True for something that only behaves like Proton. */
  readonly development: boolean;
  readonly needsLogin: boolean;
}

/** What a stack is given: how to talk to its database once that runs. */
export interface StackTools {
  readonly environment: Environment;
  readonly observer: Omit<ServiceObserver, 'changed'>;
  readonly wire: (environment: Environment) => Wire;
}

type Address = GatewayAddress & { readonly portTaken: number | null };

/** PostgreSQL, gateway, worker and reconciler on one machine, over one data directory that is locked for this process. */
export class Stack {
  private readonly supervisor = new Supervisor();
  private readonly entries = new Map<string, ServiceEntry>();
  private readonly startedAt = new Date().toISOString();
  private described: { readonly url: string; readonly settings: Record<string, string> } | null = null;

  constructor(
    private readonly data: DataDirectory,
    private readonly options: UpOptions,
    private readonly tools: StackTools,
  ) {}

  /** Resolves when all services are ready; `stack.failed` with the service and the reason when one cannot get there. */
  async start(): Promise<StackStarted> {
    const secrets = keepSecrets(this.data);
    const address = await this.chooseAddress();
    const plain = this.plainSettings(address);
    const url = plain['BALLAST_PUBLIC_URL'] ?? address.publicUrl;
    const settings = (databaseUrl: string): Environment => ({
      ...this.tools.environment,
      ...plain,
      ...secretSettings(secrets, databaseUrl, this.tools.environment),
    });
    await refuseBadConfiguration(settings(embeddedDatabaseUrl(secrets, 0)));
    const environment = settings(await this.startDatabase(secrets));
    this.described = { url, settings: plain };
    const { token, vault } = await this.prepareDatabase(environment);
    keepPorts(this.data, { gateway: address.port });
    await this.startServices(environment);
    return { url, token, vault, portTaken: address.portTaken };
  }

  /** Gateway first, so that what it has accepted is still worked on; the database last. */
  async stop(): Promise<void> {
    await this.supervisor.stop();
  }

  kill(): void {
    this.supervisor.kill();
  }

  get services(): readonly ServiceEntry[] {
    return [...this.entries.values()];
  }

  private async startDatabase(secrets: Secrets): Promise<string> {
    const { environment } = this.tools;
    if (hasOwnDatabase(environment)) return '';
    const kept = readPorts(this.data).database;
    const { port } = await choosePort('127.0.0.1', kept === undefined ? 0 : null, kept);
    keepPorts(this.data, { database: port });
    await this.run(DATABASE, {
      ...environment,
      BALLAST_EMBEDDED_DATABASE_DIR: this.data.postgres,
      BALLAST_EMBEDDED_DATABASE_PORT: String(port),
      BALLAST_EMBEDDED_DATABASE_PASSWORD: secrets.databasePassword,
    });
    return embeddedDatabaseUrl(secrets, port);
  }

  private async chooseAddress(): Promise<Address> {
    const { environment } = this.tools;
    const host = this.options.host ?? environment['BALLAST_GATEWAY_HOST'] ?? '127.0.0.1';
    const fromEnvironment = environment['BALLAST_GATEWAY_PORT'] ? Number(environment['BALLAST_GATEWAY_PORT']) : null;
    const { port, taken } = await choosePort(host, this.options.port ?? fromEnvironment, readPorts(this.data).gateway);
    const tls = Boolean(environment['BALLAST_TLS_CERT_FILE']);
    const publicUrl = this.options.publicUrl ?? publicUrlOf(host, port, tls);
    return { host, port, publicUrl, portTaken: taken };
  }

  /** What was asked for on the command line comes before the environment, and that before what the last start had. */
  private plainSettings(address: Address): Record<string, string> {
    const { vault, protonUrl } = this.options;
    const kept = keepVault(this.data, { vault, protonUrl });
    const asked = vault === null && protonUrl === null ? {} : settingsOfVault(kept);
    return { ...plainSettings(this.data, address, this.tools.environment), ...asked };
  }

  private async prepareDatabase(
    environment: Environment,
  ): Promise<{ readonly token: string | null; readonly vault: StackVault }> {
    const wire = this.tools.wire(environment);
    try {
      await wire.migrator.migrate();
      return { token: await prepareFirstUse(wire), vault: await this.describeVault(wire) };
    } finally {
      await wire.close();
    }
  }

  private async describeVault({ vault }: Wire): Promise<StackVault> {
    if (vault === null) return { kind: 'filesystem', development: false, needsLogin: false };
    const development = isDevelopment(keepVault(this.data, { vault: null, protonUrl: null }));
    return { kind: 'proton', development, needsLogin: (await sessionState(vault)).state !== 'open' };
  }

  private async startServices(environment: Environment): Promise<void> {
    await Promise.all(
      SERVICES.map((program, index) =>
        this.run(program, { ...environment, BALLAST_OPERATIONS_PORT: operationsPort(this.tools.environment, index) }),
      ),
    );
  }

  private run({ name, main, stopOrder }: ServiceProgram, environment: Environment): Promise<unknown> {
    const { observer } = this.tools;
    const service = new ServiceProcess(
      { name, main, environment },
      {
        line: (service, line) => observer.line(service, line),
        ended: (service, how, restartInMs) => observer.ended(service, how, restartInMs),
        changed: (entry) => {
          this.entries.set(entry.name, entry);
          this.describe();
        },
      },
      restartPolicy(readSettings(supervisionSettings, environment)),
    );
    return this.supervisor.run(service, stopOrder);
  }

  /** Writes down what runs, for the other commands. */
  private describe(): void {
    if (!this.described) return;
    writeStack(this.data, {
      version: 1,
      pid: process.pid,
      startedAt: this.startedAt,
      ...this.described,
      database: hasOwnDatabase(this.tools.environment) ? 'external' : 'embedded',
      services: this.services.toSorted((a, b) => a.name.localeCompare(b.name)),
    });
  }
}
