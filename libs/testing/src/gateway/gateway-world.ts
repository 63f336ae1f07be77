import { randomBytes } from 'node:crypto';
import { HmacActionSigner } from '#adapters/signing/hmac-action-signer.js';
import { HmacTokenCodec } from '#adapters/signing/hmac-token-codec.js';
import { NodeHashing } from '#adapters/signing/node-hashing.js';
import type { Repository } from '#application/ports/catalogue.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import type { LfsObjectEvent } from '#domain/lfs-object/events.js';
import type { FaultCode } from '#domain/fault/faults.js';
import type { Oid, Pointer } from '#domain/oid.js';
import { tokenStream, type TokenIssued, type TokenRevoked } from '#domain/token/token.js';
import { ResumeVault } from '#application/vault-breaker/resume-vault.js';
import { StopVault } from '#application/vault-breaker/stop-vault.js';
import { VaultHistory } from '#application/vault-breaker/vault-history.js';
import { MemoryVaultConditions } from '../memory/memory-vault-conditions.js';
import { MemoryWorld, testContext } from '../memory/memory-world.js';
import { poured } from '#testing/memory/poured.js';

export const PUBLIC_HOST = 'lfs.example.test';

/** The world in memory with what a gateway needs on top: keys, tokens, and a word to make a worker's outcome true. */
export class GatewayWorld extends MemoryWorld {
  readonly codec = new HmacTokenCodec('a pepper of at least thirty-two characters');
  readonly key = { kid: 'k1', secret: randomBytes(32) };
  readonly signer = new HmacActionSigner({ keys: [this.key], host: PUBLIC_HOST, ttlMs: 900_000 }, this.clock);
  readonly hashing = new NodeHashing();
  readonly vaultConditions = new MemoryVaultConditions(this.database);
  readonly stopVault = new StopVault(new VaultHistory(this.events, this.clock, 'memory'));
  readonly resumeVault = new ResumeVault(new VaultHistory(this.events, this.clock, 'memory'));

  get ports() {
    const { catalogue, clock, codec, durability, events, hashing, hotTier, outbox, random, signer, tokens } = this;
    const { vaultConditions } = this;
    return {
      catalogue,
      clock,
      durability,
      hashing,
      hotTier,
      outbox,
      random,
      tokens,
      vaultConditions,
      actionSigner: signer,
      eventStore: events,
      tokenCodec: codec,
    };
  }

  async issue(given: Partial<TokenIssued['data']> = {}): Promise<{ readonly id: string; readonly value: string }> {
    const { value, digest, last4 } = this.codec.mint();
    const id = this.random.uuid();
    const at = this.clock.now().toISOString();
    const data = {
      tokenId: id,
      name: 'spec',
      digest,
      last4,
      repositories: ['*'],
      access: 'write' as const,
      expiresAt: null,
      at,
      ...given,
    };
    await this.write(tokenStream(id), { type: 'TokenIssued', schema: 1, data });
    return { id, value };
  }

  async revoke(tokenId: string): Promise<void> {
    const data = { tokenId, reason: 'spec', at: this.clock.now().toISOString() };
    const revoked: TokenRevoked = { type: 'TokenRevoked', schema: 1, data };
    await this.write(tokenStream(tokenId), revoked);
  }

  /** What a worker does to a staged object, without its work. */
  async settle({ oid, size }: Pointer, failure: FaultCode | null = null): Promise<void> {
    const generation = this.database.objects.get(oid)?.generation ?? 1;
    const at = this.clock.now().toISOString();
    const receipt = {
      vault: 'memory',
      locator: { key: oid },
      sizeBytes: size,
      storedBytes: size,
      sha1: null,
      verified: 'full' as const,
    };
    const event: LfsObjectEvent =
      failure === null
        ? { type: 'ObjectStored', schema: 1, data: { oid, generation, receipt, at } }
        : { type: 'StoreFailed', schema: 1, data: { oid, generation, code: failure, at } };
    await this.write(objectStream(oid), event);
  }

  /** Has the repository receive an object, as a PUT does. */
  async hold(repository: Repository, { oid, size, bytes }: Pointer & { readonly bytes: Uint8Array }): Promise<void> {
    const staged = await this.hotTier.receive({ oid, size }, poured([bytes]), AbortSignal.timeout(5_000));
    const at = this.clock.now().toISOString();
    const known = (await this.events.read(objectStream(oid))).version > 0;
    const data = { oid, sizeBytes: size, sha1: staged.sha1, generation: 1, adopted: false, at };
    const link = { repositoryId: repository.id, oid, sizeBytes: size, batchId: null, at };
    if (!known) await this.write(objectStream(oid), { type: 'ObjectStaged', schema: 1, data });
    await this.write(`link-${repository.id}-${oid}`, { type: 'ObjectLinked', schema: 1, data: link });
  }

  eventsOf(oid: Oid): readonly string[] {
    return this.database.events.filter(({ stream }) => stream.endsWith(oid)).map(({ type }) => type);
  }

  private async write(stream: Parameters<MemoryWorld['events']['read']>[0], event: object): Promise<void> {
    const { version } = await this.events.read(stream);
    await this.events.append({
      writes: [{ stream, expectedVersion: version, events: [event as never] }],
      context: testContext,
    });
  }
}
