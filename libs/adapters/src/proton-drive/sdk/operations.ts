import { AsyncLocalStorage } from 'node:async_hooks';
import { Fault } from '#domain/fault/fault.js';
import { faultOfFailure } from '../failure/fault-of-failure.js';
import { ApiRefusal } from './http/api-refusal.js';

/** How long the SDK may go on removing the draft of an upload that was given up. */
const CLEANUP_MS = 10_000;

/** Carries an error that is not of the vault past the translation. */
export class ForeignError extends Error {
  constructor(cause: unknown) {
    super('Not of the vault.', { cause });
  }
}

/** What one call of Drive is about: its end is the end of every request made for it. */
export class Operation {
  readonly #stop = new AbortController();
  readonly #cleanup = new AbortController();
  /** Rejects as soon as the call is to end early, with the caller's reason or the fault that stopped it. */
  readonly stopped: Promise<never>;

  constructor(caller: AbortSignal) {
    this.stopped = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(reasonOf(this.signal)), { once: true });
    });
    this.stopped.catch(() => undefined);
    const follow = () => this.stop(reasonOf(caller));
    if (caller.aborted) follow();
    else caller.addEventListener('abort', follow, { once: true, signal: this.#cleanup.signal });
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Outlives `signal` for a while: for requests that take back what the call has begun. */
  get cleanup(): AbortSignal {
    return this.#cleanup.signal;
  }

  /** Of the last answer that refused anything: the SDK loses the status of one that has a body without a code. */
  refusal: { readonly status: number; readonly code: number | null } | null = null;

  /** The first reason counts. */
  stop(reason: Error): void {
    if (this.signal.aborted) return;
    this.#stop.abort(reason);
    setTimeout(() => this.#cleanup.abort(reason), CLEANUP_MS).unref();
  }
}

/**
 * The SDK passes an abort signal to few of its requests and ignores it while it waits for a retry. So each call runs in a
 * context of its own, in which the http client finds the signal, and is left as soon as it ends even when the SDK goes on.
 */
export class Operations {
  readonly #context = new AsyncLocalStorage<Operation>();
  readonly #closed = new AbortController();

  get current(): Operation | undefined {
    return this.#context.getStore();
  }

  note(refusal: NonNullable<Operation['refusal']>): void {
    if (this.current) this.current.refusal = refusal;
  }

  async run<T>(caller: AbortSignal, body: (operation: Operation) => Promise<T>): Promise<T> {
    const operation = this.begin(caller);
    try {
      return await this.translated(operation, () => body(operation));
    } finally {
      operation.stop(new Fault('service.draining'));
    }
  }

  /**
   * Runs `body` within the operation and rejects with what ended it, or else with the fault that an error of the SDK means.
   * Errors of others (a source's) come back as they are.
   */
  async translated<T>(operation: Operation, body: () => Promise<T>): Promise<T> {
    if (operation.signal.aborted) throw reasonOf(operation.signal);
    try {
      return await Promise.race([this.#context.run(operation, body), operation.stopped]);
    } catch (error) {
      if (operation.signal.aborted) throw reasonOf(operation.signal);
      throw error instanceof ForeignError ? (error.cause as Error) : faultOf(error, operation);
    }
  }

  begin(caller: AbortSignal): Operation {
    return new Operation(AbortSignal.any([caller, this.#closed.signal]));
  }

  close(): void {
    this.#closed.abort(new Fault('service.draining'));
  }
}

const reasonOf = ({ reason }: AbortSignal): Error =>
  reason instanceof Error || reason instanceof DOMException
    ? reason
    : new Fault('attempt.deadline', {}, { cause: reason });

const faultOf = (error: unknown, { refusal }: Operation): Fault => {
  const fault = faultOfFailure(error);
  if (fault.code !== 'vault.unexpected' || refusal === null) return fault;
  return faultOfFailure(new ApiRefusal(refusal.status, refusal.code ?? undefined, { cause: error }));
};
