import type { AccountIdentity } from '#application/ports/bound-account.js';

const NOBODY: AccountIdentity = { user: null, volume: null };

/** What a vault is bound to after it was bound anew, as BoundAccount says; `moves` where that is another account than before. */
export const rebindAccount = (
  before: AccountIdentity | null,
  { user, volume }: AccountIdentity,
): { readonly moves: boolean; readonly identity: AccountIdentity } => {
  const old = before ?? NOBODY;
  const moves = differ(old.volume, volume) || differ(old.user, user);
  const known = moves ? NOBODY : old;
  return { moves, identity: { user: user ?? known.user, volume: volume ?? known.volume } };
};

const differ = (before: string | null, after: string | null): boolean =>
  before !== null && after !== null && before !== after;
