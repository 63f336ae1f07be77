import { ConfigurationError, readSettings } from '#platform/settings.js';
import { chosenVault, vaultSettings } from './vault-settings.js';

const chosen = (environment: Readonly<Record<string, string>>) => chosenVault(readSettings(vaultSettings, environment));

describe('the choice of the vault', () => {
  it('is a directory by itself, which has to be named', () => {
    expect(chosen({ BALLAST_VAULT_DIR: '/srv/vault' })).toEqual({
      kind: 'filesystem',
      vaultId: 'filesystem',
      vaultDirectory: '/srv/vault',
    });
    expect(() => chosen({})).toThrow(ConfigurationError);
    expect(() => chosen({})).toThrow('BALLAST_VAULT_DIR');
  });

  it('is Proton Drive where that is said, and needs no directory', () => {
    expect(chosen({ BALLAST_VAULT: 'proton-drive' })).toEqual({ kind: 'proton-drive', vaultId: 'proton-drive' });
  });

  it('has the id that is given', () => {
    expect(chosen({ BALLAST_VAULT: 'proton-drive', BALLAST_VAULT_ID: 'second' })).toMatchObject({ vaultId: 'second' });
    expect(() => chosen({ BALLAST_VAULT: 'proton-drive', BALLAST_VAULT_ID: 'No Id' })).toThrow('BALLAST_VAULT_ID');
  });

  it('is refused when there is no such vault', () => {
    expect(() => chosen({ BALLAST_VAULT: 'cloud' })).toThrow('BALLAST_VAULT');
  });
});
