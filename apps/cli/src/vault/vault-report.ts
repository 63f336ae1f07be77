import type { AccountSpace } from '#application/ports/vault-account.js';
import type { StoredSession } from '#application/ports/vault-sessions.js';
import { isFault } from '#domain/fault/fault.js';
import { STOP_RULES, type Stop, type StopCause } from '#domain/vault/vault.js';
import { SDK_VERSION } from './sdk-version.js';
import type { Limiter, VaultWire } from './vault-wire.js';

export type SessionState =
  | { readonly state: 'none' | 'unreadable' }
  | {
      readonly state: 'open';
      readonly since: Date;
      readonly renewedAt: Date;
      readonly accessExpiresAt: string | null;
      /** False: a crash at a bad moment costs a login. */
      readonly hasParent: boolean;
    };

export interface ReportedStop extends Stop {
  readonly needsOperator: boolean;
  readonly todo: string;
}

/** What is known of the vault, without any secret. */
export interface VaultReport {
  readonly vault: string;
  readonly kind: 'proton-drive';
  readonly api: string;
  readonly session: SessionState;
  readonly stops: readonly ReportedStop[];
  /** Null where it was not asked for or not told. */
  readonly space: AccountSpace | null;
  readonly limiter: Limiter | null;
  readonly sdkVersion: string;
}

const REMEDIES = {
  session: 'Run `ballast vault login`.',
  'human-verification':
    'Run `ballast vault login`: sign in on the page that it shows and solve what Proton asks there.',
  'abuse-block':
    'Proton blocked this server. Wait at least 30 minutes, ask Proton’s support if it stays, then run `ballast vault resume --cause abuse-block`. Do not retry in a loop.',
  requirements: 'Upgrade Ballast, then run `ballast vault resume --cause requirements`.',
  quota: 'Make room in the Proton account or buy space; it goes on by itself within minutes.',
  outage: 'Nothing: it goes on by itself once Proton answers again.',
} as const satisfies Record<StopCause, string>;

const OTHER_ACCOUNT =
  'The session is of an account that does not hold the objects: run `ballast vault login` and sign in to the one that does.';

/** Asks Proton for the space, with one call, and only where nothing speaks against calling it. */
export const reportVault = async (vault: VaultWire): Promise<VaultReport> => {
  const { state } = await vault.history.load();
  const stops = [...state.values()].map((stop) => ({
    ...stop,
    needsOperator: STOP_RULES[stop.cause].needsOperator,
    todo: stop.detail === 'other-account' ? OTHER_ACCOUNT : REMEDIES[stop.cause],
  }));
  const session = await sessionState(vault);
  return {
    vault: vault.vaultId,
    kind: 'proton-drive',
    api: vault.api,
    session,
    stops,
    space: session.state === 'open' && !stops.some(({ needsOperator }) => needsOperator) ? await spaceOf(vault) : null,
    limiter: await vault.limiter(),
    sdkVersion: SDK_VERSION,
  };
};

/** One call, two where the tokens had to be renewed first. Faults: those of VaultAccount and of the keeper. */
export const checkSession = async (vault: VaultWire): Promise<AccountSpace> => {
  const session = await vault.keeper.session(null);
  try {
    return await vault.account.check(session);
  } catch (error) {
    if (!isFault(error, 'vault.session-refused') || error.facts['reason'] !== 'access-token') throw error;
    return vault.account.check(await vault.keeper.session(session.accessToken));
  }
};

export const sessionState = async ({ sessions }: Pick<VaultWire, 'sessions'>): Promise<SessionState> => {
  try {
    const child = await sessions.load('child');
    return child === null ? { state: 'none' } : openState(child, (await sessions.load('parent')) !== null);
  } catch (error) {
    if (isFault(error, 'vault.keys-unusable')) return { state: 'unreadable' };
    throw error;
  }
};

const openState = ({ session, createdAt, refreshedAt }: StoredSession, hasParent: boolean): SessionState => ({
  state: 'open',
  since: createdAt,
  renewedAt: refreshedAt,
  accessExpiresAt: session.accessExpiresAt,
  hasParent,
});

const spaceOf = async (vault: VaultWire): Promise<AccountSpace | null> => {
  try {
    return await checkSession(vault);
  } catch {
    return null; // the status is told all the same; `ballast vault verify` says what is wrong
  }
};
