import { Fault } from '#domain/fault/fault.js';

/** Where requests may go. */
export interface Destinations {
  /** Host of the API as the SDK is told it: without a scheme. */
  readonly apiHost: string;
  /** The address to call for an URL that the SDK has made for its API; `vault.structure` for any other. */
  api(url: string): URL;
  /** The same for the addresses of blocks, which the API's answers name. */
  storage(url: string): URL;
}

/**
 * Only Proton's own hosts over TLS are called, unless it is said that this is development: the SDK's answers must not lead
 * anywhere else, and the emulator on loopback needs plain HTTP, which the SDK cannot be told (it writes `https://` always).
 * Faults: `configuration.invalid`.
 */
export const destinations = (baseUrl: string, development: boolean): Destinations => {
  const base = new URL(baseUrl);
  if (!development && !isProtons(base)) throw new Fault('configuration.invalid', { setting: 'protonUrl' });
  const prefix = `https://${base.host}/`;
  return {
    apiHost: base.host,
    api: (url) => {
      if (!url.startsWith(prefix)) throw new Fault('vault.structure', { reason: 'foreign-host' });
      return new URL(url.slice(prefix.length - 1).replace(/^\/+/, '/'), base.origin);
    },
    storage: (url) => {
      const target = URL.canParse(url) ? new URL(url) : null;
      if (target === null || !(isProtons(target) || (development && isWeb(target)))) {
        throw new Fault('vault.structure', { reason: 'foreign-host' });
      }
      return target;
    },
  };
};

const isProtons = ({ protocol, hostname, username, password }: URL): boolean =>
  protocol === 'https:' && /^([a-z0-9-]+\.)*proton\.me$/.test(hostname) && username === '' && password === '';

const isWeb = ({ protocol }: URL): boolean => protocol === 'https:' || protocol === 'http:';
