import { postgresSettings } from '#adapters/postgres/postgres-settings.js';
import { protonHostSettings } from '#adapters/proton-drive/proton-drive-settings.js';
import { actionSettings, tokenSettings } from '#adapters/signing/signing-settings.js';
import { hotTierSettings } from '#adapters/staging/hot-tier-settings.js';
import { vaultSettings } from '#adapters/vault-choice/vault-settings.js';
import { loggerSettings } from '#platform/logger.js';
import { operationsSettings } from '#platform/operations-server.js';
import type { SettingsOf } from '#platform/settings.js';
import { telemetrySettings } from '#platform/telemetry.js';
import { edgeSettings } from './edge-settings.js';

/** Every setting of the gateway's process, as one table. */
export const gatewaySettings = {
  ...edgeSettings,
  ...actionSettings,
  ...tokenSettings,
  ...postgresSettings,
  ...hotTierSettings,
  // Its name only: a gateway asks whether the vault is stopped, and never opens it.
  vaultKind: vaultSettings.vaultKind,
  vaultId: vaultSettings.vaultId,
  ...protonHostSettings,
  ...operationsSettings,
  ...loggerSettings,
  ...telemetrySettings,
};

export type GatewayConfig = SettingsOf<typeof gatewaySettings>;
