import { readFileSync } from 'node:fs';
import { Fault } from '#domain/fault/fault.js';
import { z } from 'zod';
import { environment } from './environment.js';

export type SettingsSource = Readonly<Record<string, string | undefined>>;

/** One environment variable: its name, what it means and what it may hold. Kept beside the adapter or app that uses it. */
export interface Setting<T> {
  readonly env: string;
  readonly help: string;
  readonly schema: z.ZodType<T>;
  /** Never shown; can be given as `<ENV>_FILE`, the path of a file that holds it. */
  readonly secret: boolean;
  /** What is wrong with it in view of other variables, or null; asked once it is valid by itself. */
  readonly conflict?: (source: SettingsSource) => string | null;
}

export type SettingsShape = Readonly<Record<string, Setting<unknown>>>;
export type SettingsOf<Shape extends SettingsShape> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Setting<infer T> ? T : never;
};

export const setting = <T>(env: string, help: string, schema: z.ZodType<T>): Setting<T> => ({
  env,
  help,
  schema,
  secret: false,
});

export const secretSetting = <T>(env: string, help: string, schema: z.ZodType<T>): Setting<T> => ({
  ...setting(env, help, schema),
  secret: true,
});

/** A setting that other variables can rule out. */
export const unless = <T>(item: Setting<T>, conflict: NonNullable<Setting<T>['conflict']>): Setting<T> => ({
  ...item,
  conflict,
});

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const quantity = (pattern: RegExp, example: string) =>
  z.string().transform((text, context) => {
    const match = pattern.exec(text.trim());
    if (match) return Math.round(Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1));
    context.addIssue({ code: 'custom', message: `expected something like ${example}` });
    return z.NEVER;
  });

/** A number of bytes: `1048576`, `512MiB`, `1.5GiB`. */
export const bytes = quantity(/^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)?$/, '512MiB');
/** Milliseconds: `250ms`, `25s`, `15m`, `6h`, `7d`; a bare number is milliseconds. */
export const duration = quantity(/^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/, '25s');
export const port = z.coerce.number().int().min(0).max(65535);
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
export const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** Every problem of a configuration at once; values are never shown, since any of them may be a secret. */
export class ConfigurationError extends Fault {
  constructor(readonly problems: readonly string[]) {
    super('configuration.invalid', { problems: problems.length });
    this.message = `The configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
  }
}

/** Reads and freezes settings. An empty variable counts as absent. Throws ConfigurationError with all problems. */
export const readSettings = <Shape extends SettingsShape>(
  shape: Shape,
  source: SettingsSource = environment,
): SettingsOf<Shape> => {
  const problems: string[] = [];
  const values = Object.entries(shape).map(([name, item]) => {
    try {
      const parsed = item.schema.safeParse(raw(item, source));
      if (parsed.success) {
        const conflict = item.conflict?.(source) ?? null;
        if (conflict !== null) problems.push(conflict);
        return [name, parsed.data];
      }
      const missing = raw(item, source) === undefined;
      const why = missing ? 'is required and not set' : parsed.error.issues.map(({ message }) => message).join('; ');
      problems.push(`${item.env} ${missing ? why : `is not valid: ${why} (value not shown)`}. ${item.help}`);
    } catch (error) {
      problems.push(`${item.env}_FILE cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
    }
    return [name, undefined];
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze(Object.fromEntries(values)) as SettingsOf<Shape>;
};

const raw = (item: Setting<unknown>, source: SettingsSource): string | undefined => {
  const direct = source[item.env];
  if (direct !== undefined && direct !== '') return direct;
  const file = item.secret ? source[`${item.env}_FILE`] : undefined;
  return file === undefined || file === '' ? undefined : readFileSync(file, 'utf8').trim();
};
