/** Whether the gateway is about to stop, and what it still has to finish. */
export class Draining {
  private readonly controller = new AbortController();
  private readonly idle = Promise.withResolvers<void>();
  private inFlight = 0;

  /** Fires when draining begins: whoever waits for something else than bytes stops waiting. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get begun(): boolean {
    return this.controller.signal.aborted;
  }

  enter(): void {
    this.inFlight += 1;
  }

  leave(): void {
    this.inFlight -= 1;
    this.settle();
  }

  /** Resolves once no request is being answered any more. */
  begin(): Promise<void> {
    this.controller.abort();
    this.settle();
    return this.idle.promise;
  }

  private settle(): void {
    if (this.begun && this.inFlight === 0) this.idle.resolve();
  }
}
