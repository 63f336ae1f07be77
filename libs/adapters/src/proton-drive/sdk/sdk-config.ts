/** What the process of an SDK is started with; all but the listeners can be sent over a channel. */
export interface SdkConfig {
  /** Of the API, with its scheme and without a path. Any host but Proton's is refused unless `development`. */
  readonly baseUrl: string;
  readonly development: boolean;
  /** `external-drive-ballast@<version>-<channel>`, sent with every request as `x-pm-appversion`. */
  readonly appVersion: string;
  /** Stable for the installation and unlike that of any other process: `-<slot>` is appended for each transfer slot. */
  readonly clientUidPrefix: string;
  /** Transfers at once; each has an SDK client of its own. */
  readonly transfersMax: number;
  readonly onTelemetry?: (event: SdkTelemetry) => void;
  /** Lines of the SDK's log with URLs and uids left out; only asked for when the level is debug. */
  readonly onDebugLine?: (line: string) => void;
}

/** Measurements of the SDK in closed terms: no URL, no uid, no text of a server. */
export type SdkTelemetry =
  | { readonly event: 'apiRetrySucceeded'; readonly failedAttempts: number }
  | { readonly event: 'upload' | 'download'; readonly bytes: number; readonly error: string | null }
  | { readonly event: 'decryptionError' | 'verificationError'; readonly field: string }
  | { readonly event: 'blockVerificationError'; readonly retryHelped: boolean }
  | { readonly event: 'requestsThrottled' | 'transfersPaused' | 'debounceLongWait' }
  /** A rejection that nobody awaits, born in the SDK: swallowed and counted. */
  | { readonly event: 'strayRejection' }
  /** A slot's client was thrown away because it may hold a place in its queues for good. */
  | { readonly event: 'slotReplaced' };
