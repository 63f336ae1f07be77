import type { RequestBudget } from '#application/ports/request-budget.js';

export interface BudgetWorld {
  /** Two views of one bucket: two processes, or the same one where there can be only one. */
  readonly budgets: readonly [RequestBudget, RequestBudget];
  /** Moves time on as the bucket sees it. */
  elapse(ms: number): Promise<void>;
  dispose(): Promise<void>;
}

/** Makes an empty bucket of a rate. */
export type MakeBudget = (requestsPerSecond: number) => Promise<BudgetWorld>;

export const describeRequestBudget = (name: string, make: MakeBudget): void => {
  describe(`the request budget of ${name}`, () => {
    let world: BudgetWorld;
    const begin = async (rate: number) => {
      world = await make(rate);
      const [one, other] = world.budgets;
      return { one, other };
    };
    afterEach(() => world.dispose());

    /** Takes all that is there. */
    const drain = async (budget: RequestBudget): Promise<number> => {
      let taken = 0;
      for (;;) {
        const { requests } = await budget.take(1_000);
        if (requests === 0) return taken;
        taken += requests;
      }
    };

    it('grants what is wanted from what is there, and tells how long to wait for more', async () => {
      const { one, other } = await begin(100);
      await world.elapse(1_000);
      expect(await one.take(3)).toMatchObject({ requests: 3, waitMs: 0 });
      await drain(other);
      const { requests, waitMs } = await one.take(1);
      if (requests === 0) {
        expect(waitMs).toBeGreaterThanOrEqual(1);
        expect(waitMs).toBeLessThanOrEqual(11);
      }
    });

    it('saves up no more than half a second of the rate', async () => {
      const { one } = await begin(10);
      await world.elapse(2_000);
      expect((await one.take(1_000)).requests).toBe(5);
    });

    it('grants nothing to anybody while a pause lasts, and little right after it', async () => {
      const { one, other } = await begin(20);
      await world.elapse(600);
      expect(await one.throttled(400)).toBeGreaterThan(300);
      expect(await other.take(5)).toMatchObject({ requests: 0 });
      const { waitMs } = await other.take(5);
      expect(waitMs).toBeGreaterThan(250);
      expect(waitMs).toBeLessThanOrEqual(400);
      await world.elapse(waitMs + 150);
      const { requests } = await other.take(20);
      expect(requests).toBeGreaterThanOrEqual(1);
      expect(requests).toBeLessThan(10);
    });

    it('makes one pause and one halving of sixty reports', async () => {
      const { one, other } = await begin(64);
      const left = await Promise.all(
        Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? one : other).throttled(300)),
      );
      for (const ms of left) expect(ms).toBeLessThanOrEqual(1_300);
      expect((await one.take(1)).requestsPerSecond).toBe(32);
    });

    it('keeps to the longest pause that was asked for', async () => {
      const { one, other } = await begin(10);
      await one.throttled(5_000);
      expect(await other.throttled(10)).toBeGreaterThan(4_000);
    });

    it('halves again for a complaint after the pause, and rises slowly without one', async () => {
      const { one } = await begin(40);
      await one.throttled(20);
      await world.elapse(60);
      await one.throttled(20);
      await world.elapse(60);
      const halvedTwice = (await one.take(1)).requestsPerSecond;
      expect(halvedTwice).toBeGreaterThanOrEqual(10);
      expect(halvedTwice).toBeLessThan(10.1);
      await world.elapse(900);
      await one.take(1);
      const later = (await one.take(1)).requestsPerSecond;
      expect(later).toBeGreaterThan(halvedTwice);
      expect(later).toBeLessThan(halvedTwice + 1);
    });

    it('never falls below half a request a second', async () => {
      const { one } = await begin(1);
      for (let complaint = 0; complaint < 4; complaint += 1) {
        await one.throttled(5);
        await world.elapse(20);
      }
      expect((await one.take(1)).requestsPerSecond).toBeGreaterThanOrEqual(0.5);
    });
  });
};
