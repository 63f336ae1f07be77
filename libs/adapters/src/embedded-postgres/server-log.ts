import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const KEPT = 40;

/** The server's own last lines, for faults that quote them, and a way to wait for one. */
export class ServerLog {
  readonly #lines: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();

  follow(stream: Readable | null): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      this.#lines.push(line);
      if (this.#lines.length > KEPT) this.#lines.shift();
      for (const listener of this.#listeners) listener(line);
    });
  }

  onLine(listener: (line: string) => void): void {
    this.#listeners.add(listener);
  }

  tail(lines = 8): string {
    return this.#lines.slice(-lines).join(' | ');
  }

  says(text: string): boolean {
    return this.#lines.some((line) => line.includes(text));
  }
}
