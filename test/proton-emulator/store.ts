/** A part of what the server knows, as plain JSON data. */
export interface Chapter<T> {
  /** What the emulator before this one left in the directory; null when there is nothing. */
  readonly kept: T | null;
  /** To be called after every change: a snapshot is written soon after, and before the emulator has stopped. */
  changed(): void;
}

/** Where the emulator keeps what a restart must find again: memory, or a directory. */
export abstract class Store {
  /** One chapter per name, opened once, at start. `snapshot` is asked when it is written; it may be the live data itself. */
  abstract chapter<T>(name: string, snapshot: () => T): Chapter<T>;
  abstract putBlock(id: string, bytes: Buffer): Promise<void>;
  abstract block(id: string): Promise<Buffer | null>;
  abstract removeBlock(id: string): Promise<void>;
  /** Everything that changed is on disk. */
  abstract flush(): Promise<void>;
}
