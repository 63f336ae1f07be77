import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.js';

/**
 * Makes a filesystem vault refuse writes while `work` runs: by permission, or for root (whom permissions do not stop) by the
 * immutable flag of the directory.
 */
export const withRefusingVault = async (vault: string, work: () => Promise<void>): Promise<void> => {
  const incoming = join(vault, 'incoming');
  const set = async (refusing: boolean): Promise<void> => {
    if (process.getuid?.() !== 0) return chmodSync(incoming, refusing ? 0o500 : 0o700);
    const { code, stderr } = await run('chattr', [refusing ? '+i' : '-i', incoming]);
    if (code !== 0) throw new Error(`chattr: ${stderr}`);
  };
  await set(true);
  try {
    await work();
  } finally {
    await set(false);
  }
};
