import { MemoryVaultIndex } from '#testing/memory/memory-vault-index.js';
import { TestClock } from '#testing/memory/test-clock.js';
import { describeVaultIndex } from './vault-index.contract.js';

describeVaultIndex('memory', () => {
  const clock = new TestClock();
  return Promise.resolve({
    index: new MemoryVaultIndex(clock),
    other: new MemoryVaultIndex(clock),
    elapse: (ms) => Promise.resolve(clock.advance(ms)),
    dispose: () => Promise.resolve(),
  });
});
