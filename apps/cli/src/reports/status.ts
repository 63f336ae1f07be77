import type { Section, StatusReport } from '#application/report-status/report-status.js';
import type { Verdict } from '#application/report-status/verdict.js';
import { formatBytes, formatDuration, formatTime, plural } from '../terminal/format.js';
import { paint, type Paint, type Tint } from '../terminal/style.js';
import { table } from '../terminal/table.js';
import type { ServiceStatus } from './services.js';

export interface StatusView {
  readonly verdict: Verdict;
  readonly report: StatusReport;
  readonly services: readonly ServiceStatus[];
  readonly url: string | null;
}

const TINTS: Readonly<Record<string, Tint>> = { ready: 'green', degraded: 'yellow', 'not-ready': 'red', down: 'red' };

export const renderStatus = ({ verdict, report, services, url }: StatusView, colour: boolean): string => {
  const tint = paint(colour);
  const heading = `Ballast is ${stated(tint, verdict.status)}${url === null ? '' : ` at ${url}`}`;
  const concerns = verdict.concerns.map(
    ({ what, remedy }) => `  ${tint('yellow', '!')} ${what}\n    ${tint('dim', remedy)}`,
  );
  return [
    [heading, ...concerns].join('\n'),
    servicesPart(services, tint),
    ...workParts(report, tint),
    ...storageParts(report, tint),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
};

const stated = (tint: Paint, status: string): string => tint(TINTS[status] ?? 'dim', status);

const servicesPart = (services: readonly ServiceStatus[], tint: Paint): string =>
  part(tint, 'Services', services.length === 0 ? null : { ok: true, value: services }, (all) =>
    all.map(({ name, status, pid, restarts, ports }) => [
      name,
      stated(tint, status),
      pid === null ? '' : `pid ${pid}`,
      Object.entries(ports)
        .map(([port, number]) => `${port} ${number}`)
        .join(', '),
      restarts === 0 ? '' : `restarted ${plural(restarts, 'time')}`,
    ]),
  );

const workParts = (report: StatusReport, tint: Paint): string[] => [
  part(tint, 'Objects', report.objects, (totals) =>
    totals.map(({ state, objects, bytes, oldestAt }) => [
      state,
      String(objects),
      formatBytes(bytes),
      state === 'staged' && oldestAt ? `oldest since ${formatTime(oldestAt)}` : '',
    ]),
  ),
  part(tint, 'Queues', report.queues, (queues) =>
    queues.map(({ queue, waiting, active, delayed }) => [
      queue,
      `${waiting} waiting`,
      `${active} active`,
      `${delayed} delayed`,
    ]),
  ),
  part(tint, 'Outbox', report.outbox, ({ pending, oldestAgeMs }) => [
    [`${pending} pending`, pending === 0 ? '' : `oldest ${formatDuration(oldestAgeMs)}`],
  ]),
  part(tint, 'Dead letters', report.deadLetters, (groups) =>
    groups.map(({ queue, code, letters, fingerprint, lastAt }) => [
      String(letters),
      queue,
      code,
      `cause ${fingerprint}`,
      `last ${formatTime(lastAt)}`,
    ]),
  ),
  part(tint, 'Projections', report.projections, (all) =>
    all.map(({ name, kind, lagEvents, lagMs, stoppedBy }) => [
      name,
      kind,
      stoppedBy !== null
        ? tint('red', `stopped by ${stoppedBy}`)
        : kind === 'inline'
          ? ''
          : `${plural(lagEvents, 'event')} behind`,
      lagMs > 0 ? formatDuration(lagMs) : '',
    ]),
  ),
];

const storageParts = (report: StatusReport, tint: Paint): string[] => [
  part(tint, 'Hot tier', report.hotTier, ({ objects, bytes, incomingBytes, capacityBytes, freeBytes, admitting }) => [
    [plural(objects, 'object'), `${formatBytes(bytes)} of ${formatBytes(capacityBytes)}`],
    [`${formatBytes(freeBytes)} free on disk`, admitting ? 'admits uploads' : tint('red', 'admits no uploads')],
    ...(incomingBytes > 0 ? [[`${formatBytes(incomingBytes)} incoming`, '']] : []),
  ]),
  part(tint, 'Vault', report.vault, ({ name }) => [[name, 'answers']]),
  stopsPart(report, tint),
];

/** Only where there is a stop: that there is none is no news. */
const stopsPart = ({ vaultStops }: StatusReport, tint: Paint): string =>
  vaultStops.ok && vaultStops.value.length === 0
    ? ''
    : part(tint, 'Vault stops', vaultStops, (stops) =>
        stops.map(({ cause, detail, openedAt, until }) => [
          tint('red', cause),
          detail,
          `since ${formatTime(new Date(openedAt))}`,
          until === null ? 'waits for an operator' : `probed at ${formatTime(new Date(until))}`,
        ]),
      );

/** One part: its rows, `none`, or why it cannot be told. */
const part = <T>(tint: Paint, heading: string, section: Section<T> | null, rows: (value: T) => string[][]): string => {
  if (section === null) return '';
  const title = tint('bold', heading);
  if (!section.ok) return `${title}\n  ${tint('red', `does not answer: ${section.reason.detail}`)}`;
  const shown = rows(section.value);
  const [first] = shown;
  if (first === undefined) return `${title}\n  none`;
  return `${title}\n${table(
    first.map(() => ''),
    shown,
    '  ',
  )}`;
};
