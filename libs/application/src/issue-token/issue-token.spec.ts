import { TokenCodec } from '#application/ports/tokens.js';
import { MemoryWorld, testContext } from '#testing/memory/memory-world.js';
import { IssueToken } from './issue-token.js';
import { RevokeToken } from './revoke-token.js';

class CountingCodec extends TokenCodec {
  private minted = 0;

  override mint() {
    this.minted += 1;
    return { value: `secret-value-${this.minted}`, digest: `digest-${this.minted}`, last4: 'abcd' };
  }

  override digest(value: string): string {
    return value.replace('secret-value', 'digest');
  }
}

describe('tokens', () => {
  const begin = () => {
    const world = new MemoryWorld();
    return {
      world,
      issue: new IssueToken(world.events, new CountingCodec(), world.clock, world.random),
      revoke: new RevokeToken(world.events, world.clock),
      laptop: { name: 'laptop', repositories: ['acme/*'], access: 'write', lifetimeMs: null } as const,
    };
  };

  it('are issued with their value in the answer and only its digest in the events', async () => {
    const { world, issue, laptop } = begin();
    const { id, value, expiresAt } = await issue.execute(laptop, testContext);
    expect(value).toBe('secret-value-1');
    expect(expiresAt).toBeNull();
    expect(JSON.stringify(world.database.events)).not.toContain(value);
    expect(await world.tokens.byDigest('digest-1')).toMatchObject({
      id,
      name: 'laptop',
      access: 'write',
      revokedAt: null,
    });
  });

  it('expire after their lifetime', async () => {
    const { world, issue, laptop } = begin();
    const { expiresAt } = await issue.execute({ ...laptop, lifetimeMs: 60_000 }, testContext);
    expect(expiresAt).toEqual(new Date(world.clock.now().getTime() + 60_000));
  });

  it('are revoked once, and revoking again changes nothing', async () => {
    const { world, issue, revoke, laptop } = begin();
    const { id } = await issue.execute(laptop, testContext);
    expect(await revoke.execute(id, 'lost', testContext)).toBe(true);
    expect(await revoke.execute(id, 'lost', testContext)).toBe(false);
    expect((await world.tokens.byId(id))?.revokedAt).toEqual(world.clock.now());
  });

  it('are not revoked by an id that was never issued', async () => {
    const { revoke } = begin();
    await expect(revoke.execute('00000000-0000-4000-8000-000000000000', 'lost', testContext)).rejects.toMatchObject({
      code: 'token.absent',
    });
  });
});
