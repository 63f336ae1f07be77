import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Filled } from './slabs.js';

export type Algorithm = 'sha256' | 'sha1';

/** A digest that is taken on another thread, of slabs in the order in which they are given. */
export interface ThreadDigest {
  /** Resolves when all of the slabs have been read. */
  update(slabs: readonly Filled[]): Promise<void>;
  /** The digest in hex. Nothing may follow. */
  finish(): Promise<string>;
  /** Forgets a digest that nobody wants any more, in place of `finish`. */
  abandon(): void;
}

/** Bytes stay where they are, in shared memory; a message says where. Every message but `abandon` is answered, in order. */
type Request =
  | { readonly kind: 'start'; readonly id: number; readonly algorithm: Algorithm }
  | { readonly kind: 'update'; readonly id: number; readonly places: readonly Place[] }
  | { readonly kind: 'finish' | 'abandon'; readonly id: number };

interface Place {
  readonly offset: number;
  readonly length: number;
}

// Plain source, so that it runs the same from the build and from a spec, where no compiled file exists.
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const digests = new Map();
const handle = {
  start: ({ id, algorithm }) => void digests.set(id, createHash(algorithm)),
  update: ({ id, places }) => {
    const digest = digests.get(id);
    for (const { offset, length } of places) digest.update(new Uint8Array(workerData, offset, length));
  },
  finish: ({ id }) => { const digest = digests.get(id).digest('hex'); digests.delete(id); return digest; },
  abandon: ({ id }) => void digests.delete(id),
};
parentPort.on('message', (request) => {
  const answer = handle[request.kind](request);
  if (request.kind === 'update' || request.kind === 'finish') parentPort.postMessage(answer);
});
`;

const LEAST_THREADS = 2;
const MOST_THREADS = 8;

/** A small pool of threads that hash, so that a process with much to hash still answers. Threads start at first use. */
export class DigestThreads {
  private readonly threads: DigestThread[] = [];
  private nextId = 0;

  constructor(
    private readonly memory: SharedArrayBuffer,
    private readonly size = Math.min(MOST_THREADS, Math.max(LEAST_THREADS, availableParallelism())),
  ) {}

  /** Begins a digest on the thread that has least to do. */
  start(algorithm: Algorithm): ThreadDigest {
    const thread = this.leastBusy();
    const id = this.nextId++;
    thread.begin({ kind: 'start', id, algorithm });
    return {
      update: async (slabs) => {
        const places = slabs.map(({ slab, length }) => ({ offset: slab.offset, length }));
        await thread.ask({ kind: 'update', id, places });
      },
      finish: () => thread.ask({ kind: 'finish', id }).finally(() => thread.end()),
      abandon: () => {
        thread.tell({ kind: 'abandon', id });
        thread.end();
      },
    };
  }

  private leastBusy(): DigestThread {
    for (const [index, thread] of this.threads.entries())
      if (thread.dead) this.threads[index] = new DigestThread(this.memory);
    const idle = this.threads.find(({ digests }) => digests === 0);
    if (idle) return idle;
    if (this.threads.length < this.size) this.threads.push(new DigestThread(this.memory));
    return this.threads.reduce((least, thread) => (thread.digests < least.digests ? thread : least));
  }
}

interface Pending {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

class DigestThread {
  digests = 0;
  dead = false;
  private readonly worker: Worker;
  private readonly pending: Pending[] = [];

  constructor(memory: SharedArrayBuffer) {
    this.worker = new Worker(THREAD, { eval: true, workerData: memory, execArgv: [], name: 'digest' });
    this.worker.on('message', (answer: string) => this.pending.shift()?.resolve(answer));
    this.worker.on('error', (error: Error) => this.die(error));
    this.worker.on('exit', () => this.die(new Error('a digest thread ended')));
    this.worker.unref();
  }

  begin(request: Request): void {
    // A process may leave only when nothing is being hashed.
    if (this.digests++ === 0) this.worker.ref();
    this.tell(request);
  }

  end(): void {
    if (--this.digests === 0) this.worker.unref();
  }

  tell(request: Request): void {
    this.worker.postMessage(request);
  }

  ask(request: Request): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.dead) return reject(new Error('a digest thread ended'));
      this.pending.push({ resolve, reject });
      this.tell(request);
    });
  }

  private die(error: Error): void {
    this.dead = true;
    for (const { reject } of this.pending.splice(0)) reject(error);
  }
}
