import { useWorld, type MakeWorld } from './store-world.js';

export const describeLeases = (name: string, make: MakeWorld): void => {
  describe(`the leases of ${name}`, () => {
    const world = useWorld(make);

    it('are held by one of ten that ask at once', async () => {
      const { leases } = world();
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => leases.acquire('entity', 60_000)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'lease.held' });
    });

    it('pass to another holder with a higher token once they expired', async () => {
      const { leases, elapse } = world();
      const first = await leases.acquire('entity', 20);
      await elapse(40);
      const second = await leases.acquire('entity', 60_000);
      expect(BigInt(second.token)).toBeGreaterThan(BigInt(first.token));
      await expect(leases.renew(first, 60_000)).rejects.toMatchObject({ code: 'lease.lost' });
    });

    it('last as long as they are renewed', async () => {
      const { leases, elapse } = world();
      const lease = await leases.acquire('entity', 50);
      await leases.renew(lease, 60_000);
      await elapse(80);
      await expect(leases.acquire('entity', 60_000)).rejects.toMatchObject({ code: 'lease.held' });
    });

    it('are free at once after a release', async () => {
      const { leases } = world();
      const first = await leases.acquire('entity', 60_000);
      await leases.release(first);
      const second = await leases.acquire('entity', 60_000);
      expect(BigInt(second.token)).toBeGreaterThan(BigInt(first.token));
    });

    it('stay with the new holder when the old one releases', async () => {
      const { leases, elapse } = world();
      const first = await leases.acquire('entity', 20);
      await elapse(40);
      const second = await leases.acquire('entity', 60_000);
      await leases.release(first);
      await leases.renew(second, 60_000);
    });

    it('of different entities do not meet', async () => {
      const { leases } = world();
      await leases.acquire('one', 60_000);
      await leases.acquire('two', 60_000);
    });
  });
};
