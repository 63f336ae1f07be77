import { Fault } from '#domain/fault/fault.js';
import { MemoryWorld, testContext } from '#testing/memory/memory-world.js';
import { ResumeVault } from './resume-vault.js';
import { StopVault } from './stop-vault.js';
import { VaultHistory } from './vault-history.js';

const begin = () => {
  const world = new MemoryWorld();
  const history = new VaultHistory(world.events, world.clock, 'proton-drive');
  const types = () => world.database.events.map(({ type }) => type);
  return { world, history, stop: new StopVault(history), resume: new ResumeVault(history), types };
};
const blocked = { cause: 'abuse-block', detail: '2028', until: null } as const;

describe('the breakers of a vault', () => {
  it('are opened and closed by events on its stream', async () => {
    const { world, stop, resume } = begin();
    expect(await stop.execute(blocked)).toBe(true);
    expect(await resume.execute('abuse-block', 'operator', testContext)).toBe(true);
    expect(world.database.events).toMatchObject([
      { stream: 'vault-proton-drive', type: 'BreakerOpened', context: { actor: 'service:worker' } },
      { stream: 'vault-proton-drive', type: 'BreakerClosed', context: testContext, data: { by: 'operator' } },
    ]);
  });

  it('are opened once by twenty processes at once', async () => {
    const { stop, types } = begin();
    const written = await Promise.all(Array.from({ length: 20 }, () => stop.execute(blocked)));
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(types()).toEqual(['BreakerOpened']);
  });

  it('are judged anew after a conflict', async () => {
    const { world, stop, types } = begin();
    world.events.failNext = { error: new Fault('stream.version-conflict'), when: 'before' };
    expect(await stop.execute(blocked)).toBe(true);
    expect(types()).toEqual(['BreakerOpened']);
  });

  it('are found open by whoever repeats what a lost answer left in doubt', async () => {
    const { world, stop, types } = begin();
    world.events.failNext = { error: new Fault('database.unavailable'), when: 'after' };
    await expect(stop.execute(blocked)).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(await stop.execute(blocked)).toBe(false);
    expect(types()).toEqual(['BreakerOpened']);
  });

  it('that wait for a person are not closed by a probe', async () => {
    const { stop, resume, types } = begin();
    await stop.execute(blocked);
    expect(await resume.execute('abuse-block', 'probe')).toBe(false);
    expect(types()).toEqual(['BreakerOpened']);
  });
});
