import { eventsSince, latestEventId } from '../model/event-log.js';
import type { EventType } from '../model/records.js';
import { DriveRefusal } from '../model/refusal.js';
import { param } from '../request.js';
import type { Call } from '../../routes.js';
import type { DriveRoutes } from './drive-routes.js';

const EVENT_TYPES: Readonly<Record<EventType, number>> = { delete: 0, create: 1, update: 2, 'update-metadata': 3 };

/** What a client of core events would find: nothing ever happens to the account itself. */
const CORE_EVENT = `${'A'.repeat(86)}==`;

export function addEventRoutes(routes: DriveRoutes): void {
  const { tables, world } = routes.drive;
  const volumeId = (call: Call): string => {
    const volume = tables.volume(param(call, 'v'));
    if (volume === undefined) throw new DriveRefusal('absent', 'Volume not found');
    return volume.volumeId;
  };

  routes.on('GET', '/drive/volumes/:v/events/latest', (call) => ({ EventID: latestEventId(tables, volumeId(call)) }));

  routes.on('GET', '/drive/v2/volumes/:v/events/:e', (call) => {
    const since = { volumeId: volumeId(call), eventId: param(call, 'e') };
    const page = eventsSince(tables, since, world.clock.seconds(), world.knobs.pageSize);
    const Events = page.events.flatMap(({ eventId, change }) =>
      change === null
        ? []
        : {
            EventID: eventId,
            EventType: EVENT_TYPES[change.type],
            Link: {
              LinkID: change.linkId,
              ParentLinkID: change.parentLinkId,
              IsShared: false,
              IsTrashed: change.trashed,
            },
          },
    );
    return { EventID: page.latestEventId, More: page.more, Refresh: page.refresh, Events };
  });

  routes.on('GET', '/core/v4/events/latest', () => ({ EventID: CORE_EVENT }));
  routes.on('GET', '/core/v5/events/:e', () => ({ EventID: CORE_EVENT, More: 0, Refresh: 0 }));
}
