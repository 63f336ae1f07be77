/** How a test (or a curious person) steers the emulator: over HTTP below `/_emulator/`, or in its own process. */

export interface EmulatorOptions {
  /** 0 takes a free one. Block storage listens on a port of its own. */
  readonly port?: number;
  /** Where everything is kept; memory without it. */
  readonly directory?: string;
  readonly account?: Partial<EmulatorAccount>;
  readonly knobs?: Partial<Knobs>;
}

export interface EmulatorAccount {
  readonly username: string;
  readonly password: string;
  /** Given: the account has two-password mode. */
  readonly mailboxPassword: string | null;
  /** Given (base32): the account has TOTP. */
  readonly totpSecret: string | null;
}

export const DEFAULT_ACCOUNT: EmulatorAccount = {
  username: 'ballast@proton.test',
  password: 'correct horse battery staple',
  mailboxPassword: null,
  totpSecret: null,
};

/** Everything that can be changed while it runs (`PATCH /_emulator/knobs`). */
export interface Knobs {
  /** Added to every API and storage call. */
  readonly latencyMs: number;
  /** Per connection, both directions; 0: no limit. */
  readonly bytesPerSecond: number;
  readonly accessTokenSeconds: number;
  readonly blockTokenSeconds: number;
  readonly quotaBytes: number;
  readonly fileBytesMax: number;
  readonly childrenMax: number;
  readonly depthMax: number;
  readonly pageSize: number;
  /** Per session; null: no limit. Answers 429 with Retry-After beyond it. */
  readonly rateLimit: {
    readonly requestsPerSecond: number;
    readonly burst: number;
    readonly retryAfterSeconds: number;
  } | null;
  /** App versions of other names than these prefixes are refused (5003); missing ones always (5001). */
  readonly appVersionPrefixes: readonly string[];
  /** Sent with every answer when set, as Proton announces that a newer client is needed. */
  readonly requirementsHeader: string | null;
  /** Logins and data calls answer 9001 until it is solved over the control API. */
  readonly humanVerification: 'off' | 'login' | 'everything';
  /** After so many wrong passwords logins are refused for an hour (2028); null: never. */
  readonly loginAttemptsMax: number | null;
  /** Trashing many answers 1002 and is done later. */
  readonly asyncTrash: boolean;
}

/** A fault: what happens to the next `times` calls of a route after `after` calls of it have gone through. */
export interface FaultPlan {
  /**
   * `<METHOD> <template>` as the recorder writes it: `POST /drive/v2/volumes/:v/files`, `PUT
   * /drive/v2/volumes/:v/files/:l/revisions/:r`, `POST /storage/blocks/:b`, or `*` for every call, `* /drive` for a prefix.
   */
  readonly route: string;
  readonly times?: number;
  readonly after?: number;
  readonly does:
    | {
        readonly kind: 'answer';
        readonly status: number;
        readonly body?: unknown;
        readonly headers?: Readonly<Record<string, string>>;
      }
    /** The socket is cut: before anything is done, or after it is done, so that only the answer is lost. */
    | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
    /** Never answers. */
    | { readonly kind: 'hang' }
    | { readonly kind: 'delay'; readonly ms: number }
    /** Of a block that is downloaded: a bit flipped, the end missing, or the bytes of another block. */
    | { readonly kind: 'corrupt'; readonly how: 'flip' | 'truncate' | 'swap' }
    /** Of a revision that is read: the manifest's signature is another one; blocks in another order; the last one missing. */
    | { readonly kind: 'manifest'; readonly how: 'signature' | 'reorder' | 'drop-last' };
}

export interface RecordedCall {
  readonly number: number;
  readonly at: string;
  readonly method: string;
  /** With ids left out, as faults name it. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
  /** `Code` of the answer. */
  readonly code: number | null;
  readonly session: string | null;
  readonly appVersion: string | null;
  readonly requestBytes: number;
}

/** What lies on the "server", as its operator could see it: nothing is decrypted. */
export interface EmulatorNode {
  readonly linkId: string;
  readonly volumeId: string;
  readonly parentLinkId: string | null;
  readonly type: 'folder' | 'file';
  readonly state: 'draft' | 'active' | 'trashed';
  readonly nameHash: string | null;
  readonly clientUid: string | null;
  readonly revisionId: string | null;
  readonly storedBytes: number;
  readonly blocks: number;
}

/** Something that must be found nowhere but here: the account's passwords, and every token that was ever issued. */
export interface EmulatorSecret {
  readonly what: string;
  readonly value: string;
}

/**
 * | request | does |
 * |---|---|
 * | `GET /_emulator/calls?since=<number>` | `{ calls: RecordedCall[] }` |
 * | `DELETE /_emulator/calls` | forgets them |
 * | `POST /_emulator/faults` (FaultPlan) | adds one; `GET` lists what is left, `DELETE` removes all |
 * | `PATCH /_emulator/knobs` (Partial<Knobs>) | changes them; `GET` |
 * | `POST /_emulator/clock` `{ "advanceSeconds": n }` | moves the emulator's clock |
 * | `GET /_emulator/nodes` | `{ nodes: EmulatorNode[] }` |
 * | `POST /_emulator/nodes/<linkId>/trash`, `/restore`, `/delete`, `/move` `{ parentLinkId }` | as somebody in the web app; makes events |
 * | `GET /_emulator/blocks` | `{ blocks: [{ id, linkId, index, bytes }] }`; `GET /_emulator/blocks/<id>` the ciphertext |
 * | `GET /_emulator/sessions` | `{ sessions: [{ uid, kind, parentUid, revoked }] }` |
 * | `GET /_emulator/secrets` | `{ secrets: EmulatorSecret[] }`: for a search of logs and dumps |
 * | `POST /_emulator/sessions/<uid>/revoke` | its tokens are refused from now on (401, refresh 10013) |
 * | `POST /_emulator/sessions/<uid>/expire` | its access token has expired (401, refresh works) |
 * | `POST /_emulator/forks/approve` `{ "url": "https://account…#payload=…" }` | as if the account's owner had opened that URL and agreed |
 * | `POST /_emulator/human-verification/solve` | the challenge is solved |
 * | `POST /_emulator/reset` | an empty account, no faults, knobs as at the start |
 */
export const CONTROL_PREFIX = '/_emulator';
