/** What a session may do, by how it came about. Proton has more of them; these are those that routes ask for here. */
export const SCOPES = {
  /** `locked` is for what the password has just been given for: key salts. */
  full: ['full', 'self', 'user', 'locked', 'password', 'drive'],
  forked: ['full', 'self', 'user', 'drive'],
  /** The password was right, the second factor is still missing. */
  awaitingSecondFactor: ['twofactor'],
  anonymous: [],
} as const satisfies Record<string, readonly string[]>;
