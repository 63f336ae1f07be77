import { Fault } from '#domain/fault/fault.js';
import { freePort, isFree } from '#platform/free-port.js';
import { z } from 'zod';
import { readJson, writeJson, type DataDirectory } from './data-directory.js';

export const PREFERRED_PORT = 8417;

const KeptPorts = z.object({ gateway: z.int().optional(), database: z.int().optional() });
export type KeptPorts = z.infer<typeof KeptPorts>;

/** Ports of the last start: clones have the gateway's in their configuration, so it stays as long as it is free. */
export const readPorts = (data: DataDirectory): KeptPorts => {
  const parsed = KeptPorts.safeParse(readJson(data.file('ports.json')));
  return parsed.success ? parsed.data : {};
};

export const keepPorts = (data: DataDirectory, ports: KeptPorts): void => {
  writeJson(data.file('ports.json'), { ...readPorts(data), ...ports });
};

export interface PortChoice {
  readonly port: number;
  /** The port that was wanted and is taken by somebody else. */
  readonly taken: number | null;
}

/** A port that was asked for by number, or `stack.failed`; otherwise the kept one, the preferred one, or a free one. */
export const choosePort = async (host: string, asked: number | null, kept: number | undefined): Promise<PortChoice> => {
  if (asked !== null && asked !== 0) {
    if (await isFree(host, asked)) return { port: asked, taken: null };
    throw new Fault('stack.failed', { service: 'The gateway', reason: `port ${asked} is taken by another program` });
  }
  const wanted = asked === 0 ? 0 : (kept ?? PREFERRED_PORT);
  if (wanted !== 0 && (await isFree(host, wanted))) return { port: wanted, taken: null };
  return { port: await anyPort(host), taken: wanted === 0 ? null : wanted };
};

const anyPort = async (host: string): Promise<number> =>
  freePort(host).catch((cause: unknown) => {
    throw new Fault('stack.failed', { service: 'The gateway', reason: `it cannot listen on ${host}` }, { cause });
  });
