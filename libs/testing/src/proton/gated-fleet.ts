import { pino } from 'pino';
import { ResumeVault } from '#application/vault-breaker/resume-vault.js';
import { StopVault } from '#application/vault-breaker/stop-vault.js';
import { VaultHistory } from '#application/vault-breaker/vault-history.js';
import { Fault } from '#domain/fault/fault.js';
import { MemoryRequestBudget } from '../memory/memory-request-budget.js';
import { MemoryVaultConditions } from '../memory/memory-vault-conditions.js';
import { MemoryWorld } from '../memory/memory-world.js';
import type { Observation } from '#adapters/proton-drive/drive-host.js';
import { Brakes } from '#adapters/proton-drive/failure/brakes.js';
import { FleetBudget } from '#adapters/proton-drive/failure/fleet-budget.js';
import { Gate } from '#adapters/proton-drive/failure/gate.js';

const silent = pino({ level: 'silent' });
export const never = new AbortController().signal;

/** What the SDK's process tells of a request. */
export const answer = (given: Partial<Observation> = {}): Observation => ({
  ...{ op: 'GET drive/v2/volumes', status: 200, code: 1000, retryAfterMs: null, humanVerification: false },
  ...{ requirements: false, errorName: null, durationMs: 5, sentBytes: 10, receivedBytes: 100 },
  ...given,
});
export const refusal = (code: number): Observation => answer({ status: 422, code });
export const failure = answer({ status: 503, code: null });
export const timeout = answer({ status: 0, code: null, errorName: 'TimeoutError' });
export const tooMany = (retryAfterMs: number | null): Observation => answer({ status: 429, code: 85131, retryAfterMs });

const open: Gate[] = [];
/** After each test: no worker of it goes on. */
export const closeFleets = (): void => open.splice(0).forEach((gate) => gate.close());

/** Some workers of one fleet. */
export const fleet = (requestsPerSecond = 50) => {
  const world = new MemoryWorld();
  const history = new VaultHistory(world.events, world.clock, 'memory');
  const [stop, resume] = [new StopVault(history), new ResumeVault(history)];
  const conditions = new MemoryVaultConditions(world.database);
  const bucket = new MemoryRequestBudget(world.clock, requestsPerSecond);
  const worker = (): Gate => {
    const brakes = new Brakes({ conditions, stop, resume, leases: world.leases }, world.clock, silent);
    const gate = new Gate(brakes, new FleetBudget(bucket, world.clock, requestsPerSecond));
    open.push(gate);
    return gate;
  };
  const stops = async () => new Map((await conditions.stops()).map((one) => [one.cause, one]));
  return { world, stop, resume, bucket, worker, stops };
};

export const permitted = (gate: Gate): Promise<string> =>
  gate.permit(never).then(
    () => 'sent',
    (error: unknown) => (error instanceof Fault ? error.code : 'bug'),
  );
