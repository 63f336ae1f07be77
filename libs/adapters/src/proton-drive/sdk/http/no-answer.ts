export const ABORTED = 'AbortError';

/**
 * A request got no answer. The names are those by which the SDK decides: it tries a TimeoutError three times and a
 * ConnectionError twice, an AbortError not again, and an OfflineError for ever, which is why there is none.
 */
export class NoAnswer extends Error {
  /** @param reason a code of the operating system or of the http client, such as ECONNRESET */
  constructor(
    override readonly name: typeof ABORTED | 'TimeoutError' | 'ConnectionError',
    readonly reason: string | null = null,
  ) {
    super(reason === null ? 'No answer.' : `No answer (${reason}).`);
  }
}

export const aborted = (): NoAnswer => new NoAnswer(ABORTED);

/** Without the original, whose text and causes may name hosts. */
export const noAnswer = (error: unknown, signal: AbortSignal): NoAnswer => {
  if (signal.aborted) return aborted();
  const { name, cause } = error as {
    readonly name?: unknown;
    readonly cause?: Partial<Record<string, unknown>> | null;
  };
  const code = cause?.['code'];
  // fetch throws what its signal was aborted with; the older client an error of its own, which has that for its cause.
  const { name: reason } = (cause?.['cause'] ?? {}) as { readonly name?: unknown };
  if (name === 'TimeoutError' || reason === 'TimeoutError') return new NoAnswer('TimeoutError');
  const known = typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code);
  return new NoAnswer('ConnectionError', known ? code : null);
};

/** The worker may answer late: the end of the call does not wait for it. */
export const within = async <T>(signal: AbortSignal, answer: Promise<T>): Promise<T> => {
  if (signal.aborted) throw aborted();
  const done = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(aborted()), { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([answer, ended]);
  } finally {
    done.abort();
  }
};
