import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { DriveEvent, ProtonDriveClient } from '@protontech/drive-sdk';
import { ProtonEmulator } from '../emulator.js';
import { forkLogin } from './fork-login.js';
import { plainSdk } from './sdk-client.js';
import { bytesOf, collected, download, uidOf, upload } from './sdk-transfers.js';

const linkOf = (uid: string): string => uid.split('~')[1] ?? '';

jest.setTimeout(60_000);

describe('the tree of the plain SDK', () => {
  let emulator: ProtonEmulator;
  let client: ProtonDriveClient;
  let root: string;
  const session = () => forkLogin(emulator.url);
  const folder = async (name: string, parent = root) => uidOf(await client.createFolder(parent, name));
  const file = async (name: string, parent: string) =>
    (await upload(client, { parent, name, content: bytesOf(20) })).nodeUid;
  const state = (uid: string) => emulator.control.nodes().find(({ linkId }) => linkId === linkOf(uid))?.state;
  /** As a client that has never seen it. */
  const names = async (parent: string): Promise<string[]> => {
    const nodes = await collected((await plainSdk(await session())).iterateFolderChildren(parent));
    return nodes.map((node) => (node.ok ? node.value.name : '?')).sort();
  };

  beforeAll(async () => {
    emulator = await ProtonEmulator.start();
    client = await plainSdk(await session());
    root = uidOf(await client.getMyFilesRootFolder());
  });
  afterEach(() => {
    emulator.control.turn({ pageSize: 150, asyncTrash: false });
  });
  afterAll(() => emulator.stop());

  it('makes the volume once and finds it again', async () => {
    const other = await plainSdk(await session());
    expect(uidOf(await other.getMyFilesRootFolder())).toBe(root);
  });

  it('lists what is in a folder, page after page', async () => {
    emulator.control.turn({ pageSize: 2 });
    const parent = await folder('paged');
    const made = ['a', 'b', 'c', 'd', 'e'];
    for (const name of made) await folder(name, parent);

    emulator.control.forgetCalls();
    expect(await names(parent)).toEqual(made);
    expect(emulator.control.calls().filter(({ route }) => route.endsWith('/folders/:l/children'))).toHaveLength(3);
  });

  it('refuses a folder of the name of a file', async () => {
    const parent = await folder('one namespace');
    const existingNodeUid = await file('taken', parent);
    await expect(client.createFolder(parent, 'taken')).rejects.toMatchObject({
      name: 'NodeWithSameNameExistsValidationError',
      existingNodeUid,
    });
  });

  it('offers the first name that nobody bears', async () => {
    const parent = await folder('names');
    expect(await client.getAvailableName(parent, 'x.bin')).toBe('x.bin');
    await file('x.bin', parent);
    expect(await client.getAvailableName(parent, 'x.bin')).toBe('x (1).bin');
  });

  it('renames and moves', async () => {
    const [from, to] = [await folder('from'), await folder('to')];
    const uid = await file('old name', from);
    await client.renameNode(uid, 'new name');
    expect(await names(from)).toEqual(['new name']);
    expect(await collected(client.moveNodes([uid], to))).toEqual([expect.objectContaining({ uid, ok: true })]);
    expect([await names(from), await names(to)]).toEqual([[], ['new name']]);
  });

  it('trashes, frees the name, and restores unless the name has been taken', async () => {
    const parent = await folder('trash');
    const [first, second] = [await file('first', parent), await file('second', parent)];
    expect(await collected(client.trashNodes([first, second]))).toEqual([
      { uid: first, ok: true },
      { uid: second, ok: true },
    ]);
    expect(await names(parent)).toEqual([]);
    const trashed = await collected((await plainSdk(await session())).iterateTrashedNodes());
    expect(trashed.map((node) => node.ok && node.value.uid).sort()).toEqual([first, second].sort());

    await file('second', parent);
    const restored = await collected(client.restoreNodes([first, second]));
    expect(restored.map(({ uid, ok }) => ({ uid, ok }))).toEqual([
      { uid: first, ok: true },
      { uid: second, ok: false },
    ]);
    expect(await names(parent)).toEqual(['first', 'second']);
    await collected(client.deleteNodes([second]));
  });

  it('deletes for good only what is in the trash', async () => {
    const parent = await folder('delete');
    const uid = await file('doomed', parent);
    expect(await collected(client.deleteNodes([uid]))).toEqual([expect.objectContaining({ ok: false })]);

    await collected(client.trashNodes([uid]));
    const used = emulator.control.blocks().length;
    expect(await collected(client.deleteNodes([uid]))).toEqual([{ uid, ok: true }]);
    expect(state(uid)).toBeUndefined();
    expect(emulator.control.blocks()).toHaveLength(used - 1);
    expect(await collected(client.deleteNodes([uid]))).toEqual([expect.objectContaining({ ok: false })]);
  });

  it('does later what it accepted to trash', async () => {
    const uid = await file('later', root);
    emulator.control.turn({ asyncTrash: true });
    expect(await collected(client.trashNodes([uid]))).toEqual([{ uid, ok: true }]);
    expect(state(uid)).toBe('active');
    emulator.control.advance(2);
    expect(state(uid)).toBe('trashed');
  });

  it('keeps older revisions', async () => {
    const uid = await file('revised', root);
    const content = bytesOf(30);
    const uploader = await client.getFileRevisionUploader(uid, { mediaType: 'a/b', expectedSize: content.length });
    await (await uploader.uploadFromStream(new Blob([new Uint8Array(content)]).stream(), [])).completion();

    expect((await download(client, uid)).equals(content)).toBe(true);
    const revisions = await collected(client.iterateRevisions(uid));
    expect(revisions.map((revision) => revision.state)).toEqual(['active', 'superseded']);
  });

  it('tells other clients what has happened, and to look again when they have been away too long', async () => {
    const [volumeId = ''] = root.split('~');
    const parent = await folder('events');
    const beginning = await latestEvent(volumeId);
    const uid = await file('seen', parent);
    const other = await folder('elsewhere');
    await emulator.control.inWebApp(linkOf(uid), { act: 'move', parentLinkId: linkOf(other) });
    await emulator.control.inWebApp(linkOf(uid), { act: 'trash' });
    await emulator.control.inWebApp(linkOf(uid), { act: 'restore' });
    await emulator.control.inWebApp(linkOf(uid), { act: 'delete' });
    emulator.control.turn({ pageSize: 2 });

    const events = await heard(volumeId, beginning, 6);
    const seen = events.filter((event) => 'nodeUid' in event && event.nodeUid === uid);
    expect(seen).toMatchObject([
      { type: 'node_created', isTrashed: false, parentNodeUid: parent },
      { type: 'node_updated', isTrashed: false, parentNodeUid: other },
      { type: 'node_updated', isTrashed: true, parentNodeUid: other },
      { type: 'node_updated', isTrashed: false, parentNodeUid: other },
      { type: 'node_deleted', parentNodeUid: other },
    ]);

    emulator.control.advance(30 * 24 * 3600);
    const [refresh] = await heard(volumeId, beginning, 1);
    expect(refresh?.type).toBe('tree_refresh');
  });

  async function latestEvent(volumeId: string): Promise<string> {
    const [event] = await heard(volumeId, 'an id that nobody knows', 1);
    return event && 'eventId' in event ? event.eventId : '';
  }

  /** The first events that a client hears which has heard everything up to `since`. */
  async function heard(volumeId: string, since: string, count: number): Promise<DriveEvent[]> {
    const events: DriveEvent[] = [];
    const listener = await plainSdk(await session(), { latestEventIds: new Map([[volumeId, since]]) });
    await listener.getMyFilesRootFolder();
    const enough = new Promise<void>((resolve) => {
      void listener.subscribeToTreeEvents(volumeId, async (event) => {
        events.push(event);
        if (events.length === count) resolve();
      });
    });
    try {
      await Promise.race([enough, sleep(5000, undefined, { ref: false })]);
    } finally {
      await stopPolling(listener);
    }
    return events;
  }
});

/** Disposing of a subscription leaves its timer behind, and the SDK has no other way. */
async function stopPolling(client: ProtonDriveClient): Promise<void> {
  const { events } = client as unknown as {
    readonly events: { readonly volumeEventManagers: Record<string, { stop(): Promise<void> }> };
  };
  for (const manager of Object.values(events.volumeEventManagers)) await manager.stop();
}
