import { newId } from '../../ids.js';
import type { EventType, Link, Seconds, VolumeEvent } from './records.js';
import type { DriveTables } from './drive-tables.js';

/** How long the log is kept; Proton's own period is not known. */
export const EVENT_RETENTION_SECONDS = 14 * 24 * 3600;

export interface EventPage {
  readonly latestEventId: string;
  readonly more: boolean;
  /** The id that was given is not known (any more): the client has to look at everything again. */
  readonly refresh: boolean;
  readonly events: readonly VolumeEvent[];
}

export function beginLog(tables: DriveTables, volumeId: string, at: Seconds): void {
  tables.events(volumeId).push({ eventId: newId(), at, change: null });
}

export function logChange(tables: DriveTables, type: EventType, link: Link, at: Seconds): void {
  const { linkId, parentLinkId, state } = link;
  const change = { type, linkId, parentLinkId, trashed: state === 'trashed' };
  tables.events(link.volumeId).push({ eventId: newId(), at, change });
}

export function latestEventId(tables: DriveTables, volumeId: string): string {
  return tables.events(volumeId).at(-1)?.eventId ?? '';
}

export function eventsSince(
  tables: DriveTables,
  since: { readonly volumeId: string; readonly eventId: string },
  now: Seconds,
  pageSize: number,
): EventPage {
  const log = tables.events(since.volumeId);
  forgetOld(log, now);
  const latestEventId = log.at(-1)?.eventId ?? '';
  const at = log.findIndex(({ eventId }) => eventId === since.eventId);
  if (at === -1) return { latestEventId, more: false, refresh: true, events: [] };
  const events = log.slice(at + 1, at + 1 + pageSize);
  return {
    latestEventId: events.at(-1)?.eventId ?? since.eventId,
    more: at + 1 + events.length < log.length,
    refresh: false,
    events,
  };
}

/** The last one stays: a client that has it is up to date, however long ago. */
function forgetOld(log: VolumeEvent[], now: Seconds): void {
  const kept = log.findIndex(({ at }, index) => at >= now - EVENT_RETENTION_SECONDS || index === log.length - 1);
  if (kept > 0) log.splice(0, kept);
}
