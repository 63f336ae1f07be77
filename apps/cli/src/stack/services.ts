import { fileURLToPath } from 'node:url';
import type { SettingsShape } from '#platform/settings.js';

/** A program of the stack, as the command line starts it and asks for its settings: by file, since no app imports another. */
export interface ServiceProgram {
  readonly name: string;
  readonly main: string;
  /** The stop order: uploads end before the work they cause, and the database goes last. */
  readonly stopOrder: number;
}

const programOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const SERVICES: readonly ServiceProgram[] = [
  { name: 'gateway', main: programOf('../../../gateway/src/main.js'), stopOrder: 1 },
  { name: 'worker', main: programOf('../../../worker/src/main.js'), stopOrder: 2 },
  { name: 'reconciler', main: programOf('../../../reconciler/src/main.js'), stopOrder: 3 },
];

export const DATABASE: ServiceProgram = { name: 'database', main: programOf('./database-main.js'), stopOrder: 4 };

/** The settings that a service reads: `settings` or `<name>Settings` of its `config.js`. */
export const settingsOfService = async (name: string): Promise<SettingsShape> => {
  const file = new URL(`../../../${name}/src/config.js`, import.meta.url);
  const exported = (await import(file.href)) as Readonly<Record<string, SettingsShape | undefined>>;
  const settings = exported['settings'] ?? exported[`${name}Settings`];
  if (settings === undefined) throw new Error(`the ${name} exports no settings`);
  return settings;
};
