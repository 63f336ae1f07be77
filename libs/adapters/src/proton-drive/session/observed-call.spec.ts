import { Fault } from '#domain/fault/fault.js';
import type { Observation } from '../drive-host.js';
import { observedCall } from './observed-call.js';

describe('a call of the worker itself', () => {
  const calling = async (work: () => Promise<string>) => {
    const heard: Observation[] = [];
    const gate = { observed: async (one: Observation) => void heard.push(one) };
    const ended = await observedCall(gate, 'GET core/v4/users', work).catch((error: unknown) => error);
    return { ended, heard };
  };

  it('is told to the gate when it was answered', async () => {
    const { ended, heard } = await calling(async () => 'space');
    expect(ended).toBe('space');
    expect(heard).toMatchObject([{ op: 'GET core/v4/users', status: 200, code: null, errorName: null }]);
  });

  it('is told to the gate with what a refusal means', async () => {
    const blocked = new Fault('vault.abuse-blocked', { status: 422, code: 2028, reason: 'blocked' });
    const { ended, heard } = await calling(() => Promise.reject(blocked));
    expect(ended).toBe(blocked);
    expect(heard).toMatchObject([{ status: 422, code: 2028, errorName: 'blocked', humanVerification: false }]);
    const slower = new Fault('vault.throttled', { status: 429, retryAfterMs: 7_000 });
    expect((await calling(() => Promise.reject(slower))).heard).toMatchObject([{ status: 429, retryAfterMs: 7_000 }]);
    const captcha = new Fault('vault.human-verification', { status: 422, code: 9001 });
    expect((await calling(() => Promise.reject(captcha))).heard).toMatchObject([{ humanVerification: true }]);
  });

  it('is told once, even where the gate cannot write down what it means', async () => {
    const heard: number[] = [];
    const gate = {
      observed: async ({ status }: Observation) => {
        heard.push(status);
        throw new Fault('database.unavailable');
      },
    };
    const call = observedCall(gate, 'GET core/v4/users', async () => 'space');
    await expect(call).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(heard).toEqual([200]);
  });

  it('keeps errors of its own to itself', async () => {
    const { ended, heard } = await calling(() => Promise.reject(new TypeError('a bug')));
    expect(ended).toBeInstanceOf(TypeError);
    expect(heard).toEqual([]);
  });
});
