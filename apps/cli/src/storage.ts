import { existsSync } from 'node:fs';
import { FilesystemVault } from '#adapters/filesystem-vault/filesystem-vault.js';
import { DiskHotTier } from '#adapters/staging/disk-hot-tier.js';
import { hotTierSettings } from '#adapters/staging/hot-tier-settings.js';
import type { BlobStore } from '#application/ports/blob-store.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import type { Inventory } from '#application/ports/inventory.js';
import { Fault } from '#domain/fault/fault.js';
import { faultOfStop, gravest } from '#domain/vault/vault.js';
import { chosenVault, vaultSettings } from '#adapters/vault-choice/vault-settings.js';
import { readSettings } from '#platform/settings.js';
import type { Environment } from './stack/stack-settings.js';
import { checkSession } from './vault/vault-report.js';
import type { VaultWire } from './vault/vault-wire.js';

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

/** The vault as far as a status needs it: the one that a worker has made, or whether the session at the provider works. */
export const openVault = async (
  environment: Environment,
  wire: VaultWire | null,
): Promise<Pick<BlobStore, 'check' | 'vault'>> => {
  if (wire !== null) return { vault: wire.vaultId, check: () => checkProvider(wire) };
  const choice = chosenVault(readSettings(vaultSettings, environment));
  if (choice.kind !== 'filesystem') throw new Fault('vault.unavailable', { reason: ABSENT });
  if (!existsSync(choice.vaultDirectory)) throw new Fault('vault.unavailable', { reason: ABSENT });
  return FilesystemVault.at(choice);
};

const checkProvider = async (wire: VaultWire): Promise<void> => {
  const { state } = await wire.history.load();
  const stop = gravest([...state.values()]);
  if (stop !== null) throw faultOfStop(stop);
  await checkSession(wire);
};
