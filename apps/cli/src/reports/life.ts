import type { RecordedEvent } from '#application/ports/event-store.js';
import type { KnownPlacement, ObjectLife } from '#application/explain-object/explain-object.js';
import { formatBytes, formatDuration, formatTime, plural } from '../terminal/format.js';
import { paint, printable, type Paint } from '../terminal/style.js';
import { table } from '../terminal/table.js';
import { renderErrors } from './letters.js';

/** The life of an object for machines: the events as recorded, dates in ISO 8601. */
export const lifeAsJson = (life: ObjectLife): unknown => {
  const { object, ...rest } = life;
  return {
    ...rest,
    ...object,
    holders: life.holders.map(({ repository, linkedAt }) => ({ ...repository, linkedAt })),
    steps: life.steps.map(({ event, sincePreviousMs, traceId }) => ({
      at: event.recordedAt,
      type: event.type,
      stream: event.stream,
      version: event.version,
      sincePreviousMs,
      actor: event.context.actor,
      correlationId: event.context.correlationId,
      traceId,
      data: event.data,
    })),
  };
};

export const renderLife = (life: ObjectLife, colour: boolean): string => {
  const tint = paint(colour);
  const parts = [
    `${tint('bold', life.oid)}\n${summary(life, tint)}`,
    steps(life, tint),
    section('In repositories', life.holders, ({ repository, linkedAt }) => [
      `${repository.organization}/${repository.name}`,
      `since ${formatTime(linkedAt)}`,
    ]),
    section('In vaults', life.placements, placement),
    ...life.attempts.map(({ queue, attempts, errors }) =>
      [`${plural(attempts, 'attempt')} at ${queue} so far`, renderErrors(errors)].filter(Boolean).join('\n'),
    ),
    section('Dead letters', life.deadLetters, ({ id, queue, code, attempts, state, lastAt }) => [
      `#${id}`,
      queue,
      code,
      plural(attempts, 'attempt'),
      state,
      formatTime(lastAt),
    ]),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
};

const STATES = { stored: 'green', staged: 'yellow', failed: 'red', absent: 'dim' } as const;

const summary = ({ object, hot }: ObjectLife, tint: Paint): string => {
  const state = tint(STATES[object.state], object.state);
  const place = hot === null ? 'hot tier not asked' : hot ? 'hot' : 'cold';
  if (object.state === 'absent') return `${state}, ${place}`;
  const failure = object.state === 'failed' ? ` (${object.code})` : '';
  return `${state}${failure}, ${formatBytes(object.sizeBytes)} (${object.sizeBytes} bytes), ${place}, generation ${object.generation}`;
};

const steps = ({ steps: all, holders }: ObjectLife, tint: Paint): string => {
  if (all.length === 0) return 'No event was ever recorded of it.';
  const rows = all.map(({ event, sincePreviousMs, traceId }, index) => [
    formatTime(event.recordedAt),
    sincePreviousMs === null ? '' : tint('dim', `+${formatDuration(sincePreviousMs)}`),
    tint('bold', event.type),
    describe(event, holders),
    tint('dim', printable(event.context.actor)),
    traceId === null || traceId === all[index - 1]?.traceId ? '' : tint('dim', `trace ${traceId}`),
  ]);
  return table(['', '', '', '', '', ''], rows);
};

/** What one event says beside its name. */
const describe = (event: RecordedEvent, holders: ObjectLife['holders']): string => {
  switch (event.type) {
    case 'ObjectStaged':
      return `${formatBytes(event.data.sizeBytes)} in the hot tier${event.data.adopted ? ', adopted after a crash' : ''}`;
    case 'ObjectStored':
      return `in ${event.data.receipt.vault}, ${formatBytes(event.data.receipt.storedBytes)}, check: ${event.data.receipt.verified}`;
    case 'StoreFailed':
      return event.data.code;
    case 'StoreRedriven':
      return `generation ${event.data.generation}`;
    case 'PlacementLost':
      return `${event.data.vault} no longer holds it (${event.data.reason})`;
    case 'ObjectLinked':
      return `to ${nameOf(event.data.repositoryId, holders)}`;
    case 'RepositoryCreated':
    case 'AckModeSet':
    case 'TokenIssued':
    case 'TokenRevoked':
    case 'BreakerOpened':
    case 'BreakerClosed':
    case 'SessionOpened':
    case 'SessionClosed':
      return '';
  }
};

const nameOf = (id: string, holders: ObjectLife['holders']): string => {
  const holder = holders.find(({ repository }) => repository.id === id);
  return holder ? `${holder.repository.organization}/${holder.repository.name}` : id;
};

const placement = ({ receipt, at }: KnownPlacement): string[] => [
  receipt.vault,
  printable(Object.values(receipt.locator).join(' ')),
  `${receipt.storedBytes} bytes`,
  `checked: ${receipt.verified}`,
  `since ${formatTime(at)}`,
];

const section = <T>(heading: string, items: readonly T[], row: (item: T) => string[]): string => {
  const [first] = items;
  if (first === undefined) return '';
  return `${heading}\n${table(
    row(first).map(() => ''),
    items.map(row),
    '  ',
  )}`;
};
