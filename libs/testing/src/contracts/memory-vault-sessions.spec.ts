import { MemoryVaultSessions } from '#testing/memory/memory-vault-sessions.js';
import { TestClock } from '#testing/memory/test-clock.js';
import { describeVaultSessions } from './vault-sessions.contract.js';

describeVaultSessions('memory', async () => ({
  sessions: new MemoryVaultSessions(new TestClock()),
  dispose: () => Promise.resolve(),
}));
