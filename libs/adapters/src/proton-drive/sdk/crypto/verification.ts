/** Values of the SDK's enumeration of the same name, which it does not export as a value. */
export const VERIFICATION_STATUS = { notSigned: 0, valid: 1, invalid: 2 } as const;

export interface Opinion {
  readonly verificationStatus: number;
  readonly errors?: readonly Error[];
}

/** One valid signature is enough, as Proton's clients have it: a key that was rotated signs beside the old one. */
export const opinionOf = (signatures: readonly PromiseSettledResult<unknown>[]): Opinion => {
  if (signatures.length === 0) return { verificationStatus: VERIFICATION_STATUS.notSigned };
  if (signatures.some(({ status }) => status === 'fulfilled')) return { verificationStatus: VERIFICATION_STATUS.valid };
  const errors = signatures.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  return { verificationStatus: VERIFICATION_STATUS.invalid, errors };
};

const CLOCK_TOLERANCE_MS = 24 * 3_600_000;

/** Clocks of those who made keys and signatures may be ahead of ours; their signatures are no worse for it. */
export const toleratedDate = (): Date => new Date(Date.now() + CLOCK_TOLERANCE_MS);
