import { bytes, duration, type Setting, type SettingsShape } from '#platform/settings.js';
import type { z } from 'zod';
import { formatBytes } from '../terminal/format.js';
import { table } from '../terminal/table.js';

export interface SettingEntry {
  readonly name: string;
  readonly help: string;
  readonly default: string | null;
  readonly required: boolean;
  readonly secret: boolean;
  readonly usedBy: readonly string[];
}

/** Every setting of every service, once each, in the order of their names. */
export const describeSettings = (services: Readonly<Record<string, SettingsShape>>): readonly SettingEntry[] => {
  const entries = new Map<string, SettingEntry>();
  for (const [service, shape] of Object.entries(services)) {
    for (const setting of Object.values(shape)) {
      const known = entries.get(setting.env);
      entries.set(setting.env, { ...describe(setting), usedBy: [...(known?.usedBy ?? []), service] });
    }
  }
  return [...entries.values()].sort((a, b) => a.name.localeCompare(b.name));
};

const describe = ({ env, help, schema, secret }: Setting<unknown>): Omit<SettingEntry, 'usedBy'> => ({
  name: env,
  help,
  secret,
  required: !schema.safeParse(undefined).success,
  default: defaultOf(schema),
});

interface Definition {
  readonly type: string;
  readonly defaultValue?: unknown;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
}

const definition = (schema: z.ZodType): Definition => schema.def;

const defaultOf = (schema: z.ZodType): string | null => {
  const { defaultValue, innerType, in: input } = definition(schema);
  if (defaultValue === undefined) {
    const inner = innerType ?? input;
    return inner ? defaultOf(inner) : null;
  }
  return typeof defaultValue === 'number' ? withUnit(defaultValue, innerType) : asTyped(defaultValue);
};

const asTyped = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A default that was written as a number is shown with the unit that a person would type. */
const withUnit = (value: number, schema: z.ZodType | undefined): string => {
  if (isMadeFrom(schema, bytes)) return formatBytes(value).replace(' ', '');
  return isMadeFrom(schema, duration) ? durationText(value) : String(value);
};

const isMadeFrom = (schema: z.ZodType | undefined, base: z.ZodType): boolean => {
  if (schema === undefined) return false;
  if (schema === base) return true;
  const { innerType, in: input } = definition(schema);
  return isMadeFrom(innerType ?? input, base);
};

const durationText = (ms: number): string => {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const;
  const fitting = units.find(([, length]) => ms >= length && ms % length === 0);
  return fitting ? `${ms / fitting[1]}${fitting[0]}` : `${ms}ms`;
};

const valueOf = ({ required, default: value }: SettingEntry): string => (required ? 'required' : (value ?? 'none'));

/** The table that the README embeds. */
export const settingsMarkdown = (entries: readonly SettingEntry[]): string => {
  const rows = entries.map((entry) => {
    const value = entry.required ? '*required*' : entry.default === null ? '' : `\`${entry.default}\``;
    const secret = entry.secret ? ` Secret: may be given as \`${entry.name}_FILE\`.` : '';
    const help = `${entry.help}${secret}`.replaceAll('|', '\\|');
    return `| \`${entry.name}\` | ${value} | ${entry.usedBy.join(', ')} | ${help} |`;
  });
  return ['| Setting | Default | Used by | Meaning |', '|---|---|---|---|', ...rows].join('\n');
};

export const settingsText = (entries: readonly SettingEntry[]): string =>
  entries
    .map((entry) => {
      const secret = entry.secret ? `\n  secret: ${entry.name}_FILE may name a file that holds it` : '';
      return `${table(['', ''], [[entry.name, valueOf(entry)]])}\n  ${entry.help}${secret}\n  used by ${entry.usedBy.join(', ')}`;
    })
    .join('\n\n');
