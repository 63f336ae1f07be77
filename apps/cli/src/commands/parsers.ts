import { isFault } from '#domain/fault/fault.js';
import { parseOid, type Oid } from '#domain/oid.js';
import { parseRepositorySlug, type RepositoryPath } from '#domain/repository/repository.js';
import { isRepositoryPattern } from '#domain/token/token.js';
import { bytes, duration } from '#platform/settings.js';
import { InvalidArgumentError } from 'commander';

/** Turns a mistake in an argument into a sentence about it, exit code 2. */
const parsing =
  <T>(parse: (text: string) => T, expected: string) =>
  (text: string): T => {
    try {
      return parse(text);
    } catch (error) {
      if (isFault(error)) throw new InvalidArgumentError(expected);
      throw error;
    }
  };

export const oidArgument: (text: string) => Oid = parsing(
  (text) => parseOid(text.startsWith('sha256:') ? text.slice('sha256:'.length) : text),
  'An oid is 64 lower-case hex digits; `git lfs ls-files --long` shows them.',
);

export const repositoryArgument: (text: string) => RepositoryPath = parsing(
  parseRepositorySlug,
  'Write organization/name, such as acme/demo.',
);

export const bytesArgument = (text: string): number => {
  const parsed = bytes.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('Write a number of bytes, such as 512MiB or 2GiB.');
};

export const durationArgument = (text: string): number => {
  const parsed = duration.safeParse(text);
  if (parsed.success && parsed.data > 0) return parsed.data;
  throw new InvalidArgumentError('Write a length of time, such as 12h or 90d.');
};

export const portArgument = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 (any free one) to 65535.');
};

const NAME_MAX = 100;

export const nameArgument = (text: string): string => {
  if (text.trim() !== '' && text.length <= NAME_MAX) return text;
  throw new InvalidArgumentError(`A name has 1 to ${NAME_MAX} characters.`);
};

const COUNT_MAX = 10_000;

export const limitArgument = (text: string): number => {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= COUNT_MAX) return limit;
  throw new InvalidArgumentError(`Write a number from 1 to ${COUNT_MAX}.`);
};

/** An option that may be given several times. */
export const patternArgument = (text: string, before: readonly string[] | undefined): readonly string[] => {
  if (!isRepositoryPattern(text)) throw new InvalidArgumentError('Write acme/demo, acme/* or *.');
  return [...(before ?? []), text];
};

export const idArgument = (text: string, before: readonly string[] | undefined): readonly string[] => {
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('The id of a dead letter is a number.');
  return [...(before ?? []), text];
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const uuidArgument = (text: string): string => {
  if (UUID.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('The id of a token is a UUID; `ballast token list` shows it.');
};

export const urlArgument = (text: string): string => {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('Write a URL, such as https://lfs.example.org.');
};
