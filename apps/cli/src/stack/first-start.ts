import { parseRepositoryPath } from '#domain/repository/repository.js';
import type { Wire } from '../world.js';

export const FIRST_REPOSITORY = parseRepositoryPath('acme', 'demo');

/**
 * Makes the first repository and the first token where there are none. Returns the token's value when it was made just now:
 * it can be told this once. A start that was cut short is completed by the next one.
 */
export const prepareFirstUse = async (wire: Wire): Promise<string | null> => {
  const [repositories, tokens] = await Promise.all([wire.inventory.repositories(1), wire.tokens.count()]);
  if (repositories.length === 0) {
    const demo = { path: FIRST_REPOSITORY, ackMode: 'stored', maxObjectBytes: null } as const;
    await wire.createRepository.execute(demo, wire.context());
  }
  if (tokens > 0) return null;
  const admin = { name: 'admin', repositories: ['*'], access: 'write', lifetimeMs: null } as const;
  const { value } = await wire.issueToken.execute(admin, wire.context());
  return value;
};
