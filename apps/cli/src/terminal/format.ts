const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `0 B`, `1.5 KiB`, `12 MiB`: two digits that matter. */
export const formatBytes = (bytes: number): string => {
  const step = bytes < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${step === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[step]}`;
};

/** `7 ms`, `1.5 s`, `4 min`, `3.5 h`, `12 d`. */
export const formatDuration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const [value, unit] =
    ms < 120_000
      ? [ms / 1_000, 's']
      : ms < 7_200_000
        ? [ms / 60_000, 'min']
        : ms < 172_800_000
          ? [ms / 3_600_000, 'h']
          : [ms / 86_400_000, 'd'];
  return `${value >= 10 ? Math.round(value) : value.toFixed(1).replace(/\.0$/, '')} ${unit}`;
};

/** UTC, to the millisecond: what logs and events say as well. */
export const formatTime = (time: Date): string => time.toISOString().replace('T', ' ').replace('Z', '');

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
