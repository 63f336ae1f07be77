import type { Stop } from '#domain/vault/vault.js';

/** What stops the configured vault now, as the whole fleet knows it. */
export abstract class VaultConditions {
  /** At most a second old; never rejects for want of news: it then tells what it last knew. */
  abstract stops(): Promise<readonly Stop[]>;
}
