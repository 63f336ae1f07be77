import type { VaultSession, VaultSessions } from '#application/ports/vault-sessions.js';

export interface SessionsWorld {
  readonly sessions: VaultSessions;
  dispose(): Promise<void>;
}

export const sampleSession = (uid = 'uid', round = 1): VaultSession => ({
  uid,
  accessToken: `access-${uid}-${round}`,
  refreshToken: `refresh-${uid}-${round}`,
  keyPassword: 'key password',
  accessExpiresAt: '2026-01-02T00:00:00.000Z',
});

export const describeVaultSessions = (name: string, make: () => Promise<SessionsWorld>): void => {
  describe(`the vault sessions of ${name}`, () => {
    let world: SessionsWorld;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.dispose());

    it('are none at first, and each kind is kept for itself', async () => {
      const { sessions } = world;
      expect(await sessions.load('child')).toBeNull();
      await sessions.replace('parent', sampleSession('p'), null);
      await sessions.replace('child', { ...sampleSession('c'), accessExpiresAt: null }, null);
      expect((await sessions.load('parent'))?.session).toEqual(sampleSession('p'));
      expect(await sessions.load('child')).toMatchObject({ session: { uid: 'c', accessExpiresAt: null } });
    });

    it('are replaced only by who knows the version that is stored', async () => {
      const { sessions } = world;
      const first = await sessions.replace('child', sampleSession('c', 1), null);
      expect(await sessions.replace('child', sampleSession('c', 9), null)).toBeNull();
      const version = first?.version ?? 0;
      expect(await sessions.replace('child', sampleSession('c', 9), version + 1)).toBeNull();
      const second = await sessions.replace('child', sampleSession('c', 2), version);
      expect(second).toMatchObject({ version: version + 1, createdAt: first?.createdAt });
      expect((await sessions.load('child'))?.session).toEqual(sampleSession('c', 2));
    });

    it('are replaced by exactly one of ten at once', async () => {
      const { sessions } = world;
      const first = await sessions.replace('child', sampleSession('c', 0), null);
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          sessions.replace('child', sampleSession('c', index + 1), first?.version ?? 0),
        ),
      );
      const won = results.filter((result) => result !== null);
      expect(won).toHaveLength(1);
      expect(await sessions.load('child')).toEqual(won[0]);
    });

    it('are gone once removed, and those that come after are not taken for them', async () => {
      const { sessions } = world;
      const first = await sessions.replace('child', sampleSession(), null);
      const version = first?.version ?? 0;
      await sessions.remove('child');
      await sessions.remove('child');
      expect(await sessions.load('child')).toBeNull();
      expect(await sessions.replace('child', sampleSession(), version)).toBeNull();
      await sessions.replace('child', sampleSession('next'), null);
      expect(await sessions.replace('child', sampleSession(), version)).toBeNull();
      expect((await sessions.load('child'))?.session.uid).toBe('next');
    });
  });
};
