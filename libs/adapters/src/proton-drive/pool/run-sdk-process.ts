import { Fault } from '#domain/fault/fault.js';
import type { Drive } from '../drive.js';
import type { DriveHost } from '../drive-host.js';
import { RemoteHost, type HostService } from '../rpc/host-service.js';
import { Peer } from '../rpc/peer.js';
import { parentChannel } from '../rpc/socket-channel.js';
import type { SdkConfig } from '../sdk/sdk-config.js';
import { sdkService, type SdkStart } from './sdk-service.js';

/** Of a process whose worker is gone, nobody hears the answer. */
const WORKER_GONE = (): Error => new Fault('service.draining');
const STOP_MS = 1_000;

type CreateDrive = (config: SdkConfig, host: DriveHost) => Drive & { close(): Promise<void> };

/**
 * The life of a process of the SDK: connected, it waits to be told its configuration, and it ends with its worker, however
 * that ended: at once, since its uploads have lost their source and the worker's successor begins them anew.
 */
export const runSdkProcess = (create: CreateDrive): void => {
  let drive: ReturnType<CreateDrive> | null = null;
  const current = (): Drive => {
    if (drive === null) throw new Fault('service.draining');
    return drive;
  };
  const start = (config: SdkStart): void => {
    drive ??= create(configOf(config, peer), new RemoteHost(peer));
  };
  const stop = async (): Promise<void> => {
    await drive?.close();
  };
  // A terminal sends these to the whole group; when to end is the worker's to say, which drains first.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  const service = sdkService({ drive: current, start, stop });
  const peer = new Peer<HostService>(parentChannel(), service, { stopMs: STOP_MS, lost: WORKER_GONE });
  void peer.closed.then(() => process.exit(0));
};

const configOf = ({ debug, ...config }: SdkStart, peer: Peer<HostService>): SdkConfig => {
  const tell = (method: 'telemetry' | 'debugLine', what: never): void => {
    peer.call(method, [what], { signal: new AbortController().signal }).catch(() => undefined);
  };
  return {
    ...config,
    onTelemetry: (event) => tell('telemetry', event as never),
    ...(debug ? { onDebugLine: (line: string) => tell('debugLine', line as never) } : {}),
  };
};
