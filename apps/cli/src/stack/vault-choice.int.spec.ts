import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '#platform/settings.js';
import { DataDirectory } from './data-directory.js';
import { keepSecrets } from './secrets.js';
import { isDevelopment, keepVault, readVault, settingsOfVault } from './vault-choice.js';

describe('where an embedded stack keeps its objects', () => {
  let data: DataDirectory;
  beforeEach(() => {
    data = new DataDirectory(mkdtempSync(join(tmpdir(), 'vault-choice-')));
  });
  afterEach(() => rmSync(data.root, { recursive: true, force: true }));

  const keep = (vault: 'filesystem' | 'proton' | null, protonUrl: string | null = null) =>
    keepVault(data, { vault, protonUrl });

  it('is a directory until something else is asked for, and then stays that', () => {
    expect(keep(null)).toEqual({ kind: 'filesystem', protonUrl: null });
    expect(keep('proton', 'http://127.0.0.1:9090')).toEqual({ kind: 'proton', protonUrl: 'http://127.0.0.1:9090' });
    expect(keep(null)).toEqual({ kind: 'proton', protonUrl: 'http://127.0.0.1:9090' });
    expect(readVault(data).kind).toBe('proton');
    expect(keep('proton')).toEqual({ kind: 'proton', protonUrl: null });
    expect(keep('filesystem').kind).toBe('filesystem');
  });

  it('is Proton itself, which needs no development flag', () => {
    expect(settingsOfVault(keep('proton'))).toEqual({ BALLAST_VAULT: 'proton-drive' });
  });

  it('may be something on this machine that only behaves like Proton, under the development flag', () => {
    for (const url of ['http://127.0.0.1:1', 'http://localhost:2', 'http://[::1]:3']) {
      const vault = keep(null, url);
      expect(isDevelopment(vault)).toBe(true);
      expect(settingsOfVault(vault)).toEqual({
        BALLAST_VAULT: 'proton-drive',
        BALLAST_PROTON_URL: url,
        BALLAST_PROTON_DEVELOPMENT: 'true',
      });
    }
  });

  it.each([
    'https://proton.example.org',
    'http://drive-api.proton.me',
    'http://10.0.0.1:9090',
    'http://127.0.0.1.nip.io',
  ])('is never %s', (url) => {
    expect(() => keep('proton', url)).toThrow(ConfigurationError);
    expect(readVault(data).kind).toBe('filesystem');
  });

  it('has a key of its own for the session, which stays', () => {
    const { vaultKeys } = keepSecrets(data);
    expect(vaultKeys).toMatch(/^[0-9a-f]{8}:[A-Za-z0-9+/]{43}=$/);
    expect(keepSecrets(data).vaultKeys).toBe(vaultKeys);
  });
});
