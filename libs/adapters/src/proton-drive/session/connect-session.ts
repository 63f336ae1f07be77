import type { Clock, Random } from '#application/ports/clock.js';
import type { Leases } from '#application/ports/lease.js';
import type { VaultSessions } from '#application/ports/vault-sessions.js';
import { StopVault } from '#application/vault-breaker/stop-vault.js';
import type { VaultHistory } from '#application/vault-breaker/vault-history.js';
import type { SettingsOf } from '#platform/settings.js';
import type { protonDriveSettings } from '../proton-drive-settings.js';
import { ApiTransport } from './api-transport.js';
import { protonAppVersion } from './app-version.js';
import { AuthApi } from './auth-api.js';
import { ProtonAccount } from './proton-account.js';
import { protonApiUrl } from './proton-host.js';
import { SessionKeeper } from './session-keeper.js';
import type { SessionBreaker } from './session-stops.js';

export type AccountSettings = Pick<
  SettingsOf<typeof protonDriveSettings>,
  'protonUrl' | 'protonDevelopment' | 'protonChannel'
>;

/** Proton's accounts over HTTP. Throws ConfigurationError for a host that is not Proton's. */
export const protonAccount = (settings: AccountSettings, clock: Clock): ProtonAccount => {
  const identity = { baseUrl: protonApiUrl(settings), appVersion: protonAppVersion(settings.protonChannel) };
  return new ProtonAccount(new AuthApi(new ApiTransport(identity), () => clock.now()));
};

/** The breakers of the fleet as its history has them. */
export const sessionBreaker = (history: VaultHistory): SessionBreaker => {
  const stop = new StopVault(history);
  return {
    stops: async () => [...(await history.load()).state.values()],
    stop: async (cause, detail) => void (await stop.execute({ cause, detail, until: null })),
  };
};

export interface SessionPorts {
  readonly sessions: VaultSessions;
  readonly leases: Leases;
  readonly history: VaultHistory;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The keeper of the session for one process; as many as the fleet has processes work on one session. `breaker`: of a process
 * in which a stop has to hold before it is written.
 */
export const sessionKeeper = (
  account: ProtonAccount,
  ports: SessionPorts,
  breaker = sessionBreaker(ports.history),
): SessionKeeper => {
  const { sessions, leases, history, clock, random } = ports;
  const tools = { vault: history.vault, clock, random, breaker };
  return new SessionKeeper(sessions, account, leases, tools);
};
