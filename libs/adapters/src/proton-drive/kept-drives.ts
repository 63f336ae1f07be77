import type { Drive } from './drive.js';
import { FolderHomes } from './vault/folder-homes.js';
import { KeptDrive, type KeptDeps } from './pool/kept-drive.js';

export interface KeptDrives {
  readonly drive: Drive;
  /** Stops every process; calls that wait or come later reject with `service.draining`. */
  close(): Promise<void>;
}

/** What a worker has of Proton Drive: so many processes of the SDK, each kept running, behind one Drive that spreads the work. */
export const keptDrives = (
  { processes, transfersMax }: { readonly processes: number; readonly transfersMax: number },
  deps: KeptDeps,
): KeptDrives => {
  const kept = Array.from({ length: processes }, () => new KeptDrive({ transfersMax }, deps));
  const standings = kept.map((drive) => ({ drive, isUp: () => drive.isUp }));
  return {
    drive: new FolderHomes(standings, transfersMax, deps.clock),
    close: async () => void (await Promise.all(kept.map((drive) => drive.close()))),
  };
};
