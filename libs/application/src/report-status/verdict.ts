import type { ProjectionStatus } from '#application/ports/projections.js';
import type { Stop, StopCause } from '#domain/vault/vault.js';
import type { Section, StatusReport } from './report-status.js';

export interface Concern {
  readonly weight: 'degraded' | 'not-ready';
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
}

export interface Verdict {
  readonly status: 'ready' | 'degraded' | 'not-ready';
  readonly concerns: readonly Concern[];
}

const OUTBOX_AGE_MAX_MS = 60_000;
const PROJECTION_LAG_MAX_MS = 60_000;

/** What a report means: `not-ready` when pushes cannot be accepted or stored, `degraded` when something waits for a person. */
export const judge = (report: StatusReport): Verdict => conclude([...unreadable(report), ...troubles(report)]);

/** The heaviest concern decides. */
export const conclude = (concerns: readonly Concern[]): Verdict => {
  const blocked = concerns.some(({ weight }) => weight === 'not-ready');
  return { status: blocked ? 'not-ready' : concerns.length > 0 ? 'degraded' : 'ready', concerns };
};

const PARTS: Readonly<Record<keyof StatusReport, Omit<Concern, 'what'> & { readonly name: string }>> = {
  objects: { name: 'The database', weight: 'not-ready', remedy: 'check that PostgreSQL runs: `ballast doctor`' },
  outbox: { name: 'The outbox', weight: 'not-ready', remedy: 'check that PostgreSQL runs: `ballast doctor`' },
  deadLetters: { name: 'The dead letters', weight: 'degraded', remedy: 'check that PostgreSQL runs: `ballast doctor`' },
  projections: {
    name: 'The projections',
    weight: 'degraded',
    remedy: 'check the migrations: `ballast migrate --dry-run`',
  },
  queues: { name: 'The queue', weight: 'degraded', remedy: 'start it again; no object is lost meanwhile' },
  hotTier: { name: 'The hot tier', weight: 'not-ready', remedy: 'check its directory and disk: `ballast doctor`' },
  vault: { name: 'The vault', weight: 'degraded', remedy: 'see why it does not answer; staged objects wait for it' },
  vaultStops: {
    name: 'The stops of the vault',
    weight: 'degraded',
    remedy: 'check that PostgreSQL runs: `ballast doctor`',
  },
};

const unreadable = (report: StatusReport): Concern[] =>
  (Object.keys(PARTS) as (keyof StatusReport)[]).flatMap((part) => {
    const section: Section<unknown> = report[part];
    const { name, weight, remedy } = PARTS[part];
    return section.ok ? [] : [{ weight, what: `${name} does not answer: ${section.reason.detail}`, remedy }];
  });

const valueOf = <T>(section: Section<T>): T | null => (section.ok ? section.value : null);

const troubles = (report: StatusReport): Concern[] =>
  [
    letterTroubles(report.deadLetters),
    outboxTroubles(report.outbox),
    ...(valueOf(report.projections) ?? []).map(projectionTrouble),
    hotTierTrouble(report.hotTier),
    ...(valueOf(report.vaultStops) ?? []).map(stopTrouble),
  ].filter((concern) => concern !== null);

const degraded = (what: string, remedy: string): Concern => ({ weight: 'degraded', what, remedy });

const letterTroubles = (section: StatusReport['deadLetters']): Concern | null => {
  const letters = (valueOf(section) ?? []).reduce((sum, group) => sum + group.letters, 0);
  return letters > 0 ? degraded(`${counted(letters, 'dead letter')} open`, 'see `ballast dead-letters list`') : null;
};

const outboxTroubles = (section: StatusReport['outbox']): Concern | null => {
  const { oldestAgeMs = 0 } = valueOf(section) ?? {};
  if (oldestAgeMs <= OUTBOX_AGE_MAX_MS) return null;
  return degraded(
    `the outbox has waited ${seconds(oldestAgeMs)}`,
    'check that a reconciler runs and the queue answers',
  );
};

const projectionTrouble = ({ name, stoppedBy, lagMs }: ProjectionStatus): Concern | null => {
  if (stoppedBy !== null) {
    return degraded(`projection ${name} stopped: ${stoppedBy}`, `mend the cause, then \`ballast rebuild ${name}\``);
  }
  if (lagMs <= PROJECTION_LAG_MAX_MS) return null;
  return degraded(`projection ${name} is ${seconds(lagMs)} behind`, 'check that a reconciler runs');
};

const hotTierTrouble = (section: StatusReport['hotTier']): Concern | null =>
  valueOf(section)?.admitting === false
    ? degraded('the hot tier admits no uploads', 'free disk space or raise its capacity')
    : null;

const STOPPED: Readonly<Record<StopCause, readonly [what: string, remedy: string]>> = {
  'abuse-block': [
    'Proton blocked this server',
    'do not restart or retry: runbooks/vault-stopped.md, then `ballast vault resume --cause abuse-block`',
  ],
  'human-verification': ['Proton wants to see a human', 'log in: `ballast vault login`'],
  session: ['there is no session at Proton', 'log in: `ballast vault login`'],
  requirements: ['Proton refuses this version', 'upgrade Ballast, then `ballast vault resume --cause requirements`'],
  quota: ['the Proton account is full', 'make room or buy space; it goes on by itself within five minutes'],
  outage: ['Proton does not answer', 'nothing to do: it is probed from time to time and goes on by itself'],
};

const stopTrouble = ({ cause, openedAt, detail }: Stop): Concern => {
  const [what, remedy] = STOPPED[cause];
  return degraded(`the vault is stopped since ${openedAt}: ${what} (${detail})`, remedy);
};

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
