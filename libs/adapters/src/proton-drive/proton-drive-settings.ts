import { availableParallelism } from 'node:os';
import { count, duration, flag, setting, unless, type SettingsSource } from '#platform/settings.js';
import { z } from 'zod';
import { hostProblem } from './session/proton-host.js';

export const PROTON_URL = 'https://drive-api.proton.me';

const isDevelopment = (source: SettingsSource): boolean => source['BALLAST_PROTON_DEVELOPMENT'] === 'true';

/** Where the API is. Read by a gateway too, which sends nothing there: no part of a fleet starts with a host that is refused. */
export const protonHostSettings = {
  protonUrl: unless(
    setting(
      'BALLAST_PROTON_URL',
      'Where the API of Proton Drive is. Any host but Proton’s own is refused unless BALLAST_PROTON_DEVELOPMENT is true.',
      z.url({ protocol: /^https?$/ }).default(PROTON_URL),
    ),
    (source) =>
      hostProblem({ protonUrl: source['BALLAST_PROTON_URL'] || PROTON_URL, protonDevelopment: isDevelopment(source) }),
  ),
  protonDevelopment: unless(
    setting(
      'BALLAST_PROTON_DEVELOPMENT',
      'Allows another host than Proton’s, such as the emulator of the tests. Never for real data; refused where NODE_ENV is production.',
      flag.default(false),
    ),
    (source) =>
      isDevelopment(source) && source['NODE_ENV'] === 'production'
        ? 'BALLAST_PROTON_DEVELOPMENT is true, which NODE_ENV=production rules out: it is for tests alone.'
        : null,
  ),
};

export const protonDriveSettings = {
  ...protonHostSettings,
  protonChannel: setting(
    'BALLAST_PROTON_CHANNEL',
    'Release channel that Ballast names to Proton in its app version.',
    z.enum(['stable', 'beta', 'alpha']).default('beta'),
  ),
  protonProcesses: setting(
    'BALLAST_PROTON_PROCESSES',
    'Processes that one worker runs the Proton Drive SDK in; each keeps one core busy. `auto`: one a core, eight at most.',
    z.union([z.literal('auto').transform(() => Math.min(8, availableParallelism())), count(1, 64)]).prefault('auto'),
  ),
  protonTransfersMax: setting(
    'BALLAST_PROTON_TRANSFERS_MAX',
    'Transfers at once in each of these processes; a large one needs up to 90 MiB of memory.',
    count(1, 16).default(3),
  ),
  protonRequestsPerSecond: setting(
    'BALLAST_PROTON_REQUESTS_PER_SECOND',
    'Most requests per second that all workers together send to Proton; halved for a while whenever Proton asks for a pause.',
    count(1, 10_000).default(50),
  ),
  protonWatchPeriodMs: setting(
    'BALLAST_PROTON_WATCH_PERIOD',
    'Rest between two looks at what others did to the files of Ballast in Proton Drive; one worker of the fleet looks.',
    duration.pipe(z.number().min(1_000).max(3_600_000)).default(30_000),
  ),
};
