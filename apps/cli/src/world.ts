import type { Database } from '#adapters/postgres/database.js';
import type { Migrator } from '#adapters/postgres/migrator.js';
import type { CreateRepository } from '#application/create-repository/create-repository.js';
import type { ExplainObject } from '#application/explain-object/explain-object.js';
import type { IssueToken } from '#application/issue-token/issue-token.js';
import type { RevokeToken } from '#application/issue-token/revoke-token.js';
import type { JobLedger } from '#application/ports/attempts.js';
import type { Inventory } from '#application/ports/inventory.js';
import type { Projections } from '#application/ports/projections.js';
import type { Tokens } from '#application/ports/tokens.js';
import type { DropDeadLetters } from '#application/redrive/drop-dead-letters.js';
import type { RedriveDeadLetters } from '#application/redrive/redrive-dead-letters.js';
import type { ReportStatus } from '#application/report-status/report-status.js';
import type { EventContext } from '#domain/event/event.js';
import type { Answer, Terminal } from './terminal/terminal.js';
import type { Environment } from './stack/stack-settings.js';
import type { Prompter } from './vault/prompter.js';
import type { VaultWire } from './vault/vault-wire.js';

/** What the command line needs from outside: specs give their own. */
export interface World {
  readonly terminal: Terminal;
  /** Asks whoever sits at the terminal; null or absent where nobody does. */
  readonly prompter?: Prompter | null;
  readonly environment: Environment;
  /** Opens what the commands work with: the stack on a data directory, or the database that the environment names. */
  connect(dataDir: string): Promise<Wire>;
  /** Runs an embedded stack until it is stopped; resolves with the exit code. */
  up(options: UpOptions): Promise<number>;
}

/** What the commands work with, over one database. Close it when done. */
export interface Wire {
  readonly database: Pick<Database, 'check' | 'query'>;
  readonly migrator: Pick<Migrator, 'migrate' | 'pending'>;
  readonly inventory: Inventory;
  readonly ledger: JobLedger;
  readonly projections: Projections;
  readonly tokens: Tokens;
  /** What clients type; null when the environment does not tell. */
  readonly publicUrl: string | null;
  readonly createRepository: CreateRepository;
  readonly issueToken: IssueToken;
  readonly revokeToken: RevokeToken;
  readonly redrive: RedriveDeadLetters;
  readonly drop: DropDeadLetters;
  readonly explainObject: ExplainObject;
  readonly reportStatus: ReportStatus;
  /** The vault at a provider, null when it is a directory. */
  readonly vault: VaultWire | null;
  /** For the events that a command writes: the operator and a fresh correlation id. */
  context(): EventContext;
  close(): Promise<void>;
}

export interface UpOptions {
  readonly dataDir: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly publicUrl: string | null;
  /** Null: as it was at the last start, at first a directory. */
  readonly vault: 'filesystem' | 'proton' | null;
  readonly protonUrl: string | null;
  readonly jsonLogs: boolean;
  readonly json: boolean;
}

/** Options that every command takes. */
export interface Globals {
  readonly dataDir: string;
  readonly json: boolean;
  readonly debug: boolean;
}

export interface Input<Options = unknown> {
  /** Positional arguments, as the command's own parsers left them. */
  readonly args: readonly unknown[];
  readonly options: Options;
  readonly globals: Globals;
}

export type Handler<Options = unknown> = (input: Input<Options>) => Promise<Answer>;
