/** Thrown by every port call of a process that has died. */
export class Killed extends Error {
  constructor() {
    super('killed');
  }
}

export interface Death {
  /** The port call at which the process dies, from 1. */
  readonly atCall: number;
  /** Before the call takes effect, or after it did and before the process learns of it. */
  readonly when: 'before' | 'after';
}

/**
 * Tells a story once in which nobody dies, and yields it once for each port call of its process, with the death before and
 * after that call.
 */
export const everyDeath = async function* <Story extends { readonly process: MortalProcess }>(
  story: (death: Death | null) => Promise<Story>,
): AsyncGenerator<Story> {
  const { process: whole } = await story(null);
  if (whole.calls === 0) throw new Error('its process called no port');
  for (let atCall = 1; atCall <= whole.calls; atCall += 1) {
    for (const when of ['before', 'after'] as const) yield await story({ atCall, when });
  }
};

/**
 * A process that dies at one of its port calls, as by `kill -9`: nothing it calls afterwards has an effect, not even what
 * stands in a `finally`. Wrap each port that the code under test gets.
 */
export class MortalProcess {
  calls = 0;
  private dead = false;

  constructor(private readonly death: Death | null) {}

  get died(): boolean {
    return this.dead;
  }

  port<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => this.call(() => Reflect.apply(member, target, args) as unknown);
      },
    });
  }

  private call(effect: () => unknown): unknown {
    this.calls += 1;
    const isLast = !this.dead && this.calls === this.death?.atCall;
    if (isLast && this.death?.when === 'after') return this.dieAfter(effect);
    this.dead ||= isLast;
    if (this.dead) throw new Killed();
    return effect();
  }

  /** What was begun takes effect; the process never hears of it. */
  private dieAfter(effect: () => unknown): unknown {
    const result = effect();
    this.dead = true;
    if (!(result instanceof Promise)) throw new Killed();
    return result.then(
      () => Promise.reject(new Killed()),
      () => Promise.reject(new Killed()),
    );
  }
}
