import { ApiError } from '../api-error.js';
import { newToken } from '../ids.js';

const METHODS = ['captcha', 'email'];
const WAITING_MAX = 1000;

/** The challenge that a person solves in a browser. */
export class HumanVerification {
  private waiting = new Set<string>();
  private solved = false;

  /** Asked of each call that needs it. `token` is the header `x-pm-human-verification-token`. */
  demand(token: string | undefined): void {
    if (this.solved) return;
    if (token === undefined) throw this.challenge();
    if (!this.waiting.delete(token)) throw new ApiError(422, 12_087, 'Human verification token is invalid or was used');
  }

  solve(): void {
    this.solved = true;
    this.waiting.clear();
  }

  /** Whoever turns the knob wants a challenge, whatever was solved before. */
  reset(): void {
    this.solved = false;
    this.waiting.clear();
  }

  private challenge(): ApiError {
    const token = newToken();
    if (this.waiting.size === WAITING_MAX) this.waiting.clear();
    this.waiting.add(token);
    return new ApiError(422, 9001, 'For security reasons, please complete CAPTCHA', {
      HumanVerificationToken: token,
      HumanVerificationMethods: METHODS,
      WebUrl: `https://verify.proton.me/?methods=${METHODS.join(',')}&token=${token}`,
    });
  }
}
