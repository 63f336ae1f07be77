import type { EmulatorNode } from './contract.js';

export interface EmulatorBlock {
  readonly id: string;
  readonly linkId: string;
  readonly index: number;
  readonly bytes: number;
}

export type WebAppAct =
  { readonly act: 'trash' | 'restore' | 'delete' } | { readonly act: 'move'; readonly parentLinkId: string };

/**
 * What the control API and the account need of Drive. `drive/open-drive.ts` exports
 * `openDrive(world: World, routes: Routes): DriveHalf`, which opens its chapters of `world.store` and adds its routes.
 */
export interface DriveHalf {
  nodes(): readonly EmulatorNode[];
  /** As somebody in the web app; makes events. ApiError 422/2501 when there is no such link. */
  act(linkId: string, act: WebAppAct): Promise<void>;
  blocks(): readonly EmulatorBlock[];
  ciphertext(blockId: string): Promise<Buffer | null>;
  /** Of drafts, trash and all. */
  usedBytes(): number;
  /** Nothing is left of any volume, as of an account that has never used Drive. */
  reset(): Promise<void>;
}
