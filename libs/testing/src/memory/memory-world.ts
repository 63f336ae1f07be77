import { createHash } from 'node:crypto';
import type { EventContext } from '#domain/event/event.js';
import { parseOid, type Pointer } from '#domain/oid.js';
import { repositoryStream, type AckMode } from '#domain/repository/repository.js';
import type { Repository } from '#application/ports/catalogue.js';
import { MemoryBlobStore } from './memory-blob-store.js';
import { MemoryCatalogue } from './memory-catalogue.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryDurability } from './memory-durability.js';
import { MemoryEventStore } from './memory-event-store.js';
import { MemoryHotTier } from './memory-hot-tier.js';
import { MemoryJobLedger } from './memory-job-ledger.js';
import { MemoryJobQueue } from './memory-job-queue.js';
import { MemoryLeases } from './memory-leases.js';
import { MemoryOutbox } from './memory-outbox.js';
import { MemoryTokens } from './memory-tokens.js';
import { SeededRandom, TestClock } from './test-clock.js';

export const testContext: EventContext = {
  correlationId: 'test',
  causationId: null,
  actor: 'service:spec',
  traceparent: null,
};

/** Every port in memory over shared tables: what a spec of a use case needs. */
export class MemoryWorld {
  readonly clock = new TestClock();
  readonly random = new SeededRandom();
  readonly database = new MemoryDatabase(this.clock);
  readonly events = new MemoryEventStore(this.database);
  readonly outbox = new MemoryOutbox(this.database);
  readonly leases = new MemoryLeases(this.database);
  readonly catalogue = new MemoryCatalogue(this.database);
  readonly ledger = new MemoryJobLedger(this.database);
  readonly tokens = new MemoryTokens(this.database);
  readonly durability = new MemoryDurability(this.database);
  readonly queue = new MemoryJobQueue();
  readonly hotTier = new MemoryHotTier(this.clock);
  readonly vault = new MemoryBlobStore();

  /** Creates a repository by its event, as the command line does. */
  async repository(name = 'demo', ackMode: AckMode = 'stored', organization = 'acme'): Promise<Repository> {
    const repositoryId = this.random.uuid();
    const at = this.clock.now().toISOString();
    const created = {
      type: 'RepositoryCreated',
      schema: 1,
      data: { repositoryId, organization, name, ackMode, maxObjectBytes: null, at },
    } as const;
    await this.events.append({
      writes: [{ stream: repositoryStream(repositoryId), expectedVersion: 0, events: [created] }],
      context: testContext,
    });
    return { id: repositoryId, organization, name, ackMode, maxObjectBytes: null, createdAt: this.clock.now() };
  }
}

/** Bytes of a given size, different for each seed, and their pointer. */
export const sampleObject = (size: number, seed = 1): Pointer & { readonly bytes: Uint8Array } => {
  const random = new SeededRandom(seed);
  const bytes = Uint8Array.from({ length: size }, () => Math.floor(random.fraction() * 256));
  return { oid: parseOid(createHash('sha256').update(bytes).digest('hex')), size, bytes };
};

/** A byte stream in chunks, as a socket gives it. */
export async function* chunked(bytes: Uint8Array, chunkBytes = 65_536): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) yield bytes.subarray(offset, offset + chunkBytes);
}
