import { randomUUID } from 'node:crypto';
import { tokenStream } from '#domain/token/token.js';
import { AT, context, issueToken } from './example-events.js';
import { useWorld, type MakeWorld } from './store-world.js';

export const describeTokens = (name: string, make: MakeWorld): void => {
  describe(`the tokens of ${name}`, () => {
    const world = useWorld(make);

    it('are found by digest and by id', async () => {
      const { events, tokens } = world();
      const { tokenId, digest } = await issueToken(events);
      const token = {
        id: tokenId,
        name: 'ci',
        repositories: ['acme/*'],
        access: 'write',
        expiresAt: new Date(AT),
        revokedAt: null,
      };
      expect(await tokens.byDigest(digest)).toEqual(token);
      expect(await tokens.byId(tokenId)).toEqual(token);
      expect(await tokens.count()).toBe(1);
    });

    it('are revoked at once', async () => {
      const { events, tokens } = world();
      const { tokenId, digest } = await issueToken(events);
      const revoked = { type: 'TokenRevoked', schema: 1, data: { tokenId, reason: 'leaked', at: AT } } as const;
      await events.append({
        writes: [{ stream: tokenStream(tokenId), expectedVersion: 1, events: [revoked] }],
        context,
      });
      expect((await tokens.byDigest(digest))?.revokedAt).toEqual(new Date(AT));
    });

    it('are not found by anything else', async () => {
      const { events, tokens } = world();
      await issueToken(events);
      expect(await tokens.byDigest('0'.repeat(64))).toBeNull();
      expect(await tokens.byId(randomUUID())).toBeNull();
      expect(await tokens.byId('not-a-uuid')).toBeNull();
    });
  });
};
