interface Offer {
  readonly chunk: Uint8Array;
  readonly taken: () => void;
  readonly refused: (reason: Error) => void;
}

/**
 * Passes the blocks of a download on, one at a time. The SDK neither closes the stream that it writes to nor aborts it, and
 * keeps its lock on it after an error (docs/proton-sdk.md#unended-streams), so what it is given is not the consumer's stream
 * but this one, and the end is told apart.
 */
export class Handover {
  readonly writable = new WritableStream<Uint8Array>({ write: (chunk) => this.#offer(chunk) });
  readonly #offers: Offer[] = [];
  #end: { readonly error: Error | null } | null = null;
  #wake: () => void = () => undefined;

  /** The first end counts. An error refuses what was not yet taken. */
  end(error: Error | null): void {
    if (this.#end) return;
    this.#end = { error };
    if (error) for (const { refused } of this.#offers.splice(0)) refused(error);
    this.#wake();
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const offer = this.#offers.shift();
      if (offer) {
        offer.taken();
        yield offer.chunk;
      } else if (this.#end) {
        if (this.#end.error) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #offer(chunk: Uint8Array): Promise<void> {
    const over = this.#end;
    if (over) return Promise.reject(over.error ?? new TypeError('The download is over.'));
    return new Promise((taken, refused) => {
      this.#offers.push({ chunk, taken, refused });
      this.#wake();
    });
  }
}
