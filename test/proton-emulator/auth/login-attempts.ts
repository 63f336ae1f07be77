import { ApiError } from '../api-error.js';
import type { World } from '../world.js';

const JAIL_MS = 3_600_000;

/** Whoever gives too many wrong passwords waits for an hour of the emulator's clock, where the knob says so. */
export class LoginAttempts {
  private failures = 0;
  private lastFailureAt = 0;

  constructor(private readonly world: World) {}

  requireFree(): void {
    const { knobs, clock } = this.world;
    if (clock.now() - this.lastFailureAt > JAIL_MS) this.failures = 0;
    if (knobs.loginAttemptsMax === null || this.failures < knobs.loginAttemptsMax) return;
    throw new ApiError(422, 2028, 'Too many recent logins. Please wait before trying again');
  }

  failed(): void {
    this.failures++;
    this.lastFailureAt = this.world.clock.now();
  }

  succeeded(): void {
    this.failures = 0;
  }
}
