/** The session as the SDK's process needs it for its requests. */
export interface SessionTokens {
  readonly uid: string;
  readonly accessToken: string;
}

/** One answer (or none) of Proton's API, in closed terms: no URL, no text of the server. */
export interface Observation {
  /** Method and path with ids left out: `POST drive/blocks`; `storage` for block transfers. */
  readonly op: string;
  /** 0 when there was no answer. */
  readonly status: number;
  /** `Code` of the body where it is JSON. */
  readonly code: number | null;
  readonly retryAfterMs: number | null;
  /** True when the body carries `Details.HumanVerificationToken`. */
  readonly humanVerification: boolean;
  /** Of a required SDK or app version: `x-pm-drive-requirements` and its like were there. */
  readonly requirements: boolean;
  /** `error.name` of a request without an answer. */
  readonly errorName: string | null;
  readonly durationMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/**
 * What the process of an SDK asks of the worker that started it: the worker knows the fleet, the SDK only its own calls.
 */
export abstract class DriveHost {
  /** Before each request: waits for the budget and for the end of a pause; rejects with the fault of a stop. */
  abstract permit(signal: AbortSignal): Promise<void>;
  /** After each answer that is no success, and each that is. Resolves once what follows from it is in force for the fleet. */
  abstract observed(observation: Observation): Promise<void>;
  /** The tokens to use; given the one that was refused (401), others than that: renewed once for the whole fleet. */
  abstract tokens(refused: string | null): Promise<SessionTokens>;
  /** Asked once at start: what unlocks the account's keys. */
  abstract keyPassword(): Promise<string>;
}
