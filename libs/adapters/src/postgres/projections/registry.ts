import { catalogue } from './catalogue.js';
import type { Projection } from './projection.js';
import { repositoryUsage } from './repository-usage.js';
import { tokens } from './tokens.js';
import { vaultStops } from './vault-stops.js';

/** Written in the transaction of the events: equal to the fold of the streams at every commit. */
export const INLINE: readonly Projection[] = [catalogue, tokens, vaultStops];

/** Follow behind, each at its own checkpoint. */
export const CHECKPOINTED: readonly Projection[] = [repositoryUsage];
