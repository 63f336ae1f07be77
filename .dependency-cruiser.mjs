// The imports point one way: domain <- contracts <- application <- adapters <- apps, with platform beside.
// Layers hold for specs too; what a spec may have in addition is npm, node: and libs/testing.

const SPEC = '\\.spec\\.ts$';
const BUILTIN = { dependencyTypes: ['core'] };
const NPM = { path: '(^|/)node_modules/' };

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** Of our own code, a library reaches the named libraries and itself (and its specs libs/testing). */
const layer = (name, ...below) =>
  forbid(
    `${name}-layer`,
    `libs/${name} reaches only ${[name, ...below].join(', ')}.`,
    { path: `^libs/${name}/` },
    { path: '^(apps|libs|test|bench|scripts)/', pathNot: `^libs/(${[name, ...below, 'testing'].join('|')})/` },
  );

const shipped = (path) => ({ path, pathNot: SPEC });

export default {
  forbidden: [
    layer('domain'),
    layer('contracts', 'domain'),
    layer('application', 'contracts', 'domain'),
    // Faults are everybody's vocabulary: settings and logs speak it too.
    layer('platform', 'domain/src/fault'),
    layer('adapters', 'application', 'contracts', 'domain', 'platform'),
    forbid(
      'testing-below-apps',
      'Contract suites and builders know no app.',
      { path: '^libs/testing/' },
      { path: '^(apps|bench|scripts)/' },
    ),

    forbid('domain-without-builtins', 'The domain is pure.', shipped('^libs/domain/'), BUILTIN),
    forbid('domain-without-npm', 'The domain is pure.', shipped('^libs/domain/'), NPM),
    forbid('contracts-without-builtins', 'Contracts are schemas.', shipped('^libs/contracts/'), BUILTIN),
    forbid('contracts-only-zod', 'Contracts are zod schemas.', shipped('^libs/contracts/'), {
      ...NPM,
      pathNot: '(^|/)node_modules/zod/',
    }),
    forbid('application-without-npm', 'Use cases know ports, not libraries.', shipped('^libs/application/'), NPM),
    forbid('application-without-io', 'Use cases reach the world through ports.', shipped('^libs/application/'), {
      ...BUILTIN,
      path: '^(node:)?(fs|net|https?|http2|tls|dgram|dns|child_process|cluster|worker_threads|process|os)(/|$)',
    }),
    forbid(
      'prisma-only-in-postgres',
      'What Prisma generates stays inside the adapter.',
      { path: '^(apps|libs)/', pathNot: '^libs/adapters/src/postgres/' },
      { path: '(^|/)node_modules/@?prisma/|^libs/adapters/src/postgres/generated/' },
    ),

    forbid(
      'adapters-apart',
      'An adapter never reaches a sibling.',
      { path: '^libs/adapters/src/([^/]+)/' },
      { path: '^libs/adapters/', pathNot: '^libs/adapters/src/$1/' },
    ),
    forbid(
      'apps-apart',
      'An app never reaches another app.',
      { path: '^apps/([^/]+)/' },
      { path: '^(apps|test|bench|scripts)/', pathNot: '^apps/$1/' },
    ),
    forbid(
      'testing-for-specs',
      'Only specs, libs/testing and test/ reach libs/testing.',
      { path: '^(apps|libs|bench)/', pathNot: `${SPEC}|^libs/testing/` },
      { path: '^libs/testing/' },
    ),
    forbid('specs-are-leaves', 'Nothing imports a spec.', {}, { path: SPEC }),
    forbid(
      'ships-without-dev-packages',
      'Code that ships uses packages that ship.',
      { path: '^(apps|libs)/', pathNot: `${SPEC}|^libs/testing/` },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),

    forbid('no-cycle', 'A cycle is a missing port or event.', {}, { circular: true }),
    forbid(
      'no-unresolvable',
      'An import that resolves to nothing hides from every rule.',
      {},
      { couldNotResolve: true },
    ),
  ],
  options: {
    exclude: { path: '^(dist|coverage|bench/\\.build|\\.runtime|\\.ballast)/' },
    doNotFollow: { path: ['(^|/)node_modules/', '^libs/adapters/src/postgres/generated/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['source', 'node', 'import', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
