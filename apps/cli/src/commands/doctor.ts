import { queueSettings } from '#adapters/bullmq/queue-settings.js';
import { hotTierSettings } from '#adapters/staging/hot-tier-settings.js';
import { readSettings } from '#platform/settings.js';
import type { Command } from 'commander';
import { checkClock, checkDatabase, checkMigrations } from '../doctor/database-checks.js';
import { examine, fail, ok, type Check, type Finding } from '../doctor/finding.js';
import { checkDataDirectory, checkDisk, checkGitLfs, checkRuntime } from '../doctor/machine-checks.js';
import { checkRedis } from '../doctor/redis-checks.js';
import { allSettings, configurationProblems } from '../stack/configuration.js';
import { DataDirectory } from '../stack/data-directory.js';
import type { Environment } from '../stack/stack-settings.js';
import { stackEnvironment } from '../stack/target.js';
import { plural } from '../terminal/format.js';
import { paint } from '../terminal/style.js';
import { table } from '../terminal/table.js';
import { examples, handles, type Shell } from './command.js';

export const addDoctor = (program: Command, shell: Shell): void => {
  program
    .command('doctor')
    .summary('check the surroundings')
    .description(
      'Checks what Ballast stands on: configuration, permissions, disk space and speed, database settings, migrations, clocks, queue. ' +
        'Every line says what to do. Exit code 1 when something fails.',
    )
    .addHelpText('after', examples(['ballast doctor', 'after an installation, before a call for help']))
    .action(
      handles(shell, async ({ globals }) => {
        const environment = stackEnvironment(globals.dataDir, shell.world.environment);
        const data = new DataDirectory(globals.dataDir);
        const findings = [
          ...(await examine({
            runtime: checkRuntime,
            'data directory': checkDataDirectory(data),
            'git-lfs': checkGitLfs,
          })),
          ...(await examine({
            configuration: checkConfiguration(environment),
            ...diskChecks(environment),
            ...queueCheck(environment),
          })),
          ...(await databaseFindings(shell, globals.dataDir)),
        ];
        const failed = findings.some(({ state }) => state === 'fail');
        return { data: { findings }, text: render(findings, shell.world.terminal.colour), exitCode: failed ? 1 : 0 };
      }),
    );
};

const checkConfiguration =
  (environment: Environment): Check =>
  async () => {
    const problems = configurationProblems(await allSettings(), environment);
    if (problems.length === 0) return [ok('configuration', 'all settings are valid')];
    return problems.map((problem) => fail('configuration', problem, 'see `ballast config`'));
  };

const diskChecks = (environment: Environment): Record<string, Check> => {
  const hotTier = environment['BALLAST_HOT_TIER_DIR'];
  const vault = environment['BALLAST_VAULT_DIR'];
  const check = (name: string, directory: string): Check => {
    return async () => checkDisk(name, directory, readSettings(hotTierSettings, environment).hotTierFreeFloorBytes)();
  };
  return {
    ...(hotTier ? { 'hot tier': check('hot tier', hotTier) } : {}),
    ...(vault ? { vault: check('vault', vault) } : {}),
  };
};

const queueCheck = (environment: Environment): Record<string, Check> => ({
  queue: async () => {
    const { redisUrl } = readSettings(queueSettings, environment);
    return redisUrl === undefined ? [ok('queue', 'in the database')] : checkRedis(redisUrl)();
  },
});

const databaseFindings = async ({ world }: Shell, dataDir: string): Promise<readonly Finding[]> => {
  try {
    const wire = await world.connect(dataDir);
    try {
      return await examine({
        database: checkDatabase(wire),
        migrations: checkMigrations(wire),
        clock: checkClock(wire),
      });
    } finally {
      await wire.close();
    }
  } catch {
    return [fail('database', `nothing runs on ${dataDir}`, 'start it with `npm start`, or set BALLAST_DATABASE_URL')];
  }
};

const TINTS = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

const render = (findings: readonly Finding[], colour: boolean): string => {
  const tint = paint(colour);
  const rows = findings.flatMap(({ name, state, detail, todo }) => [
    [tint(TINTS[state], state), name, detail],
    ...(todo === undefined ? [] : [['', '', tint('dim', `-> ${todo}`)]]),
  ]);
  const failed = findings.filter(({ state }) => state === 'fail').length;
  const warned = findings.filter(({ state }) => state === 'warn').length;
  const verdict =
    failed + warned === 0 ? 'All is well.' : `${plural(failed, 'failure')}, ${plural(warned, 'warning')}.`;
  return `${table(['', '', ''], rows)}\n\n${verdict}`;
};
