import { ApiError } from '../../api-error.js';

/** Codes of a body that says no. Those marked * are the emulator's choice: Proton's own is not documented. */
export const REFUSALS = {
  /** Out of date: the node has another name hash by now. */
  outdated: 2000,
  /** * Also for PGP data that is wrong and for a commit without all of its blocks. */
  invalid: 2001,
  nameTaken: 2500,
  absent: 2501,
  wrongState: 2511,
  /** * What is announced does not fit. */
  quota: 200001,
  /** * What is sent does not fit. */
  space: 200002,
  fileTooLarge: 200003,
  tooManyChildren: 200300,
  tooDeep: 200301,
  verification: 200501,
} as const;

export type RefusalName = keyof typeof REFUSALS;

export interface ConflictDetails {
  readonly ConflictLinkID: string;
  readonly ConflictRevisionID: string | null;
  readonly ConflictDraftRevisionID: string | null;
  readonly ConflictDraftClientUID: string | null;
  /** An older name of `ConflictDraftRevisionID`. */
  readonly RevisionID: string | null;
}

/** Drive says no, for a reason that the API documents. */
export class DriveRefusal extends ApiError {
  constructor(
    readonly reason: RefusalName,
    text: string,
    readonly conflict?: ConflictDetails,
    /** 422 but for another draft of the same file. */
    status = 422,
  ) {
    super(status, REFUSALS[reason], text, conflict === undefined ? undefined : { ...conflict });
  }
}
