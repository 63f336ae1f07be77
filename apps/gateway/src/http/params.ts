import type { FastifyRequest } from 'fastify';
import { Fault } from '#domain/fault/fault.js';
import { parseOid, type Oid } from '#domain/oid.js';
import { parseRepositoryPath, type RepositoryPath } from '#domain/repository/repository.js';

export const ACTION_HEADER = 'X-LFS-Action';

interface Params {
  readonly organization?: string;
  readonly repository?: string;
  readonly oid?: string;
}

const paramsOf = (request: FastifyRequest): Params => request.params as Params;

/** `repository.malformed` for anything that could not be a repository, before anything is looked up. */
export const pathOf = (request: FastifyRequest): RepositoryPath => {
  const { organization = '', repository = '' } = paramsOf(request);
  return parseRepositoryPath(organization, repository);
};

export const oidOf = (request: FastifyRequest): Oid => {
  const { oid } = paramsOf(request);
  // `objects/batch` is a resource of its own, and answers POST only.
  if (oid === 'batch') throw new Fault('route.method-absent');
  return parseOid(oid);
};

/** The signed action, from its header only: in a URL it would end up in logs. */
export const actionOf = ({ headers }: FastifyRequest): string | undefined => {
  const value = headers[ACTION_HEADER.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
};
