/** Time as a dependency. */
export abstract class Clock {
  abstract now(): Date;
  /** Resolves after `ms`, or at once when the signal fires. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Randomness as a dependency. */
export abstract class Random {
  abstract uuid(): string;
  /** In [0, 1). */
  abstract fraction(): number;
}
