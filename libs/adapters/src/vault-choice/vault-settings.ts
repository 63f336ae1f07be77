import { ConfigurationError, setting, type SettingsOf } from '#platform/settings.js';
import { z } from 'zod';

/** Which vault holds the objects; all services and the command line read the same. */
export const vaultSettings = {
  vaultKind: setting(
    'BALLAST_VAULT',
    'What the vault is: a directory, or Proton Drive.',
    z.enum(['filesystem', 'proton-drive']).default('filesystem'),
  ),
  vaultId: setting(
    'BALLAST_VAULT_ID',
    'Id of the vault in the placements of its objects; it never changes. Without it the kind of the vault.',
    z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens')
      .optional(),
  ),
  vaultDirectory: setting(
    'BALLAST_VAULT_DIR',
    'Directory of the filesystem vault, on a disk other than that of the hot tier where there is one. Required for that vault.',
    z.string().min(1).optional(),
  ),
};

export type VaultChoice =
  | { readonly kind: 'filesystem'; readonly vaultId: string; readonly vaultDirectory: string }
  | { readonly kind: 'proton-drive'; readonly vaultId: string };

/** The vault that settings name. Throws ConfigurationError when they do not say all that it needs. */
export const chosenVault = (settings: SettingsOf<typeof vaultSettings>): VaultChoice => {
  const { vaultKind: kind, vaultDirectory } = settings;
  const vaultId = settings.vaultId ?? kind;
  if (kind === 'proton-drive') return { kind, vaultId };
  if (vaultDirectory === undefined)
    throw new ConfigurationError([
      'BALLAST_VAULT_DIR is required and not set: the vault is a directory, unless BALLAST_VAULT is proton-drive.',
    ]);
  return { kind, vaultId, vaultDirectory };
};
