import { existsSync } from 'node:fs';
import { FilesystemVault } from '#adapters/filesystem-vault/filesystem-vault.js';
import { filesystemVaultSettings } from '#adapters/filesystem-vault/filesystem-vault-settings.js';
import { DiskHotTier } from '#adapters/staging/disk-hot-tier.js';
import { hotTierSettings } from '#adapters/staging/hot-tier-settings.js';
import type { BlobStore } from '#application/ports/blob-store.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import type { Inventory } from '#application/ports/inventory.js';
import { Fault } from '#domain/fault/fault.js';
import { readSettings } from '#platform/settings.js';
import type { Environment } from './stack/stack-settings.js';

const ABSENT = 'its directory is not there';

/** Opens the hot tier that services have laid out; to make one is not for a command that looks at it. */
export const openHotTier = async (environment: Environment, inventory: Inventory): Promise<HotTier> => {
  const settings = readSettings(hotTierSettings, environment);
  if (!existsSync(settings.hotTierDirectory)) throw new Fault('staging.unwritable', { reason: ABSENT });
  const pinnedBytes = async (): Promise<number> => {
    const totals = await inventory.objectTotals();
    return totals.reduce((sum, { state, bytes }) => (state === 'stored' ? sum : sum + bytes), 0);
  };
  return DiskHotTier.at(settings, { pinnedBytes });
};

/** Opens the vault that a worker has made. */
export const openVault = async (environment: Environment): Promise<BlobStore> => {
  const settings = readSettings(filesystemVaultSettings, environment);
  if (!existsSync(settings.vaultDirectory)) throw new Fault('vault.unavailable', { reason: ABSENT });
  return FilesystemVault.at(settings);
};
