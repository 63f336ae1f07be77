import { openPostgres } from '#adapters/postgres/postgres.js';
import { pinnedBytes } from '#adapters/postgres/pinned-bytes.js';
import { HmacActionSigner } from '#adapters/signing/hmac-action-signer.js';
import { HmacTokenCodec } from '#adapters/signing/hmac-token-codec.js';
import { NodeHashing } from '#adapters/signing/node-hashing.js';
import { DiskHotTier } from '#adapters/staging/disk-hot-tier.js';
import { SystemClock, SystemRandom } from '#adapters/system/system-clock.js';
import type { Probe } from '#platform/health.js';
import type { Logger } from '#platform/logger.js';
import type { GatewayConfig } from './config.js';
import type { GatewayPorts } from './gateway.module.js';

export interface OpenedPorts {
  readonly ports: GatewayPorts;
  readonly probes: readonly Probe[];
  close(): Promise<void>;
}

/** Opens what the gateway stands on. No queue: work reaches it through the outbox, so a gateway never waits for it. */
export const openPorts = async (config: GatewayConfig, logger: Logger): Promise<OpenedPorts> => {
  const postgres = openPostgres(config, logger);
  const clock = new SystemClock();
  const hotTier = await DiskHotTier.at(config, { pinnedBytes: () => pinnedBytes(postgres.database) });
  const signing = { keys: config.signingKeys, host: new URL(config.publicUrl).host, ttlMs: config.actionTtlMs };
  return {
    ports: {
      actionSigner: new HmacActionSigner(signing, clock),
      catalogue: postgres.catalogue,
      clock,
      durability: postgres.durability,
      eventStore: postgres.events,
      hashing: new NodeHashing(),
      hotTier,
      outbox: postgres.outbox,
      random: new SystemRandom(),
      tokenCodec: new HmacTokenCodec(config.tokenPepper),
      tokens: postgres.tokens,
      vaultConditions: postgres.vaultConditions(config.vaultId ?? config.vaultKind),
    },
    probes: [
      { name: 'database', check: () => postgres.database.check(), whenFailing: 'not-ready' },
      { name: 'hot-tier', check: () => hotTier.check(), whenFailing: 'not-ready' },
    ],
    close: () => postgres.close(),
  };
};
