import { existsSync } from 'node:fs';

import './scripts/source-hooks.mjs';

const root = import.meta.dirname;

const common = {
  rootDir: root,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  resolver: `${root}/scripts/jest-resolver.cjs`,
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.runtime/', '<rootDir>/.ballast/'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, verbatimModuleSyntax: true },
        },
      },
    ],
  },
};

const ifWritten = (option, file) => (existsSync(`${root}/${file}`) ? { [option]: `<rootDir>/${file}` } : {});

const patience = (milliseconds) => ({
  globals: { TEST_TIMEOUT_MS: milliseconds },
  setupFilesAfterEnv: ['<rootDir>/scripts/jest-patience.mjs'],
});

export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'],
      testPathIgnorePatterns: ['\\.int\\.spec\\.ts$', '/node_modules/'],
    },
    {
      ...common,
      displayName: 'integration',
      ...patience(30_000),
      testMatch: [
        '<rootDir>/{apps,libs}/**/*.int.spec.ts',
        '<rootDir>/test/proton-{emulator,sessions,vault}/**/*.int.spec.ts',
      ],
      ...ifWritten('globalSetup', 'libs/testing/src/postgres/global-setup.ts'),
      ...ifWritten('globalTeardown', 'libs/testing/src/postgres/global-teardown.ts'),
    },
    {
      ...common,
      displayName: 'system',
      ...patience(120_000),
      testMatch: ['<rootDir>/test/**/*.e2e.spec.ts'],
    },
  ],
};
