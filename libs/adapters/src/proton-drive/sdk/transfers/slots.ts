import type { Operation } from '../operations.js';
import type { SdkClient } from '../clients.js';

interface Slot {
  readonly role: string;
  client: SdkClient;
}

export interface SlotsOptions {
  readonly count: number;
  readonly make: (role: string) => SdkClient;
  readonly replaced: () => void;
}

/**
 * One client of the SDK for each transfer that may run at once. In one client, a second file waits until the sizes of those
 * under way are below 40 MiB, so large files would go one after another.
 *
 * A client is thrown away when its transfer did not end well. The SDK gives back a place in its queues of five only on some
 * of the ways that a transfer can end (docs/proton-sdk.md#seekable-streams and #unstarted-uploaders), and refuses everything
 * for a minute after ten answers of 5xx, be they to one bad file (#shut-clients): neither must outlive the transfer that it
 * befell.
 */
export class Slots {
  readonly #free: Slot[];
  readonly #waiting: ((slot: Slot) => void)[] = [];

  constructor(private readonly options: SlotsOptions) {
    this.#free = Array.from({ length: options.count }, (_, index) => {
      const role = String(index);
      return { role, client: options.make(role) };
    });
  }

  /**
   * `soundAfter` tells of an error that left the client as it was. The slot is free again as soon as the operation ends,
   * while a client that is thrown away may still be taking back its draft.
   */
  async use<T>(
    operation: Operation,
    transfer: (client: SdkClient) => Promise<T>,
    soundAfter: (error: unknown) => boolean = () => false,
  ): Promise<T> {
    const slot = await this.#take(operation);
    let sound = true;
    try {
      return await Promise.race([transfer(slot.client), operation.stopped]);
    } catch (error) {
      sound = !operation.signal.aborted && soundAfter(error);
      throw error;
    } finally {
      if (!sound) this.#replace(slot);
      this.#give(slot);
    }
  }

  #take(operation: Operation): Promise<Slot> {
    const slot = this.#free.pop();
    if (slot) return Promise.resolve(slot);
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      operation.stopped.catch((reason: Error) => {
        const place = this.#waiting.indexOf(resolve);
        if (place >= 0) this.#waiting.splice(place, 1);
        reject(reason);
      });
    });
  }

  #give(slot: Slot): void {
    const next = this.#waiting.shift();
    if (next) next(slot);
    else this.#free.push(slot);
  }

  #replace(slot: Slot): void {
    slot.client = this.options.make(slot.role);
    this.options.replaced();
  }
}
