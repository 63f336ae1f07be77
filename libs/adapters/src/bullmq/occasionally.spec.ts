import { jest } from '@jest/globals';
import { occasionally } from './occasionally.js';

describe('an error that repeats itself', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is told once in ten seconds, and others beside it', () => {
    const told: string[] = [];
    const tell = occasionally(({ message }) => void told.push(message));
    for (const text of ['a', 'a', 'b', 'a']) tell(new Error(text));
    expect(told).toEqual(['a', 'b']);
    jest.advanceTimersByTime(10_001);
    tell(new Error('a'));
    expect(told).toEqual(['a', 'b', 'a']);
  });

  it('does not flood the log by having an id in its text', () => {
    const told: string[] = [];
    const tell = occasionally(({ message }) => void told.push(message));
    for (let id = 0; id < 1_000; id += 1) tell(new Error(`could not renew lock for job ${id}`));
    expect(told).toHaveLength(20);
  });
});
