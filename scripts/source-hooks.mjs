// Jest loads globalSetup and globalTeardown with Node's own resolution: teach it that our './x.js' is './x.ts'
// and that our aliases mean the sources.
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const sourceOf = (specifier, parent) => {
  if (!/^\.{1,2}\/.*\.js$/.test(specifier) || !parent?.endsWith('.ts')) return specifier;
  const source = new URL(specifier.replace(/\.js$/, '.ts'), parent);
  return existsSync(source) ? fileURLToPath(source) : specifier;
};

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('#')
      ? next(specifier, { ...context, conditions: ['source', ...context.conditions] })
      : next(sourceOf(specifier, context.parentURL), context),
});
