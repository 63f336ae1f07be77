import fc from 'fast-check';
import { isFault } from '../fault/fault.js';
import { parseRepositoryPath, parseRepositorySlug, pathKey } from './repository.js';

const slug = fc
  .stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,40}[A-Za-z0-9_-])?$/)
  .filter((text) => !text.includes('..') && !text.endsWith('.git'));
const isMalformed = (work: () => unknown): boolean => {
  try {
    work();
    return false;
  } catch (error) {
    return isFault(error, 'repository.malformed');
  }
};

describe('the path of a repository', () => {
  it('is read with and without .git', () => {
    fc.assert(
      fc.property(slug, slug, (organization, name) => {
        expect(parseRepositoryPath(organization, name)).toEqual({ organization, name });
        expect(parseRepositoryPath(organization, `${name}.git`)).toEqual({ organization, name });
        expect(parseRepositorySlug(`${organization}/${name}.git`)).toEqual({ organization, name });
      }),
    );
  });

  it.each([
    '',
    '.',
    '..',
    '.git',
    'a..b',
    '-a',
    '_a',
    'a.',
    'a/b',
    'a\\b',
    'a\0',
    'a\n',
    'a b',
    'ä',
    'a%2f',
    '~',
    'a'.repeat(101),
  ])('is not %j, on either side', (wrong) => {
    expect(isMalformed(() => parseRepositoryPath(wrong, 'demo'))).toBe(true);
    expect(isMalformed(() => parseRepositoryPath('acme', wrong))).toBe(true);
  });

  it('never lets anything pass that could leave a directory, end a string or need quoting', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => {
        if (isMalformed(() => parseRepositoryPath(text, text))) return;
        expect(text).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
        expect(text).not.toContain('..');
      }),
    );
  });

  it.each(['', 'acme', 'acme/', '/demo', 'acme/demo/', 'acme/demo/more', 'acme//demo'])(
    'is not the slug %j',
    (text) => {
      expect(isMalformed(() => parseRepositorySlug(text))).toBe(true);
    },
  );

  it('has one key whatever the case', () => {
    fc.assert(
      fc.property(slug, slug, (organization, name) => {
        const key = pathKey({ organization, name });
        expect(pathKey({ organization: organization.toUpperCase(), name: name.toLowerCase() })).toBe(key);
        expect(key.split('/')).toHaveLength(2);
      }),
    );
  });
});
