import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const ENVIRONMENT = 'Configuration is read from the environment in libs/platform/src/environment.ts only.';

export default defineConfig(
  globalIgnores([
    'dist/',
    '.runtime/',
    '.ballast/',
    'coverage/',
    'libs/adapters/src/postgres/generated/',
    'bench/.scratch/',
    'bench/.build/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        ...{ console: false, process: false, performance: false, fetch: false, Buffer: false, URL: false },
        ...{ AbortController: false, AbortSignal: false, setTimeout: false, clearTimeout: false, setImmediate: false },
        ...{ setInterval: false, clearInterval: false, structuredClone: false, require: false, module: 'writable' },
        ...{ TextEncoder: false, TextDecoder: false, ReadableStream: false, Response: false, Request: false },
        ...{ URLSearchParams: false, WebSocket: false, crypto: false, btoa: false, atob: false },
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An async port may have an implementation with nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.{ts,mjs}'],
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', 70],
      'max-params': ['error', 4],
      complexity: ['error', { max: 10, variant: 'modified' }],
    },
  },
  {
    files: ['apps/**', 'libs/**'],
    ignores: ['libs/platform/src/environment.ts'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: ENVIRONMENT }],
      'no-restricted-imports': [
        'error',
        { name: 'node:process', importNames: ['env'], message: ENVIRONMENT },
        { name: 'process', importNames: ['env'], message: ENVIRONMENT },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', 'libs/testing/**', 'test/**'],
    rules: {
      'max-lines-per-function': 'off', // a describe block is one
      // Jest's asymmetric matchers are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
