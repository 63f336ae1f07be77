/** A SHA-256 under way. `hex` ends it. */
export interface RunningHash {
  update(bytes: Uint8Array): void;
  hex(): string;
}

/** Hashing as a dependency, so that use cases stay free of the runtime's modules. */
export abstract class Hashing {
  abstract sha256(): RunningHash;
}
