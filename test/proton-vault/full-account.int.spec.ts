import { setTimeout as delay } from 'node:timers/promises';
import { blobSample } from '#testing/contracts/blob-store.contract.js';
import { chunked } from '#testing/memory/memory-world.js';
import { VaultWorld } from './vault-world.js';

const never = (): AbortSignal => new AbortController().signal;

describe('a worker whose account is full', () => {
  let world: VaultWorld;

  beforeAll(async () => {
    world = await VaultWorld.open();
  }, 60_000);
  afterAll(() => world.dispose(), 60_000);

  const put = async (seed: number): Promise<unknown> => {
    const { blob, bytes } = blobSample(300_000, seed);
    return world.connected.vault.put(blob, chunked(bytes), never());
  };
  const causes = async () => (await world.ports.conditions.stops()).map(({ cause }) => cause).sort();
  /** What the fleet knows is asked for once in a while only. */
  const stopped = async (expected: readonly string[], meanwhile: () => Promise<unknown>): Promise<void> => {
    for (let tries = 0; tries < 100 && (await causes()).length < expected.length; tries += 1) {
      await meanwhile();
      await delay(50);
    }
    expect(await causes()).toEqual(expected);
  };

  it('makes no call any more, not even for room, once it is told that it is blocked', async () => {
    const { control } = world.emulator;
    control.turn({ quotaBytes: 1 });
    await expect(put(1)).rejects.toMatchObject({ code: 'vault.quota-exceeded' });
    await stopped(['quota'], () => Promise.resolve());
    const body = { Code: 2028, Error: 'blocked', Details: {} };
    control.fault({ route: 'GET /core/v4/users', times: 1, does: { kind: 'answer', status: 422, body } });
    await stopped(['abuse-block', 'quota'], () => put(2).catch(() => undefined));
    const calls = control.calls().length;
    await expect(put(3)).rejects.toMatchObject({ code: 'vault.abuse-blocked' });
    expect(control.calls()).toHaveLength(calls);
  });
});
