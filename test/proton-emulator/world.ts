import type { Account } from './account/account.js';
import type { EmulatorClock } from './clock.js';
import type { Knobs } from './contract.js';
import type { Faults } from './faults.js';
import type { Recorder } from './recorder.js';
import type { Sessions } from './auth/sessions.js';
import type { Store } from './store.js';

/** What the routes share. */
export interface World {
  readonly clock: EmulatorClock;
  /** Replaced as a whole when it changes: read it at each call. */
  knobs: Knobs;
  readonly store: Store;
  readonly faults: Faults;
  readonly recorder: Recorder;
  /** The one account there is: its address and key ids, its public keys. */
  readonly account: Account;
  readonly sessions: Sessions;
  /** `http://127.0.0.1:<port>` of block storage; known before the first call. */
  storageUrl: string;
}
