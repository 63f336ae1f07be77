import type { HealPlacement } from '#application/heal-placement/heal-placement.js';
import type { LeasedWork } from '#application/leased-work/leased-work.js';

/** What mends placements that a watch finds broken, and lets one worker of the fleet watch. */
export interface WatchTools {
  readonly heal: HealPlacement;
  readonly leased: LeasedWork;
}

/** Makes the watch of a vault; its `run` goes on until the signal and never rejects. */
export type WatchVault = (tools: WatchTools) => { run(signal: AbortSignal): Promise<void> };

/** Watches a vault that others can get at too. Returns what ends it, and resolves once it has let go of the vault. */
export const startVaultWatch = (watch: WatchVault | null, tools: WatchTools): (() => Promise<void>) => {
  if (watch === null) return () => Promise.resolve();
  const over = new AbortController();
  const running = watch(tools).run(over.signal);
  return async () => {
    over.abort();
    await running;
  };
};
