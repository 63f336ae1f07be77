import { postgresSettings } from '#adapters/postgres/postgres-settings.js';
import { actionSettings, tokenSettings } from '#adapters/signing/signing-settings.js';
import { hotTierSettings } from '#adapters/staging/hot-tier-settings.js';
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
  ...operationsSettings,
  ...loggerSettings,
  ...telemetrySettings,
};

export type GatewayConfig = SettingsOf<typeof gatewaySettings>;
