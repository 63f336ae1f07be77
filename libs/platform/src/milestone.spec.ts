import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { jest } from '@jest/globals';
import { MILESTONES, reached, type Milestone } from './milestone.js';

describe('a milestone', () => {
  it.each(MILESTONES)('%s is told to whoever listens, with its facts', (name) => {
    const heard = jest.fn();
    subscribe(`ballast:${name}`, heard);
    reached(name, { oid: 'a' });
    unsubscribe(`ballast:${name}`, heard);
    reached(name, { oid: 'b' });
    expect(heard.mock.calls).toEqual([[{ oid: 'a' }, `ballast:${name}`]]);
  });

  it('that is not on the list cannot be published', () => {
    const heard = jest.fn();
    subscribe('ballast:gateway.unknown', heard);
    reached('gateway.unknown' as Milestone);
    unsubscribe('ballast:gateway.unknown', heard);
    expect(heard).not.toHaveBeenCalled();
  });

  it('costs next to nothing when nobody listens', () => {
    expect(channel('ballast:worker.mid-blocks').hasSubscribers).toBe(false);
    const began = performance.now();
    for (let count = 0; count < 100_000; count += 1) reached('worker.mid-blocks');
    expect(performance.now() - began).toBeLessThan(200);
  });

  it('names the part and what it did', () => {
    for (const name of MILESTONES) expect(name).toMatch(/^(gateway|relay|worker|reconciler)\.[a-z]+(-[a-z]+)*$/);
    expect(new Set(MILESTONES).size).toBe(MILESTONES.length);
  });
});
