import { ConfigurationError } from '#platform/settings.js';
import { z } from 'zod';
import { readJson, writeJson, type DataDirectory } from './data-directory.js';

const KeptVault = z.object({ kind: z.enum(['filesystem', 'proton']), protonUrl: z.string().nullable() });
export type KeptVault = z.infer<typeof KeptVault>;

const AT_FIRST: KeptVault = { kind: 'filesystem', protonUrl: null };
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** The vault of the last start: objects are in it, so it stays until another one is asked for. */
export const readVault = (data: DataDirectory): KeptVault => {
  const parsed = KeptVault.safeParse(readJson(data.file('vault.json')));
  return parsed.success ? parsed.data : AT_FIRST;
};

/** Keeps what was asked for. Throws ConfigurationError for a host that is neither Proton's nor of this machine. */
export const keepVault = (
  data: DataDirectory,
  asked: { readonly vault: KeptVault['kind'] | null; readonly protonUrl: string | null },
): KeptVault => {
  const before = readVault(data);
  const kind = asked.vault ?? (asked.protonUrl === null ? before.kind : 'proton');
  // Asked for without a URL it is Proton itself, whatever was tried before.
  const protonUrl = asked.protonUrl ?? (asked.vault === null ? before.protonUrl : null);
  if (protonUrl !== null && !isProton(protonUrl) && !isLoopback(protonUrl)) {
    throw new ConfigurationError([
      '--proton-url names neither Proton nor this machine: a session must reach nobody else.',
    ]);
  }
  const vault = { kind, protonUrl };
  if (kind !== before.kind || protonUrl !== before.protonUrl) writeJson(data.file('vault.json'), vault);
  return vault;
};

/** True when a stack talks to something that only behaves like Proton. */
export const isDevelopment = ({ kind, protonUrl }: KeptVault): boolean =>
  kind === 'proton' && protonUrl !== null && !isProton(protonUrl);

export const settingsOfVault = (vault: KeptVault): Record<string, string> => ({
  BALLAST_VAULT: vault.kind === 'proton' ? 'proton-drive' : 'filesystem',
  ...(vault.kind === 'proton' && vault.protonUrl !== null ? { BALLAST_PROTON_URL: vault.protonUrl } : {}),
  ...(isDevelopment(vault) ? { BALLAST_PROTON_DEVELOPMENT: 'true' } : {}),
});

const isProton = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && (hostname === 'proton.me' || hostname.endsWith('.proton.me'));
};

const isLoopback = (url: string): boolean => LOOPBACK.has(new URL(url).hostname);
