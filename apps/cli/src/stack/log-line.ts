import { formatTime } from '../terminal/format.js';
import { paint, printable, type Tint } from '../terminal/style.js';

const TINTS: readonly Tint[] = ['cyan', 'magenta', 'blue', 'green', 'yellow'];
const LEVELS: Readonly<Record<string, Tint>> = {
  trace: 'dim',
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
};
/** Told by the prefix and the line's own columns already. */
const SHOWN_ELSEWHERE = new Set(['level', 'time', 'service', 'pid', 'hostname', 'msg', 'err', 'error', 'v']);
const VALUE_MAX = 200;

/** Renders the JSON lines of services for people: `gateway    | 08:30:12.412 INFO  ready gateway=8417`. */
export class LogRenderer {
  private readonly tint;

  constructor(
    private readonly services: readonly string[],
    private readonly colour: boolean,
  ) {
    this.tint = paint(colour);
  }

  render(service: string, line: string): string {
    const entry = parse(line);
    const prefix = this.prefix(service);
    if (!entry) return `${prefix}${printable(line)}`;
    const level = typeof entry['level'] === 'string' ? entry['level'] : 'info';
    const time = typeof entry['time'] === 'string' ? formatTime(new Date(entry['time'])).slice(11) : '';
    const label = this.tint(LEVELS[level] ?? 'dim', level.toUpperCase().padEnd(5));
    const message = printable(text(entry['msg']));
    const facts = Object.entries(entry).filter(([name]) => !SHOWN_ELSEWHERE.has(name));
    const shown = [...flatten(facts), ...errorFacts(entry['err'] ?? entry['error'])];
    const tail = shown.map(([name, value]) => ` ${this.tint('dim', `${name}=`)}${value}`).join('');
    const stack = level === 'fatal' || level === 'error' ? stackOf(entry['err'] ?? entry['error']) : [];
    const first = `${prefix}${this.tint('dim', time)} ${label} ${message}${tail}`;
    return [first, ...stack.map((frame) => `${prefix}  ${this.tint('dim', printable(frame))}`)].join('\n');
  }

  /** A line of the supervisor's own about a service. */
  note(service: string, message: string): string {
    return `${this.prefix(service)}${this.tint('yellow', message)}`;
  }

  private prefix(service: string): string {
    const width = Math.max(...this.services.map((name) => name.length));
    const index = Math.max(0, this.services.indexOf(service));
    return this.tint(TINTS[index % TINTS.length] ?? 'cyan', `${service.padEnd(width)} | `);
  }
}

type Entry = Readonly<Record<string, unknown>>;

const parse = (line: string): Entry | null => {
  if (!line.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Entry) : null;
  } catch {
    return null;
  }
};

const flatten = (facts: readonly (readonly [string, unknown])[]): [string, string][] =>
  facts.flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    if (typeof value !== 'object' || Array.isArray(value)) return [[name, shorten(text(value))]];
    return flatten(Object.entries(value).map(([inner, item]) => [`${name}.${inner}`, item] as const));
  });

const errorFacts = (error: unknown): [string, string][] => {
  if (typeof error !== 'object' || error === null) return [];
  const { code, type, message } = error as Entry;
  return [['error', shorten(text(message ?? code ?? type))]];
};

const STACK_LINES = 8;

/** The frames of an error that is a defect; a Fault explains itself by its code. */
const stackOf = (error: unknown): string[] => {
  if (typeof error !== 'object' || error === null) return [];
  const { stack, type } = error as Entry;
  if (typeof stack !== 'string' || type === 'Fault') return [];
  return stack.split('\n').slice(1, 1 + STACK_LINES);
};

const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

// An oid is told by its beginning; `--json-logs` has the whole.
const OID = /([0-9a-f]{12})[0-9a-f]{52}/g;

const shorten = (value: string): string => {
  const safe = printable(value.replaceAll('\n', ' ').replace(OID, '$1…'));
  const cut = safe.length > VALUE_MAX ? `${safe.slice(0, VALUE_MAX)}…` : safe;
  return /[\s"]/.test(cut) ? JSON.stringify(cut) : cut;
};
