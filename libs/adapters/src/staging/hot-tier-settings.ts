import { z } from 'zod';
import { bytes, setting } from '#platform/settings.js';

export const hotTierSettings = {
  hotTierDirectory: setting(
    'BALLAST_HOT_TIER_DIR',
    'Directory of the hot tier, on local disk or a volume that all services share.',
    z.string().min(1),
  ),
  hotTierCapacityBytes: setting(
    'BALLAST_HOT_TIER_CAPACITY',
    'Bytes that the hot tier may hold; stored objects make room for others, objects not yet stored never do.',
    bytes.prefault('50GiB'),
  ),
  hotTierFreeFloorBytes: setting(
    'BALLAST_HOT_TIER_FREE_FLOOR',
    'Free bytes to leave on the disk of the hot tier: no upload begins that would go below.',
    bytes.prefault('1GiB'),
  ),
};
