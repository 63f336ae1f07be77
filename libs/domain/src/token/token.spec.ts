import fc from 'fast-check';
import { covers, isRepositoryPattern } from './token.js';

const demo = { organization: 'acme', name: 'demo' };

describe('what a token opens', () => {
  it.each([
    ['*', true],
    ['acme/*', true],
    ['ACME/*', true],
    ['acme/demo', true],
    ['Acme/Demo', true],
    ['acme/other', false],
    ['other/*', false],
    ['other/demo', false],
    ['acm/*', false],
    ['acme/dem', false],
    ['acme/demo2', false],
    ['*/demo', false],
    ['acme', false],
    ['', false],
  ])('is acme/demo for the pattern %j: %s', (pattern, opens) => {
    expect(covers([pattern], demo)).toBe(opens);
  });

  it('is nothing without a pattern', () => {
    expect(covers([], demo)).toBe(false);
  });

  it('is what any one of its patterns opens', () => {
    expect(covers(['other/*', 'acme/demo'], demo)).toBe(true);
  });

  it('never reaches another organisation through a name', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(part, part, part, (organization, name, other) => {
        fc.pre(organization !== other);
        expect(covers([`${organization}/*`, `${organization}/${name}`], { organization: other, name })).toBe(false);
      }),
    );
  });
});

describe('a repository pattern', () => {
  it.each(['*', 'acme/*', 'acme/demo', 'a.b_c-d/e'])('may be %j', (pattern) =>
    expect(isRepositoryPattern(pattern)).toBe(true),
  );

  it.each(['', '**', '*/*', '*/demo', 'acme', 'acme/', '/demo', 'acme/de*', 'acme/demo/x', 'a b/c', 'acme/demo\n'])(
    'may not be %j',
    (pattern) => expect(isRepositoryPattern(pattern)).toBe(false),
  );
});
