import type { Bytes } from '#application/ports/blob-store.js';
import { lent } from '#platform/give-back.js';
import type { Drive, NewFile } from '../drive.js';
import { driveService } from '../rpc/drive-service.js';
import type { CallContext, Service } from '../rpc/service.js';
import type { SdkConfig } from '../sdk/sdk-config.js';

/** What a process of the SDK is told once it is connected: nothing of it is in its arguments or its environment. */
export interface SdkStart extends Omit<SdkConfig, 'onTelemetry' | 'onDebugLine'> {
  /** Whether lines of the SDK's log are wanted. */
  readonly debug: boolean;
}

export interface SdkLife {
  readonly drive: () => Drive;
  readonly start: (config: SdkStart) => void;
  readonly stop: () => Promise<void>;
}

/** What a process of the SDK answers: the Drive, and what it takes to start it, to see that it lives and to end it. */
export const sdkService = ({ drive, start, stop }: SdkLife) =>
  ({
    ...driveService(drive),
    // The SDK has copied a piece before it asks for the next.
    upload: async ({ signal, source }: CallContext, file: NewFile) =>
      drive().upload(file, lent(source as Bytes), signal),
    start: async (_: CallContext, config: SdkStart) => start(config),
    ping: async () => undefined,
    stop: async () => stop(),
  }) satisfies Service;

export type SdkService = ReturnType<typeof sdkService>;
