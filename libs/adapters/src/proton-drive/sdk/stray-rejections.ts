import { NoAnswer } from './http/no-answer.js';

const OF_THE_SDK = /[/\\]@protontech[/\\]drive-sdk[/\\]/;

/** Whether a rejection that nobody awaits is one of those that the SDK leaves behind: made by it, or given to it by its http client. */
export const isSdkStray = (reason: unknown): boolean =>
  reason instanceof NoAnswer ||
  (reason instanceof Error && typeof reason.stack === 'string' && OF_THE_SDK.test(reason.stack));

/**
 * When a transfer is aborted or one of its blocks fails for good, the SDK forgets the promises of the others, which then
 * reject unseen (docs/proton-sdk.md#stray-rejections): by default that ends the process, and with it every other transfer
 * in it. Those are counted and swallowed; any other rejection ends the process as ever.
 * Returns what takes the guard off again.
 */
export const guardAgainstStrays = (swallowed: () => void): (() => void) => {
  const guard = (reason: unknown): void => {
    if (!isSdkStray(reason)) throw reason;
    swallowed();
  };
  process.on('unhandledRejection', guard);
  return () => {
    process.off('unhandledRejection', guard);
  };
};
