import { MemoryBlobStore } from '#testing/memory/memory-blob-store.js';
import { MemoryHotTier } from '#testing/memory/memory-hot-tier.js';
import { describeBlobStore } from './blob-store.contract.js';
import { describeHotTier } from './hot-tier.contract.js';

const nothing = { leftovers: () => Promise.resolve([]), dispose: () => Promise.resolve() };

describeBlobStore('in memory', () => Promise.resolve({ store: new MemoryBlobStore(), ...nothing }));
describeHotTier('in memory', () => Promise.resolve({ hotTier: new MemoryHotTier(), ...nothing }));
