import type { WatchTools } from './vault-watch.js';
import { startVaultWatch } from './vault-watch.js';

const tools = {} as WatchTools;

describe('the watch of the vault', () => {
  it('runs until it is ended, and is waited for', async () => {
    const said: string[] = [];
    const stop = startVaultWatch(
      () => ({
        run: async (signal) => {
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          said.push('let go');
        },
      }),
      tools,
    );
    await Promise.resolve();
    expect(said).toEqual([]);
    await stop();
    expect(said).toEqual(['let go']);
  });

  it('is none of a vault that tells nothing of itself', async () => {
    await expect(startVaultWatch(null, tools)()).resolves.toBeUndefined();
  });
});
