import type { Knobs } from '../contract.js';

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A token bucket per session; calls without one share a bucket. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly now: () => number) {}

  /** Whether the call may pass; takes a token if so. */
  take(session: string, limit: NonNullable<Knobs['rateLimit']>): boolean {
    const now = this.now();
    const bucket = this.buckets.get(session) ?? { tokens: limit.burst, filledAt: now };
    const gained = ((now - bucket.filledAt) / 1000) * limit.requestsPerSecond;
    bucket.tokens = Math.min(limit.burst, bucket.tokens + gained);
    bucket.filledAt = now;
    this.buckets.set(session, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  reset(): void {
    this.buckets.clear();
  }
}
