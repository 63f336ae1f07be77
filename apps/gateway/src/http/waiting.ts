import type { FastifyRequest } from 'fastify';
import type { Draining } from './draining.js';

export interface WaitLimits {
  readonly waitMs: number;
  readonly waitHttp2Ms: number;
}

/** How long a request may wait for durability, and what ends the wait early. */
export class Waiting {
  constructor(
    private readonly limits: WaitLimits,
    private readonly draining: Draining,
  ) {}

  /** A batch is asked again by every client, so it never waits longer than any connection bears. */
  get batchMs(): number {
    return this.limits.waitMs;
  }

  /** Clients give up on a silent connection after 30 s; HTTP/2 is kept alive by our PINGs (docs/git-lfs.md#silence). */
  verifyMs({ raw }: FastifyRequest): number {
    return raw.httpVersionMajor === 2 ? this.limits.waitHttp2Ms : this.limits.waitMs;
  }

  /** Ends with the client, and when the gateway stops: the client is told to ask again, and reaches another one. */
  signal({ scope }: FastifyRequest): AbortSignal {
    return AbortSignal.any([scope.signal, this.draining.signal]);
  }
}
