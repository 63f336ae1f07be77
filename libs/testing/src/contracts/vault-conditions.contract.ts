import type { Clock } from '#application/ports/clock.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { VaultConditions } from '#application/ports/vault-conditions.js';
import { ResumeVault } from '#application/vault-breaker/resume-vault.js';
import { StopVault } from '#application/vault-breaker/stop-vault.js';
import { VaultHistory } from '#application/vault-breaker/vault-history.js';
import { eventually } from './eventually.js';

export interface ConditionsWorld {
  readonly events: EventStore;
  readonly clock: Clock;
  /** Of the vault `one` and of the vault `other`. */
  readonly one: VaultConditions;
  readonly other: VaultConditions;
  dispose(): Promise<void>;
}

export const describeVaultConditions = (name: string, make: () => Promise<ConditionsWorld>): void => {
  describe(`the vault conditions of ${name}`, () => {
    let world: ConditionsWorld;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.dispose());

    const history = () => new VaultHistory(world.events, world.clock, 'one');

    it('tell of no stop where there is none', async () => {
      expect(await world.one.stops()).toEqual([]);
    });

    it('tell of a stop of their vault within a second or so, and of its end', async () => {
      await world.one.stops();
      const until = new Date(world.clock.now().getTime() + 60_000);
      await new StopVault(history()).execute({ cause: 'quota', detail: '200002', until });
      await eventually(async () => {
        expect(await world.one.stops()).toMatchObject([
          { cause: 'quota', detail: '200002', until: until.toISOString() },
        ]);
      });
      expect(await world.other.stops()).toEqual([]);
      await new ResumeVault(history()).execute('quota', 'probe');
      await eventually(async () => expect(await world.one.stops()).toEqual([]));
    });

    it('keep when a stop began, however often its end is moved', async () => {
      const stop = new StopVault(history());
      const soon = new Date(world.clock.now().getTime() + 1_000);
      const later = new Date(world.clock.now().getTime() + 9_000);
      await stop.execute({ cause: 'outage', detail: '503', until: soon });
      const { state } = await history().load();
      await stop.execute({ cause: 'outage', detail: '502', until: later });
      await eventually(async () => {
        expect(await world.one.stops()).toEqual([
          { cause: 'outage', detail: '502', until: later.toISOString(), openedAt: state.get('outage')?.openedAt },
        ]);
      });
    });

    it('tell of one stop when twenty processes say the same at once', async () => {
      const order = { cause: 'abuse-block', detail: '2028', until: null } as const;
      const written = await Promise.all(Array.from({ length: 20 }, () => new StopVault(history()).execute(order)));
      expect(written.filter(Boolean)).toHaveLength(1);
      await eventually(async () => expect(await world.one.stops()).toHaveLength(1));
    });
  });
};
