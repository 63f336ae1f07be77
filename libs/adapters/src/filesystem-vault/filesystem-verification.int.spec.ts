import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeVaultVerification } from '#testing/contracts/vault-verification.contract.js';
import { FilesystemVault } from './filesystem-vault.js';
import { FilesystemVerification } from './filesystem-verification.js';

describeVaultVerification('a directory', async () => {
  const vaultDirectory = await mkdtemp(join(tmpdir(), 'ballast-verification-'));
  const store = await FilesystemVault.at({ vaultDirectory, vaultId: 'filesystem' });
  const path = (oid: string): string => join(vaultDirectory, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);
  const change = async (oid: string, by: (bytes: Buffer) => Uint8Array): Promise<void> =>
    writeFile(path(oid), by(await readFile(path(oid))));
  return {
    store,
    verification: new FilesystemVerification(store),
    corrupt: (oid) => change(oid, (bytes) => bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte))),
    shorten: (oid) => change(oid, (bytes) => bytes.subarray(0, -1)),
    dispose: () => rm(vaultDirectory, { recursive: true, force: true }),
  };
});
