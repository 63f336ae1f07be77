import type { Knobs } from './contract.js';

const GIB = 1024 ** 3;

/** Page size, depth and children are guesses: Proton does not publish them. */
export const DEFAULT_KNOBS: Knobs = {
  latencyMs: 0,
  bytesPerSecond: 0,
  accessTokenSeconds: 86_400,
  blockTokenSeconds: 3600,
  quotaBytes: 500 * GIB,
  fileBytesMax: 100 * GIB,
  childrenMax: 32_000,
  depthMax: 100,
  pageSize: 150,
  rateLimit: null,
  appVersionPrefixes: ['external-drive-'],
  requirementsHeader: null,
  humanVerification: 'off',
  loginAttemptsMax: null,
  asyncTrash: false,
};
