import { rmSync } from 'node:fs';
import { Fault } from '#domain/fault/fault.js';
import { z } from 'zod';
import { readJson, writeJson, type DataDirectory } from './data-directory.js';
import { isRunning } from './process-identity.js';
import { readHolder } from './stack-lock.js';

const ServiceEntry = z.object({
  name: z.string(),
  pid: z.int().nullable(),
  state: z.enum(['starting', 'ready', 'restarting', 'stopping', 'stopped']),
  ports: z.record(z.string(), z.int()),
  restarts: z.int(),
});
export type ServiceEntry = z.infer<typeof ServiceEntry>;

const StackFile = z.object({
  version: z.literal(1),
  pid: z.int(),
  startedAt: z.iso.datetime(),
  url: z.string(),
  /** `external` when BALLAST_DATABASE_URL was given: it is not written down here. */
  database: z.enum(['embedded', 'external']),
  /** Environment of the services without its secrets. */
  settings: z.record(z.string(), z.string()),
  services: z.array(ServiceEntry),
});
export type StackFile = z.infer<typeof StackFile>;

export const writeStack = (data: DataDirectory, stack: StackFile): void => writeJson(data.file('stack.json'), stack);

export const removeStack = (data: DataDirectory): void => rmSync(data.file('stack.json'), { force: true });

/** The stack that runs on a data directory now; `stack.absent` when none does. */
export const runningStack = (data: DataDirectory): StackFile => {
  const stack = findStack(data);
  if (stack) return stack;
  throw new Fault('stack.absent', { dataDir: data.root });
};

/** The stack that runs on a data directory now, null when none does. */
export const findStack = (data: DataDirectory): StackFile | null => {
  const holder = readHolder(data.lock);
  if (!holder || !isRunning(holder)) return null;
  const parsed = StackFile.safeParse(readJson(data.file('stack.json')));
  return parsed.success && parsed.data.pid === holder.pid ? parsed.data : null;
};
