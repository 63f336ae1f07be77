import type { Event, StreamName } from '../event/event.js';
import { Fault } from '../fault/fault.js';

/** A UUID: a repository can be renamed, its id stays. */
export type RepositoryId = string;

/**
 * When a push may be told success. `stored`: a vault holds the object (the contract). `staged`: the hot tier's disk holds
 * it, which a lost disk before the store would break; explicit, per repository, counted apart in the metrics.
 */
export type AckMode = 'stored' | 'staged';

/** `{organization}/{repository}` as it stands in the URL, without `.git`. */
export interface RepositoryPath {
  readonly organization: string;
  readonly name: string;
}

export type RepositoryCreated = Event<
  'RepositoryCreated',
  {
    repositoryId: RepositoryId;
    organization: string;
    name: string;
    ackMode: AckMode;
    maxObjectBytes: number | null;
    at: string;
  }
>;
export type AckModeSet = Event<'AckModeSet', { repositoryId: RepositoryId; ackMode: AckMode; at: string }>;

export type RepositoryEvent = RepositoryCreated | AckModeSet;

const SLUG = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?$/;

export const repositoryStream = (id: RepositoryId): StreamName => `repository-${id}`;

/** One spelling a repository, whatever the case typed in a remote URL: two names may not differ by case alone. */
export const pathKey = ({ organization, name }: RepositoryPath): string => `${organization}/${name}`.toLowerCase();

/**
 * Reads organisation and repository from URL segments; a `.git` suffix is dropped. Letters, digits, `.`, `_`, `-`; begins
 * with a letter or digit, at most 100 characters: no traversal, NUL or Unicode can pass. Else `repository.malformed`.
 */
export const parseRepositoryPath = (organization: string, repository: string): RepositoryPath => {
  const name = repository.endsWith('.git') ? repository.slice(0, -'.git'.length) : repository;
  if (!SLUG.test(organization) || !SLUG.test(name) || name.includes('..') || organization.includes('..')) {
    throw new Fault('repository.malformed');
  }
  return { organization, name };
};

/** Reads `organization/repository`, as typed on a command line. */
export const parseRepositorySlug = (slug: string): RepositoryPath => {
  const [organization, name, ...rest] = slug.split('/');
  if (organization === undefined || name === undefined || rest.length > 0) throw new Fault('repository.malformed');
  return parseRepositoryPath(organization, name);
};
