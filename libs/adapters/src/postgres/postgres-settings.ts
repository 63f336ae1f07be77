import { count, duration, secretSetting, setting } from '#platform/settings.js';
import { z } from 'zod';

const databaseUrl = z
  .string()
  .refine(
    (url) => URL.canParse(url) && /^postgres(?:ql)?:$/.test(new URL(url).protocol),
    'expected postgresql://user:password@host:port/database',
  );

export const postgresSettings = {
  databaseUrl: secretSetting(
    'BALLAST_DATABASE_URL',
    'The PostgreSQL database: postgresql://user:password@host:port/database.',
    databaseUrl,
  ),
  databasePoolMax: setting(
    'BALLAST_DATABASE_POOL_MAX',
    'Most connections that one process holds to PostgreSQL.',
    count(2, 200).default(10),
  ),
  databaseWaitMs: setting(
    'BALLAST_DATABASE_WAIT',
    'Longest wait for a connection before a request is told that the database is unavailable.',
    duration.default(5_000),
  ),
};
