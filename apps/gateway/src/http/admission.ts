import type { FastifyRequest } from 'fastify';
import type { Authenticate } from '#application/authorize/authenticate.js';
import type { Access, RepositoryAccess } from '#application/authorize/repository-access.js';
import type { Repository } from '#application/ports/catalogue.js';
import type { IssuedToken } from '#application/ports/tokens.js';
import { isFault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';
import { readCredentials } from './credentials.js';
import { pathOf } from './params.js';

/** Lets callers with a token in; those with a signed action go through RedeemAction. */
export class Admission {
  constructor(
    private readonly authenticate: Authenticate,
    private readonly access: RepositoryAccess,
  ) {}

  async token(request: FastifyRequest): Promise<IssuedToken> {
    let method = 'none';
    try {
      const credentials = readCredentials(request.headers.authorization);
      method = credentials.method;
      const token = await this.authenticate.byValue(credentials.values);
      metrics.authAttempts.inc({ method, result: 'accepted' });
      return token;
    } catch (error) {
      if (isFault(error, 'credentials.missing')) metrics.authAttempts.inc({ method, result: 'missing' });
      if (isFault(error, 'credentials.rejected')) metrics.authAttempts.inc({ method, result: 'rejected' });
      throw error;
    }
  }

  async repository(request: FastifyRequest, token: IssuedToken, needed: Access): Promise<Repository> {
    return this.access.require(token, await this.access.find(pathOf(request)), needed);
  }
}
