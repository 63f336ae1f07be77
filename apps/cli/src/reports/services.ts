import type { Concern } from '#application/report-status/verdict.js';
import { z } from 'zod';
import type { StackFile } from '../stack/stack-file.js';

export interface ServiceStatus {
  readonly name: string;
  readonly status: 'ready' | 'degraded' | 'not-ready' | 'down';
  readonly pid: number | null;
  readonly restarts: number;
  readonly ports: Readonly<Record<string, number>>;
  /** What does not work, by name of the check. */
  readonly failing: Readonly<Record<string, string>>;
}

const Readiness = z.object({
  status: z.enum(['ready', 'degraded', 'not-ready']),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), reason: z.string().optional() })),
});

const ANSWER_MS = 4_000;

/** Asks every service of a running stack how it is. A service that does not answer is down. */
export const askServices = (stack: StackFile): Promise<readonly ServiceStatus[]> =>
  Promise.all(
    stack.services.map(async ({ name, pid, state, restarts, ports }): Promise<ServiceStatus> => {
      const known = { name, pid, restarts, ports };
      if (state !== 'ready') return { ...known, status: 'down', failing: { process: state } };
      // The database tells of itself through those who use it.
      if (ports['operations'] === undefined) return { ...known, status: 'ready', failing: {} };
      return { ...known, ...(await ask(ports['operations'])) };
    }),
  );

const ask = async (port: number): Promise<Pick<ServiceStatus, 'status' | 'failing'>> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const { status, checks } = Readiness.parse(await response.json());
    const failing = Object.entries(checks).flatMap(([name, { ok, reason }]) =>
      ok ? [] : [[name, reason ?? 'failing'] as const],
    );
    return { status, failing: Object.fromEntries(failing) };
  } catch {
    return { status: 'down', failing: { process: 'does not answer' } };
  }
};

export const serviceConcerns = (services: readonly ServiceStatus[]): Concern[] =>
  services.flatMap(({ name, status, failing }): Concern[] => {
    if (status === 'ready') return [];
    const reasons = Object.entries(failing).map(([check, reason]) => `${check}: ${reason}`);
    const weight = status === 'degraded' || name === 'reconciler' ? 'degraded' : 'not-ready';
    return [
      {
        weight,
        what: `${name} is ${status} (${reasons.join('; ')})`,
        remedy: 'its lines in the log of `ballast up` say more',
      },
    ];
  });
