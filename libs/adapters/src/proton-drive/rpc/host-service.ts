import { DriveHost, type Observation, type SessionTokens } from '../drive-host.js';
import type { SdkTelemetry } from '../sdk/sdk-config.js';
import type { Peer } from './peer.js';
import type { CallContext, Service } from './service.js';

export interface SdkListeners {
  readonly telemetry: (event: SdkTelemetry) => void;
  readonly debugLine: (line: string) => void;
}

/** What the worker answers to a process of the SDK. */
export const hostService = (host: DriveHost, { telemetry, debugLine }: SdkListeners) =>
  ({
    permit: async ({ signal }: CallContext) => host.permit(signal),
    observed: async (_: CallContext, observation: Observation) => host.observed(observation),
    tokens: async (_: CallContext, refused: string | null) => host.tokens(refused),
    keyPassword: async () => host.keyPassword(),
    telemetry: async (_: CallContext, event: SdkTelemetry) => telemetry(event),
    debugLine: async (_: CallContext, line: string) => debugLine(line),
  }) satisfies Service;

export type HostService = ReturnType<typeof hostService>;

/** The worker as its processes of the SDK see it. */
export class RemoteHost extends DriveHost {
  constructor(private readonly peer: Peer<HostService>) {
    super();
  }

  override permit(signal: AbortSignal): Promise<void> {
    return this.peer.call('permit', [], { signal });
  }

  override observed(observation: Observation): Promise<void> {
    return this.peer.call('observed', [observation], { signal: UNTIL_ANSWERED });
  }

  override tokens(refused: string | null): Promise<SessionTokens> {
    return this.peer.call('tokens', [refused], { signal: UNTIL_ANSWERED });
  }

  override keyPassword(): Promise<string> {
    return this.peer.call('keyPassword', [], { signal: UNTIL_ANSWERED });
  }
}

/** The worker answers, or the channel ends with it. */
const UNTIL_ANSWERED = new AbortController().signal;
