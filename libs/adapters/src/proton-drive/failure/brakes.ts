import type { Clock } from '#application/ports/clock.js';
import type { Lease, Leases } from '#application/ports/lease.js';
import type { VaultConditions } from '#application/ports/vault-conditions.js';
import type { ResumeVault } from '#application/vault-breaker/resume-vault.js';
import type { StopVault } from '#application/vault-breaker/stop-vault.js';
import { faultOfStop, gravest, needsOperator, type Stop, type StopCause } from '#domain/vault/vault.js';
import type { Logger } from '#platform/logger.js';
import { OwnStops } from './own-stops.js';

/** What the fleet shares about the vault's breakers. */
export interface Fleet {
  readonly conditions: VaultConditions;
  readonly stop: StopVault;
  readonly resume: ResumeVault;
  readonly leases: Leases;
}

/** How long one process may probe before another may. Longer than any metadata request. */
const PROBE_MS = 60_000;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 300_000;

interface Probe {
  readonly cause: StopCause;
  readonly lease: Lease;
  readonly endsAt: number;
}

/**
 * The breakers as one process sees them: those of the fleet and, before anything is written, its own. Once the time of one
 * that ends by itself is up, one process of the fleet probes: a single request for an outage; for the quota whatever that
 * process sends, since room shows only at the end of an upload.
 */
export class Brakes {
  readonly #own: OwnStops;
  #seen: ReadonlyMap<StopCause, Stop> = new Map();
  #probe: Probe | null = null;

  constructor(
    private readonly fleet: Fleet,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.#own = new OwnStops(fleet.stop, clock, logger);
  }

  /** Rejects with the fault of the stop in force, unless a probe is due. */
  async refuse(): Promise<void> {
    const stop = gravest([...(await this.inForce()).values()].filter((one) => !this.isDue(one)));
    if (stop !== null) throw faultOfStop(stop);
  }

  /** Lets one request pass, as a probe where one is due; else rejects with the fault of the stop in force. */
  async enter(): Promise<void> {
    const stops = await this.inForce();
    const blocking = gravest([...stops.values()].filter((stop) => !this.isDue(stop)));
    if (blocking !== null) throw faultOfStop(blocking);
    const due = stops.get('outage') ?? gravest(stops.values());
    if (due !== null && !(await this.mayProbe(due.cause))) throw faultOfStop(due);
    // A lease takes a moment, in which the vault may have said that it wants no call at all.
    const own = gravest([...this.#own.all()].filter((stop) => !this.isDue(stop)));
    if (own !== null) throw faultOfStop(own);
  }

  /** In force for this process at once; resolves when it is for the fleet, or after a while when the database is away. */
  async open(cause: StopCause, detail: string): Promise<void> {
    const written = this.#own.add({ cause, detail, until: this.knownUntil(cause) ?? this.nextUntil(cause) });
    await this.endProbe(cause);
    await written;
  }

  /** Ends a stop of this cause because of an answer, if this process is the one that probes. */
  async proved(cause: StopCause): Promise<void> {
    if (this.probing()?.cause !== cause) return;
    try {
      await this.lift(cause);
    } catch (error) {
      // The answer that proved it is as good as before; the next one tries again, or the next probe.
      this.logger.warn({ err: error, cause }, 'the end of a stop could not be written');
    }
  }

  /** Ends a stop of this cause, if it is in force and needs nobody's permission. Faults: `database.unavailable`. */
  async lift(cause: StopCause): Promise<void> {
    if (!this.#seen.has(cause)) return;
    await this.fleet.resume.execute(cause, 'probe');
    this.#own.remove(cause);
    this.#seen = new Map([...this.#seen].filter(([seen]) => seen !== cause));
    await this.endProbe(cause);
  }

  /** The cause that this process probes now. */
  probing(): { readonly cause: StopCause } | null {
    if (this.#probe !== null && this.#probe.endsAt <= this.now()) this.#probe = null;
    return this.#probe;
  }

  close(): void {
    this.#own.close();
  }

  private async inForce(): Promise<ReadonlyMap<StopCause, Stop>> {
    const shared = await this.fleet.conditions.stops();
    const stops = new Map(shared.map((stop) => [stop.cause, stop]));
    for (const own of this.#own.all()) stops.set(own.cause, later(own, stops.get(own.cause)));
    this.#seen = stops;
    return stops;
  }

  private isDue({ cause, until }: Stop): boolean {
    return !needsOperator(cause) && until !== null && Date.parse(until) <= this.now();
  }

  private async mayProbe(cause: StopCause): Promise<boolean> {
    const current = this.probing();
    if (current !== null) return current.cause === cause && cause === 'quota';
    try {
      const lease = await this.fleet.leases.acquire(`vault-probe-${cause}`, PROBE_MS);
      if (this.probing() !== null) return false;
      this.#probe = { cause, lease, endsAt: this.now() + PROBE_MS };
      return true;
    } catch {
      // Another process probes, or the database is away: then nobody knows whether one does.
      return false;
    }
  }

  private async endProbe(cause: StopCause): Promise<void> {
    if (this.#probe?.cause !== cause) return;
    const { lease } = this.#probe;
    this.#probe = null;
    await this.fleet.leases.release(lease).catch(() => undefined);
  }

  /** Of a stop in force that is not being probed: what is under way when it opens meets the same, and moves nothing. */
  private knownUntil(cause: StopCause): Date | null {
    const known = this.#own.of(cause) ?? this.#seen.get(cause);
    if (known?.until == null || this.isDue(known) || this.probing()?.cause === cause) return null;
    return new Date(known.until);
  }

  /** As long again as it has lasted, within bounds: so the pauses of an outage double without anybody counting them. */
  private nextUntil(cause: StopCause): Date | null {
    if (needsOperator(cause)) return null;
    if (cause === 'quota') return new Date(this.now() + LONGEST_PAUSE_MS);
    const begun = this.#seen.get(cause)?.openedAt;
    const lastedMs = begun === undefined ? 0 : this.now() - Date.parse(begun);
    return new Date(this.now() + Math.min(Math.max(FIRST_PAUSE_MS, lastedMs), LONGEST_PAUSE_MS));
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

/** Of two accounts of one stop the one that lasts longer, with the earlier beginning. */
const later = (own: Stop, shared: Stop | undefined): Stop => {
  if (shared === undefined) return own;
  const openedAt = own.openedAt < shared.openedAt ? own.openedAt : shared.openedAt;
  const longer = shared.until === null || (own.until !== null && own.until < shared.until) ? shared : own;
  return { ...longer, openedAt };
};
