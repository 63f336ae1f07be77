import { describeBlobStore } from '#testing/contracts/blob-store.contract.js';
import { VaultWorld } from './vault-world.js';

describe('Proton Drive', () => {
  let world: VaultWorld;

  beforeAll(async () => {
    world = await VaultWorld.open();
  }, 60_000);
  afterAll(() => world.dispose(), 60_000);

  describeBlobStore('by its SDK over the emulator', () =>
    Promise.resolve({
      store: world.connected.vault,
      leftovers: () => Promise.resolve(world.drafts()),
      // Somebody deletes the whole tree in the web app: what comes next begins with an empty vault, and has to notice it.
      dispose: () => world.deleteTree(),
    }),
  );
});
