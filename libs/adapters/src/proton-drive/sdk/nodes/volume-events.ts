import { z } from 'zod';
import type { NodeChange, NodeUid, VolumeChanges } from '../../drive.js';
import type { ApiCalls } from '../http/api-calls.js';
import { addressOf, nodeUid } from './uids.js';

/** Also of kinds that are not known yet: they are looked at like any change. */
const KINDS: Readonly<Record<number, NodeChange['kind']>> = { 0: 'deleted', 3: 'moved' };

/** The API tells yes and no as 1 and 0 here, and as booleans there. */
const YesNo = z.union([z.boolean(), z.number()]).transform(Boolean);
const Latest = z.object({ EventID: z.string() });
const Page = z.object({
  EventID: z.string(),
  More: YesNo,
  Refresh: YesNo,
  Events: z.array(
    z.object({
      EventType: z.number(),
      Link: z.object({ LinkID: z.string(), ParentLinkID: z.string().nullish(), IsTrashed: YesNo.nullish() }),
    }),
  ),
});
type Told = z.infer<typeof Page>['Events'][number];

/** The log of what happened to a volume. Asked of the API itself: the SDK polls by itself, for ever, in each process. */
export class VolumeEvents {
  constructor(private readonly api: ApiCalls) {}

  /** The cursor holds the volume too: one of another volume, as of another account, says nothing about this one. */
  async since(root: NodeUid, cursor: string | null): Promise<VolumeChanges> {
    const { volume } = addressOf(root);
    const [known, event] = cursor === null ? [] : split(cursor);
    if (event === undefined || known !== volume) {
      const latest = await this.api.get(`drive/volumes/${volume}/events/latest`, Latest);
      return { cursor: `${volume}~${latest.EventID}`, changes: [], more: false, refresh: true };
    }
    const page = await this.api.get(`drive/v2/volumes/${volume}/events/${encodeURIComponent(event)}`, Page);
    return {
      cursor: `${volume}~${page.EventID}`,
      changes: page.Refresh ? [] : page.Events.map((told) => changeOf(volume, told)),
      more: page.More,
      refresh: page.Refresh,
    };
  }
}

const split = (cursor: string): readonly [string, string] => {
  const at = cursor.indexOf('~');
  return [cursor.slice(0, at), cursor.slice(at + 1)];
};

const changeOf = (volume: string, { EventType: type, Link: link }: Told): NodeChange => {
  const parent = link.ParentLinkID;
  const kind = KINDS[type] ?? 'changed';
  return {
    node: nodeUid({ volume, link: link.LinkID }),
    parent: parent === null || parent === undefined || parent === '' ? null : nodeUid({ volume, link: parent }),
    kind: kind !== 'deleted' && link.IsTrashed === true ? 'trashed' : kind,
  };
};
