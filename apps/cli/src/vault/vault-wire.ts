import { credentialSource } from '#adapters/credentials/credential-source.js';
import type { Database } from '#adapters/postgres/database.js';
import { PostgresBoundAccount } from '#adapters/postgres/postgres-bound-account.js';
import { PostgresLeases } from '#adapters/postgres/postgres-leases.js';
import { PostgresVaultSessions } from '#adapters/postgres/postgres-vault-sessions.js';
import { protonDriveSettings } from '#adapters/proton-drive/proton-drive-settings.js';
import { protonAccount, sessionKeeper } from '#adapters/proton-drive/session/connect-session.js';
import type { SessionKeeper } from '#adapters/proton-drive/session/session-keeper.js';
import { EnvelopeSealer } from '#adapters/sealing/envelope-sealer.js';
import { sealingSettings } from '#adapters/sealing/sealing-settings.js';
import { chosenVault, vaultSettings } from '#adapters/vault-choice/vault-settings.js';
import type { Clock } from '#application/ports/clock.js';
import type { LoginAnswers, VaultAccount } from '#application/ports/vault-account.js';
import type { VaultSessions } from '#application/ports/vault-sessions.js';
import { ResumeVault } from '#application/vault-breaker/resume-vault.js';
import { VaultHistory } from '#application/vault-breaker/vault-history.js';
import { CloseVaultSession } from '#application/vault-session/close-vault-session.js';
import { OpenVaultSession } from '#application/vault-session/open-vault-session.js';
import { SessionLease } from '#application/vault-session/session-lease.js';
import { ConfigurationError, readSettings } from '#platform/settings.js';
import type { Environment } from '../stack/stack-settings.js';
import type { CanaryResult } from './canary.js';
import { canaryInProton } from './proton-canary.js';
import type { VaultTools } from './vault-tools.js';

/** What the `vault` commands work with. */
export interface VaultWire {
  readonly vaultId: string;
  readonly api: string;
  readonly clock: Clock;
  readonly sessions: VaultSessions;
  readonly account: VaultAccount;
  /** Renews the session where that is needed, as a worker does. */
  readonly keeper: Pick<SessionKeeper, 'session'>;
  readonly history: VaultHistory;
  readonly openSession: OpenVaultSession;
  readonly closeSession: CloseVaultSession;
  readonly resume: ResumeVault;
  limiter(): Promise<Limiter | null>;
  credentials(source: string): LoginAnswers;
  canary(progress: (step: string) => void): Promise<CanaryResult>;
}

/** The fleet's budget of requests as it was last written down. */
export interface Limiter {
  readonly requestsPerSecond: number;
  readonly pausedUntil: Date | null;
}

/** Null when the vault is a directory. Throws ConfigurationError when the environment does not say all that Proton needs. */
export const wireVault = (environment: Environment, tools: VaultTools): VaultWire | null => {
  const choice = chosenVault(readSettings(vaultSettings, environment));
  if (choice.kind === 'filesystem') return null;
  const settings = readSettings({ ...protonDriveSettings, ...sealingSettings }, environment);
  if (settings.vaultKeys === undefined) {
    throw new ConfigurationError(['BALLAST_VAULT_KEYS is required and not set: it seals the session at Proton.']);
  }
  const { database, events, clock, random } = tools;
  const { vaultId } = choice;
  const account = protonAccount(settings, clock);
  const sessions = new PostgresVaultSessions(database, new EnvelopeSealer(settings.vaultKeys), vaultId);
  const history = new VaultHistory(events, clock, vaultId);
  const leases = new PostgresLeases(database);
  const keeper = sessionKeeper(account, { sessions, leases, history, clock, random });
  const bound = new PostgresBoundAccount(database, vaultId);
  const lease = new SessionLease(leases, clock, vaultId);
  return {
    vaultId,
    api: new URL(settings.protonUrl).host,
    clock,
    sessions,
    account,
    keeper,
    history,
    openSession: new OpenVaultSession({ sessions, bound }, account, history, lease),
    closeSession: new CloseVaultSession(sessions, account, history, lease),
    resume: new ResumeVault(history),
    limiter: () => limiterOf(database, vaultId),
    credentials: (source) => credentialSource(source, environment),
    canary: (progress) => canaryInProton({ ...tools, leases, sessions }, { vault: vaultId, settings }, progress),
  };
};

const limiterOf = async (database: Database, vault: string): Promise<Limiter | null> => {
  const [row] = await database.query<{ requests_per_second: number; paused_until: Date | null }>({
    text: 'select requests_per_second, paused_until from vault_budgets where vault = $1',
    values: [vault],
  });
  return row ? { requestsPerSecond: row.requests_per_second, pausedUntil: row.paused_until } : null;
};
