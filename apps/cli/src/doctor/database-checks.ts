import { formatDuration } from '../terminal/format.js';
import type { Wire } from '../world.js';
import { fail, ok, warn, type Check, type Finding } from './finding.js';

const VERSION_LEAST = 140_000;

/** Settings that a promise of durability rests on. */
const SAFE: Readonly<Record<string, { readonly good: readonly string[]; readonly risk: string }>> = {
  fsync: { good: ['on'], risk: 'a power cut can destroy the database' },
  full_page_writes: { good: ['on'], risk: 'a power cut can destroy the database' },
  synchronous_commit: {
    good: ['on', 'local', 'remote_write', 'remote_apply'],
    risk: 'a crash can lose what was acknowledged',
  },
};

export const checkDatabase =
  (wire: Wire): Check =>
  async () => {
    const startedAt = performance.now();
    await wire.database.check();
    const answered = ok('database', `answers in ${formatDuration(performance.now() - startedAt)}`);
    const rows = await wire.database.query<{ name: string; setting: string }>({
      text: 'select name, setting from pg_settings where name = any($1::text[])',
      values: [['server_version', 'server_version_num', ...Object.keys(SAFE)]],
    });
    const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
    return [
      answered,
      version(settings),
      ...Object.keys(SAFE).map((name) => safety(name, settings.get(name) ?? 'unknown')),
    ];
  };

const version = (settings: ReadonlyMap<string, string>): Finding => {
  const text = `PostgreSQL ${settings.get('server_version') ?? 'unknown'}`;
  const good = Number(settings.get('server_version_num')) >= VERSION_LEAST;
  return good ? ok('database', text) : fail('database', `${text} is too old`, 'use PostgreSQL 14 or newer');
};

const safety = (name: string, setting: string): Finding => {
  const rule = SAFE[name];
  if (!rule || rule.good.includes(setting)) return ok('database', `${name} = ${setting}`);
  return fail(
    'database',
    `${name} = ${setting}: ${rule.risk}`,
    `alter system set ${name} = on; select pg_reload_conf()`,
  );
};

export const checkMigrations =
  (wire: Wire): Check =>
  async () => {
    const pending = await wire.migrator.pending();
    if (pending.length === 0) return [ok('migrations', 'none missing')];
    return [fail('migrations', `missing: ${pending.join(', ')}`, 'run `ballast migrate`')];
  };

const SKEW_WARN_MS = 1_000;
const SKEW_FAIL_MS = 30_000;

/** Signed actions are judged by the gateway's clock, leases by the database's. */
export const checkClock =
  (wire: Wire): Check =>
  async () => {
    const before = Date.now();
    const [row] = await wire.database.query<{ now: Date }>({ text: 'select clock_timestamp() as now' });
    const middle = (before + Date.now()) / 2;
    const skew = Math.abs((row?.now.getTime() ?? middle) - middle);
    const text = `${formatDuration(skew)} apart from the database`;
    const todo = 'synchronize the clocks (NTP)';
    if (skew > SKEW_FAIL_MS) return [fail('clock', text, todo)];
    return [skew > SKEW_WARN_MS ? warn('clock', text, todo) : ok('clock', text)];
  };
