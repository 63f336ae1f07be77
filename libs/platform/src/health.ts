/** State of one thing that a service needs. `degraded`: it serves, with less; `not-ready`: it must not get traffic. */
export interface Probe {
  readonly name: string;
  /** Rejects with the reason when the thing does not work. */
  readonly check: (signal: AbortSignal) => Promise<void>;
  readonly whenFailing: 'degraded' | 'not-ready';
}

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not-ready';
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly reason?: string }>>;
}

const PROBE_TIMEOUT_MS = 3_000;

/** Runs all probes at once, each within three seconds, and says what follows and why. */
export const readiness = async (probes: readonly Probe[], draining = false): Promise<Readiness> => {
  const results = await Promise.all(probes.map(run));
  const failing = probes.filter((_, index) => results[index] !== null);
  const checks = Object.fromEntries(
    probes.map(({ name }, index) => {
      const reason = results[index] ?? null;
      return [name, reason === null ? { ok: true } : { ok: false, reason }];
    }),
  );
  if (draining) return { status: 'not-ready', checks: { ...checks, draining: { ok: false, reason: 'shutting down' } } };
  if (failing.some(({ whenFailing }) => whenFailing === 'not-ready')) return { status: 'not-ready', checks };
  return { status: failing.length > 0 ? 'degraded' : 'ready', checks };
};

const run = async ({ check }: Probe): Promise<string | null> => {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const timeout = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${PROBE_TIMEOUT_MS} ms`)), {
      once: true,
    });
  });
  return Promise.race([(async () => check(signal))(), timeout]).then(
    () => null,
    (error: unknown) => (error instanceof Error ? withoutSecrets(error.message) : 'failed'),
  );
};

const withoutSecrets = (message: string): string => message.replace(/:\/\/[^\s/@]*@/g, '://').slice(0, 200);
