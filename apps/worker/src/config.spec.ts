import { ConfigurationError } from '#platform/settings.js';
import { readWorkerSettings } from './config.js';

const base = { BALLAST_DATABASE_URL: 'postgresql://localhost/ballast', BALLAST_HOT_TIER_DIR: '/srv/hot' };
const proton = { ...base, BALLAST_VAULT: 'proton-drive' };

describe('the settings of the worker', () => {
  it('need a directory for a vault that is one, and none for Proton Drive', () => {
    expect(() => readWorkerSettings(base)).toThrow('BALLAST_VAULT_DIR is required');
    expect(readWorkerSettings({ ...base, BALLAST_VAULT_DIR: '/srv/vault' }).vaultKind).toBe('filesystem');
    expect(readWorkerSettings(proton).vaultKind).toBe('proton-drive');
  });

  it.each(['https://example.org', 'http://drive-api.proton.me', 'https://proton.me.example.org', 'http://127.0.0.1:1'])(
    'refuse %s as Proton, unless it is for development',
    (url) => {
      const environment = { ...proton, BALLAST_PROTON_URL: url };
      expect(() => readWorkerSettings(environment)).toThrow(ConfigurationError);
      expect(() => readWorkerSettings(environment)).toThrow('BALLAST_PROTON_DEVELOPMENT');
      expect(readWorkerSettings({ ...environment, BALLAST_PROTON_DEVELOPMENT: 'true' }).protonUrl).toBe(url);
    },
  );

  it('refuse the flag for development in production', () => {
    const environment = { ...proton, BALLAST_PROTON_DEVELOPMENT: 'true', NODE_ENV: 'production' };
    expect(() => readWorkerSettings(environment)).toThrow('NODE_ENV=production rules out');
    expect(readWorkerSettings({ ...environment, BALLAST_PROTON_DEVELOPMENT: 'false' }).protonDevelopment).toBe(false);
  });

  it('take a number of processes of the SDK, or count the cores', () => {
    expect(readWorkerSettings(proton).protonProcesses).toBeGreaterThanOrEqual(1);
    expect(readWorkerSettings({ ...proton, BALLAST_PROTON_PROCESSES: 'auto' }).protonProcesses).toBeLessThanOrEqual(8);
    expect(readWorkerSettings({ ...proton, BALLAST_PROTON_PROCESSES: '12' }).protonProcesses).toBe(12);
    expect(() => readWorkerSettings({ ...proton, BALLAST_PROTON_PROCESSES: '0' })).toThrow('BALLAST_PROTON_PROCESSES');
  });
});
