import type { FaultCode } from '#domain/fault/faults.js';

export interface FaultEntry {
  /** What a user is told. Never a path, a secret or what another library said. */
  readonly says: string;
  readonly remedy: string;
}

const RESEND = 'Push again. If it comes back, check the connection and any proxy between client and server.';
const CORRUPTION =
  'Keep the local copy and tell an operator at once; `ballast object explain <oid>` has its whole life.';
const OPERATOR = 'An operator sees why with `ballast status` and in the logs, under the request id.';
const NOT_FOR_CLIENTS =
  'This one concerns operators: see the logs under the request id, and `ballast dead-letters list`.';
const PUSH_AGAIN = 'The client asks for a new one by itself. If it cannot go on, push or pull again.';

/** What every fault says to a user and what can be done about it. A new code does not build until it has its entry. */
export const FAULT_GUIDE = {
  'oid.malformed': {
    says: 'This is not an object id.',
    remedy: 'An id is 64 lower-case hex digits, the SHA-256 of the bytes.',
  },
  'size.malformed': {
    says: 'The size is not an exact number of bytes.',
    remedy: 'A size is a whole number from 0 to 2^53 - 1.',
  },
  'size.mismatch': {
    says: 'The size is not the one that belongs to this object.',
    remedy: 'Run `git lfs fsck`: the pointer and the object differ.',
  },
  'digest.mismatch': { says: 'The bytes that arrived do not hash to the object id; nothing was kept.', remedy: RESEND },
  'body.truncated': { says: 'The upload ended before all of its bytes were here; nothing was kept.', remedy: RESEND },
  'body.stalled': { says: 'No bytes moved for too long, so the transfer was ended.', remedy: RESEND },
  'body.too-long': { says: 'More bytes came than the size says; nothing was kept.', remedy: RESEND },
  'request.malformed': {
    says: 'The request cannot be read.',
    remedy: 'Check what the client sends against the Git LFS API.',
  },
  'request.too-large': { says: 'The request is too large.', remedy: 'Set `lfs.transfer.batchSize` to 1000 or less.' },
  'request.unsupported-media': {
    says: 'The content type must be application/vnd.git-lfs+json.',
    remedy: 'Send that content type.',
  },
  'request.not-acceptable': {
    says: 'Answers are of type application/vnd.git-lfs+json only.',
    remedy: 'Accept that content type.',
  },
  'batch.too-many-objects': {
    says: 'The batch names too many objects.',
    remedy: 'Set `lfs.transfer.batchSize` to 1000 or less.',
  },
  'batch.unknown-operation': {
    says: 'The operation must be "upload" or "download".',
    remedy: 'Send one of these two.',
  },
  'batch.unsupported-transfer': {
    says: 'This server offers the basic transfer only.',
    remedy: 'Let the client offer `basic` in `transfers`.',
  },
  'batch.unsupported-hash': {
    says: 'Objects are named by SHA-256 only.',
    remedy: 'Leave `hash_algo` out or send `sha256`.',
  },
  'batch.waiting': {
    says: 'Objects are still on their way to the vault.',
    remedy: 'The client asks again by itself. If it gave up, push again: nothing is sent twice.',
  },
  'object.too-large': {
    says: 'The object is larger than this repository takes.',
    remedy: 'Ask an operator for a higher limit.',
  },
  'object.absent': {
    says: 'This repository does not hold the object.',
    remedy: 'Push it from a clone that has it: `git lfs push --all`.',
  },
  'object.not-durable': {
    says: 'The object is still on its way to the vault.',
    remedy: 'The client asks again by itself. If it gave up, push again: nothing is sent twice.',
  },
  'object.store-failed': {
    says: 'The vault did not take the object, so it is not stored. An operator sees why with `ballast dead-letters list`.',
    remedy: 'Mend the cause, then `ballast dead-letters redrive`; nothing has to be pushed again.',
  },
  'object.corrupt': { says: 'The object is damaged and is not given out.', remedy: CORRUPTION },
  'credentials.missing': {
    says: 'Credentials are needed.',
    remedy: 'Use any user name with a Ballast token as the password.',
  },
  'credentials.rejected': {
    says: 'These credentials do not allow this.',
    remedy: 'Check that the token is right, in force and may write; `git credential reject` forgets a stored one.',
  },
  'action.missing': {
    says: 'The transfer was not authorised by a batch request.',
    remedy: 'Transfers begin with a batch request; a proxy must pass the X-LFS-Action header on.',
  },
  'action.tampered': { says: 'The authorisation of this transfer is not genuine.', remedy: PUSH_AGAIN },
  'action.expired': { says: 'The authorisation of this transfer has expired.', remedy: PUSH_AGAIN },
  'action.misused': { says: 'This transfer was authorised for something else.', remedy: PUSH_AGAIN },
  'repository.absent': {
    says: 'There is no such repository.',
    remedy: 'Check the URL and that the token covers the repository.',
  },
  'repository.malformed': {
    says: 'There is no such repository.',
    remedy: 'Names are of letters, digits, dot, dash and underscore.',
  },
  'repository.exists': { says: 'There is already such a repository.', remedy: 'Choose another name.' },
  'range.unsatisfiable': { says: 'The object has no such bytes.', remedy: 'The client starts anew by itself.' },
  'route.absent': {
    says: 'There is nothing here.',
    remedy: 'The LFS URL is <server>/<organization>/<repository>.git/info/lfs.',
  },
  'route.method-absent': {
    says: 'This method is not answered here.',
    remedy: 'The Allow header names those that are.',
  },
  'locks.unsupported': {
    says: 'File locks are not offered by this server yet.',
    remedy: 'Work without locks; pushes are not affected.',
  },
  'stream.version-conflict': { says: 'Somebody else changed the same thing at the same time.', remedy: 'Try again.' },
  'event.unreadable': {
    says: 'The server does not understand its own records.',
    remedy: 'A newer version wrote them: an operator has to run that version.',
  },
  'lease.held': { says: 'The object is being worked on.', remedy: 'Try again in a moment.' },
  'lease.lost': { says: 'The object is being worked on.', remedy: 'Try again in a moment.' },
  'staging.full': {
    says: 'The server has no room for this object now.',
    remedy: 'Wait until stored objects have made room, or let an operator add disk space.',
  },
  'staging.failed': { says: 'The disk of the server failed; the object was not kept.', remedy: OPERATOR },
  'staging.lost': {
    says: 'The server lost the bytes before they were stored.',
    remedy: 'Push again: the object is asked for again.',
  },
  'staging.corrupt': {
    says: 'The bytes were damaged on the disk of the server before they were stored.',
    remedy: 'Push again: the object is asked for again.',
  },
  'staging.unwritable': { says: 'The server cannot write objects now.', remedy: OPERATOR },
  'vault.absent': { says: 'The vault does not have the object.', remedy: CORRUPTION },
  'vault.refused': { says: 'The vault refused the object.', remedy: OPERATOR },
  'vault.full': { says: 'The vault is full.', remedy: OPERATOR },
  'vault.corrupt': { says: 'What came from the vault is not the object, so it is not given out.', remedy: CORRUPTION },
  'vault.throttled': {
    says: 'The vault asked for a pause; nothing is lost.',
    remedy: 'Push or pull again in a few minutes.',
  },
  'vault.outage': {
    says: 'The vault does not answer; what was uploaded is kept and stored once it does.',
    remedy: 'Push or pull again later; no byte is sent twice.',
  },
  'vault.quota-exceeded': {
    says: 'The vault has no space left; what was uploaded is kept and stored once there is some.',
    remedy: 'An operator has to make room in the Proton account or buy space. Then push again; no byte is sent twice.',
  },
  'vault.abuse-blocked': {
    says: 'Proton blocked the requests of this server; storage needs an operator.',
    remedy: 'Tell an operator: `ballast vault status` says what to do. Do not retry in a loop.',
  },
  'vault.human-verification': {
    says: 'Proton wants to see a human; storage needs an operator (LFS-CAPTCHA).',
    remedy: 'Tell an operator: `ballast vault login` resolves it. Then push or pull again.',
  },
  'vault.session-refused': {
    says: 'The server is not logged in at its vault; storage needs an operator.',
    remedy: 'Tell an operator: `ballast vault login` resolves it. Then push or pull again.',
  },
  'vault.outdated': {
    says: 'Proton refuses this version of the server; storage needs an operator.',
    remedy: 'Tell an operator: Ballast has to be upgraded, see `ballast vault status`.',
  },
  'vault.plan-limit': {
    says: 'The object is larger than the plan of the Proton account allows.',
    remedy: 'Split the file, or have an operator upgrade the plan.',
  },
  'vault.structure': { says: 'The vault refused where this object should be kept.', remedy: OPERATOR },
  'vault.undecryptable': {
    says: 'The vault’s copy cannot be decrypted or its signature is wrong.',
    remedy: CORRUPTION,
  },
  'vault.unexpected': { says: 'The vault answered something that Ballast does not know.', remedy: OPERATOR },
  'vault.login-refused': { says: 'Proton refused the login.', remedy: NOT_FOR_CLIENTS },
  'vault.keys-unusable': { says: 'The key that seals the session is missing or wrong.', remedy: NOT_FOR_CLIENTS },
  'vault.other-account': {
    says: 'The server is logged in to another account than the one that holds the objects; storage needs an operator.',
    remedy: 'Tell an operator: `ballast vault login` to the account that holds the objects resolves it.',
  },
  'vault.unavailable': {
    says: 'The vault does not answer now.',
    remedy: 'Try again later; objects in the cache can still be read.',
  },
  'queue.unavailable': { says: 'The server cannot do this now.', remedy: OPERATOR },
  'database.unavailable': {
    says: 'The server cannot reach its database now.',
    remedy: 'Try again in a moment. ' + OPERATOR,
  },
  'attempt.deadline': { says: 'The vault took too long.', remedy: OPERATOR },
  'service.draining': { says: 'This server is being restarted.', remedy: 'Try again in a moment.' },
  'transfers.busy': {
    says: 'The server carries as many transfers as it can.',
    remedy: 'The client tries again by itself; `lfs.concurrenttransfers` sets how many it runs.',
  },
  'job.malformed': { says: 'A piece of internal work cannot be read.', remedy: NOT_FOR_CLIENTS },
  'job.stale': { says: 'A piece of internal work is out of date.', remedy: NOT_FOR_CLIENTS },
  'dead-letter.absent': { says: 'There is no such dead letter.', remedy: NOT_FOR_CLIENTS },
  'dead-letter.settled': { says: 'This dead letter has been dealt with.', remedy: NOT_FOR_CLIENTS },
  'projection.absent': { says: 'There is no such projection.', remedy: NOT_FOR_CLIENTS },
  'projection.poisoned': { says: 'A projection stopped at an event that it cannot handle.', remedy: NOT_FOR_CLIENTS },
  'migration.mismatch': { says: 'The database is not of this version.', remedy: NOT_FOR_CLIENTS },
  'configuration.invalid': { says: 'The configuration is not valid.', remedy: NOT_FOR_CLIENTS },
  'token.absent': { says: 'There is no such token.', remedy: NOT_FOR_CLIENTS },
  'stack.absent': { says: 'Ballast is not running here.', remedy: NOT_FOR_CLIENTS },
  'stack.running': { says: 'Ballast is already running here.', remedy: NOT_FOR_CLIENTS },
  'stack.failed': { says: 'A service could not be started.', remedy: NOT_FOR_CLIENTS },
} as const satisfies Record<FaultCode, FaultEntry>;

/** For everything that is not a Fault: the cause stays in the log. */
export const UNEXPECTED = 'unexpected';
export const UNEXPECTED_ENTRY: FaultEntry = { says: 'Something went wrong in the server.', remedy: OPERATOR };
