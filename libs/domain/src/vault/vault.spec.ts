import fc from 'fast-check';
import {
  decideVault,
  evolveVault,
  faultOfStop,
  gravest,
  initialVault,
  isLasting,
  STOP_CAUSES,
  STOP_RULES,
  type StopCause,
  type VaultCommand,
  type VaultState,
} from './vault.js';

const at = '2026-01-01T00:00:00.000Z';
const soon = '2026-01-01T00:01:00.000Z';
const later = '2026-01-01T00:02:00.000Z';

const stop = (cause: StopCause, until: string | null = null): VaultCommand =>
  ({ type: 'Stop', cause, detail: 'spec', until }) as const;
const when = (state: VaultState, command: VaultCommand, now = at) => decideVault('v', state, { command, at: now });
const after = (state: VaultState, command: VaultCommand, now = at): VaultState =>
  when(state, command, now).reduce(evolveVault, state);

describe('stopping a vault', () => {
  it('opens the breaker of the cause', () => {
    const [event, ...more] = when(initialVault, stop('abuse-block'));
    expect(event).toMatchObject({ type: 'BreakerOpened', data: { vault: 'v', cause: 'abuse-block', until: null, at } });
    expect(more).toEqual([]);
  });

  it('says nothing twice', () => {
    expect(when(after(initialVault, stop('abuse-block')), stop('abuse-block'))).toEqual([]);
    const outage = after(initialVault, stop('outage', later));
    expect(when(outage, stop('outage', later))).toEqual([]);
    expect(when(outage, stop('outage', soon))).toEqual([]);
  });

  it('moves the end of a stop to a later time, and keeps its beginning', () => {
    const state = after(after(initialVault, stop('outage', soon)), stop('outage', later), soon);
    expect(state.get('outage')).toEqual({ cause: 'outage', detail: 'spec', openedAt: at, until: later });
  });

  it('begins anew after an end', () => {
    const ended = after(after(initialVault, stop('quota', soon)), { type: 'Resume', cause: 'quota', by: 'probe' });
    expect(after(ended, stop('quota', later), soon).get('quota')?.openedAt).toBe(soon);
  });
});

describe('resuming a vault', () => {
  it('closes the breaker of the cause and no other', () => {
    const state = after(after(initialVault, stop('quota', soon)), stop('outage', soon));
    expect([...after(state, { type: 'Resume', cause: 'quota', by: 'operator' }).keys()]).toEqual(['outage']);
  });

  it('has nothing to close where nothing is open', () => {
    expect(when(initialVault, { type: 'Resume', cause: 'quota', by: 'operator' })).toEqual([]);
  });

  it.each(STOP_CAUSES)('by a probe is refused for %s exactly when it waits for a person', (cause) => {
    const state = after(initialVault, stop(cause, soon));
    const closed = when(state, { type: 'Resume', cause, by: 'probe' }).length === 1;
    expect(closed).toBe(!STOP_RULES[cause].needsOperator);
    expect(when(state, { type: 'Resume', cause, by: 'operator' })).toHaveLength(1);
  });
});

describe('a login', () => {
  it('ends what only a login could end, and nothing else', () => {
    const state = STOP_CAUSES.reduce((before, cause) => after(before, stop(cause, soon)), initialVault);
    const left = after(state, { type: 'OpenSession', way: 'fork' });
    expect([...left.keys()].toSorted()).toEqual(['abuse-block', 'outage', 'quota', 'requirements']);
  });

  it('and a logout are remembered', () => {
    expect(when(initialVault, { type: 'OpenSession', way: 'fork' })).toMatchObject([{ type: 'SessionOpened' }]);
    expect(when(initialVault, { type: 'CloseSession', reason: 'logout' })).toMatchObject([{ type: 'SessionClosed' }]);
  });
});

describe('the stops of a vault', () => {
  it('tell first of those that wait for a person', () => {
    const state = ['outage', 'quota', 'session'].reduce(
      (before, cause) => after(before, stop(cause as StopCause, soon)),
      initialVault,
    );
    expect(gravest(state.values())?.cause).toBe('session');
    expect(gravest([])).toBeNull();
  });

  it.each(STOP_CAUSES)('end calls with a fault of their own: %s', (cause) => {
    const fault = faultOfStop({ cause, detail: 'spec', openedAt: at, until: null });
    expect(fault).toMatchObject({ code: STOP_RULES[cause].code, facts: { detail: 'spec', since: at } });
  });

  it('are not worth a wait unless they are an outage', () => {
    expect(STOP_CAUSES.filter((cause) => !isLasting({ cause }))).toEqual(['outage']);
  });

  it('are what the events say, in whatever order commands come', () => {
    const command = fc.oneof(
      fc.record({
        type: fc.constant('Stop' as const),
        cause: fc.constantFrom(...STOP_CAUSES),
        detail: fc.constant('spec'),
        until: fc.constantFrom(null, soon, later),
      }),
      fc.record({
        type: fc.constant('Resume' as const),
        cause: fc.constantFrom(...STOP_CAUSES),
        by: fc.constantFrom('operator' as const, 'probe' as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        let state: VaultState = initialVault;
        for (const one of commands) {
          const stopped = state.has(one.cause);
          state = after(state, one);
          if (one.type === 'Stop') expect(state.has(one.cause)).toBe(true);
          else if (stopped && one.by === 'probe')
            expect(state.has(one.cause)).toBe(STOP_RULES[one.cause].needsOperator);
          else expect(state.has(one.cause)).toBe(false);
          expect(when(state, one)).toEqual([]);
        }
      }),
    );
  });
});
