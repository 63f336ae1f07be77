import type { FaultCode } from '#domain/fault/faults.js';
import type { FaultKind } from '#domain/fault/faults.js';

export interface Remedy {
  /** What happened, for a person; facts in braces are filled in. */
  readonly what: string;
  readonly todo: string;
}

/** Faults that the command line itself meets, told in its own words. */
export const REMEDIES: Readonly<Partial<Record<FaultCode, Remedy>>> = {
  'stack.absent': {
    what: 'No Ballast runs on {dataDir}.',
    todo: 'Start it with `npm start` (or `ballast up`), name its directory with --data-dir, or set BALLAST_DATABASE_URL.',
  },
  'stack.running': {
    what: 'Ballast already runs on {dataDir} (process {pid}).',
    todo: 'Stop that one first, or start this one on another directory with --data-dir.',
  },
  'stack.failed': {
    what: '{service} did not start: {reason}.',
    todo: 'Read its log lines above; `ballast doctor` checks the surroundings.',
  },
  'database.unavailable': {
    what: 'The database does not answer.',
    todo: 'Check that PostgreSQL runs and that BALLAST_DATABASE_URL names it; `ballast doctor` tells more.',
  },
  'queue.unavailable': {
    what: 'The queue does not answer.',
    todo: 'Start it again. Nothing is lost meanwhile: its work is known to PostgreSQL and queued again.',
  },
  'repository.exists': {
    what: 'The repository {repository} exists already.',
    todo: 'See `ballast repository list`.',
  },
  'repository.malformed': {
    what: 'That is not a repository name.',
    todo: 'Write organization/name, with letters, digits, `.`, `_` and `-`: acme/demo.',
  },
  'repository.absent': {
    what: 'There is no such repository.',
    todo: 'See `ballast repository list`, or create it with `ballast repository create`.',
  },
  'object.absent': {
    what: 'Nothing was ever recorded of the object {oid}.',
    todo: 'Check the oid: `git lfs ls-files --long` in a clone shows those in use.',
  },
  'oid.malformed': {
    what: 'That is not an oid.',
    todo: 'Give all 64 lower-case hex digits; `git lfs ls-files --long` shows them.',
  },
  'token.absent': {
    what: 'There is no token {token}.',
    todo: 'See `ballast token list`.',
  },
  'dead-letter.absent': {
    what: 'There is no dead letter {id}.',
    todo: 'See `ballast dead-letters list`.',
  },
  'dead-letter.settled': {
    what: 'The dead letter {id} was {state} before.',
    todo: 'See `ballast dead-letters list` for those that are open.',
  },
  'projection.absent': {
    what: 'There is no projection {name}.',
    todo: 'See `ballast status` for their names.',
  },
  'migration.mismatch': {
    what: 'The database was migrated by other files than this build has.',
    todo: 'Run the build that belongs to this database; never edit a migration that was applied.',
  },
  'vault.login-refused': {
    what: 'Proton refused the login ({reason}).',
    todo: 'Check what was given and log in once more by hand; `ballast vault login` without a password avoids most refusals.',
  },
  'vault.session-refused': {
    what: 'There is no session at Proton, or it can no longer be renewed.',
    todo: 'Run `ballast vault login`.',
  },
  'vault.human-verification': {
    what: 'Proton wants to see a human.',
    todo: 'Run `ballast vault login` and solve what Proton asks on its page; do not try passwords in a row.',
  },
  'vault.abuse-blocked': {
    what: 'Proton blocked this server.',
    todo: 'Wait at least 30 minutes and do not retry in a loop; then `ballast vault resume --cause abuse-block`.',
  },
  'vault.outdated': {
    what: 'Proton refuses this version of Ballast or of its SDK.',
    todo: 'Upgrade Ballast, then run `ballast vault resume --cause requirements`.',
  },
  'vault.keys-unusable': {
    what: 'BALLAST_VAULT_KEYS does not hold the key that the session was sealed with.',
    todo: 'Give that key back beside the new one, or run `ballast vault login`.',
  },
  'vault.other-account': {
    what: 'This is not the Proton account whose Drive holds the objects ({reason}); nothing was changed.',
    todo: 'Log in to that account. Only to leave it behind for good: `ballast vault login --other-account`; what is nowhere else is lost by that until somebody pushes it again.',
  },
  'configuration.invalid': {
    what: 'The configuration is not valid.',
    todo: 'Correct what is listed; `ballast config` describes every setting.',
  },
};

/** What to do about faults that have no words of their own above. */
export const KIND_REMEDIES = {
  invalid: 'Check what was typed against --help.',
  unauthenticated: 'Give credentials.',
  forbidden: 'Use credentials that permit this.',
  'not-found': 'Check the name.',
  gone: 'It is gone for good; push it again if a clone still has it.',
  conflict: 'Somebody else was quicker: look at the state and try again.',
  'too-large': 'Ask for less at once.',
  unsupported: 'This build cannot do that.',
  throttled: 'Try again in a moment.',
  unavailable: 'Try again when it is back; `ballast status` tells.',
  exhausted: 'Make room: `ballast status` shows what is full.',
  corrupt: 'Read the runbook page before touching anything.',
  bug: 'This is a defect of Ballast: report it with the output of --debug.',
} as const satisfies Record<FaultKind, string>;
