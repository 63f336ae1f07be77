import { MemoryPlacedNodes } from '#testing/memory/memory-placed-nodes.js';
import { MemoryVaultIndex } from '#testing/memory/memory-vault-index.js';
import { MemoryWorld } from '#testing/memory/memory-world.js';
import { describePlacedNodes } from './placed-nodes.contract.js';

describePlacedNodes('memory', () => {
  const { database, events, clock } = new MemoryWorld();
  const index = new MemoryVaultIndex(clock);
  return Promise.resolve({
    events,
    index,
    placed: new MemoryPlacedNodes(database, index, 'proton-drive'),
    other: new MemoryPlacedNodes(database, index, 'other'),
    dispose: () => Promise.resolve(),
  });
});
