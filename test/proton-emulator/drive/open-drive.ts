import type { DriveHalf } from '../drive-half.js';
import type { Routes } from '../routes.js';
import type { World } from '../world.js';
import { act, nodes } from './acts.js';
import { Drive } from './drive.js';
import { addBlockRoutes } from './routes/block-routes.js';
import { DriveRoutes } from './routes/drive-routes.js';
import { addEventRoutes } from './routes/event-routes.js';
import { addFileRoutes } from './routes/file-routes.js';
import { addFolderRoutes } from './routes/folder-routes.js';
import { addRevisionRoute } from './routes/revision-routes.js';
import { addSmallFileRoutes } from './routes/small-file-routes.js';
import { addTrashRoutes } from './routes/trash-routes.js';
import { addVolumeRoutes } from './routes/volume-routes.js';

/** The Drive half of the emulator: its model is kept in the chapter `drive`, ciphertext in the store's blocks. */
export function openDrive(world: World, routes: Routes): DriveHalf {
  const drive = new Drive(world);
  const driveRoutes = new DriveRoutes(drive, routes);
  addVolumeRoutes(driveRoutes);
  addFolderRoutes(driveRoutes);
  addFileRoutes(driveRoutes);
  addRevisionRoute(driveRoutes);
  addBlockRoutes(driveRoutes);
  addSmallFileRoutes(driveRoutes);
  addTrashRoutes(driveRoutes);
  addEventRoutes(driveRoutes);
  const settled = (): Drive => {
    drive.settle();
    return drive;
  };
  return {
    nodes: () => nodes(settled()),
    act: (linkId, what) => act(settled(), linkId, what),
    blocks: () =>
      settled()
        .tables.links()
        .flatMap(({ linkId }) => drive.tables.revisions(linkId))
        .flatMap(({ linkId, blocks }) => blocks.map(({ blockId: id, index, bytes }) => ({ id, linkId, index, bytes }))),
    ciphertext: (blockId) => world.store.block(blockId),
    usedBytes: () => drive.tables.usedBytes(),
    reset: () => drive.reset(),
  };
}
