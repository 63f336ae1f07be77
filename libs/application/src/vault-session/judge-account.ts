import type { AccountIdentity } from '#application/ports/bound-account.js';

/** `another-volume`: the account is the same, but its Drive has been set up anew and holds none of the objects. */
export type AccountVerdict = 'own' | 'another-account' | 'another-volume';

export interface KnownOfVault {
  readonly bound: AccountIdentity | null;
  /** An object is placed in another volume than that of the session. */
  readonly holdsElsewhere: boolean;
}

/**
 * Whether a session may work on the vault. In another account than that of the placements every object would seem to be gone,
 * and would be recorded as lost; what is bound wins over placements, since an operator may have left an account for good.
 */
export const judgeAccount = (session: AccountIdentity, { bound, holdsElsewhere }: KnownOfVault): AccountVerdict => {
  if (!holdsElsewhere) return 'own';
  if (session.volume !== null && session.volume === bound?.volume) return 'own';
  if (session.user === null || session.user !== bound?.user) return 'another-account';
  // When it was bound, the account had never used Drive.
  return bound.volume === null ? 'own' : 'another-volume';
};
