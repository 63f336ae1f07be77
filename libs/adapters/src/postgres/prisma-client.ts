import { PrismaPg } from '@prisma/adapter-pg';
import type { Database } from './database.js';
import { translate } from './failures.js';
import { PrismaClient } from './generated/client.js';

/** The typed client for ordinary reads, on the connections of the shared pool. */
export const prismaClient = (database: Database): PrismaClient => {
  const adapter = new PrismaPg(database.pool, { disposeExternalPool: false });
  return new PrismaClient({ adapter, log: [], errorFormat: 'minimal' });
};

interface PrismaFailure {
  readonly code?: string;
  readonly cause?: unknown;
  readonly meta?: {
    readonly driverAdapterError?: { readonly cause?: { readonly originalCode?: string; readonly kind?: string } };
  };
}

// P1xxx: cannot reach, cannot log in, timed out, closed. P2024: no connection free in time.
const OUTAGE = /^(?:P1\d{3}|P2024)$/;

/** Gives Prisma's failures the meaning that those of `pg` have. */
export const asked = async <T>(question: Promise<T>): Promise<T> => {
  try {
    return await question;
  } catch (error) {
    const { code, meta, cause } = error as PrismaFailure;
    const original = meta?.driverAdapterError?.cause?.originalCode;
    if (original !== undefined)
      throw translate(Object.assign(new Error(original, { cause: error }), { code: original }));
    if (code !== undefined && OUTAGE.test(code))
      throw translate(Object.assign(new Error(code, { cause: error }), { code: '08006' }));
    throw translate(cause === undefined ? error : cause);
  }
};
