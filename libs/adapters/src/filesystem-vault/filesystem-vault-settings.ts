import { z } from 'zod';
import { setting } from '#platform/settings.js';

export const filesystemVaultSettings = {
  vaultDirectory: setting(
    'BALLAST_VAULT_DIR',
    'Directory of the filesystem vault, on a disk other than that of the hot tier where there is one.',
    z.string().min(1),
  ),
  vaultId: setting(
    'BALLAST_VAULT_ID',
    'Id of the vault in the placements of its objects; it never changes.',
    z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens')
      .default('filesystem'),
  ),
};
