// A worker with one process of the SDK, to be killed: says the id of that process.
import { DriveHost, type SessionTokens } from '#adapters/proton-drive/drive-host.js';
import { SdkProcess } from '#adapters/proton-drive/pool/sdk-process.js';
import { createLogger } from '#platform/logger.js';
import { memoryDriveProgram } from './sdk-program.js';

class NoHost extends DriveHost {
  override async permit(): Promise<void> {
    await Promise.resolve();
  }

  override async observed(): Promise<void> {
    await Promise.resolve();
  }

  override tokens(): Promise<SessionTokens> {
    return Promise.resolve({ uid: '', accessToken: '' });
  }

  override keyPassword(): Promise<string> {
    return Promise.resolve('');
  }
}

const sdk = await SdkProcess.start(
  {
    ...{ baseUrl: 'https://drive.test', development: false, appVersion: 'external-drive-ballast@0.0.0-alpha' },
    ...{ clientUidPrefix: 'spec', transfersMax: 1, debug: false },
  },
  {
    program: memoryDriveProgram,
    host: new NoHost(),
    listeners: { telemetry: () => undefined, debugLine: () => undefined },
    logger: createLogger('worker', { logLevel: 'silent' }),
  },
);
process.send?.({ pid: sdk.pid });
