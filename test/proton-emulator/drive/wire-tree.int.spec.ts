import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProtonEmulator } from '../emulator.js';
import { forkLogin } from './fork-login.js';
import { plainSdk } from './sdk-client.js';
import { bytesOf, download, uidOf, upload } from './sdk-transfers.js';
import * as wire from './wire-client.js';
import { codes, said, WireDrive } from './wire-drive.js';

describe('the tree on the wire', () => {
  let emulator: ProtonEmulator;
  let drive: WireDrive;

  beforeAll(async () => {
    emulator = await ProtonEmulator.start();
    drive = await WireDrive.open(emulator.url);
  });
  afterEach(() => {
    emulator.control.turn({ quotaBytes: 1e12, fileBytesMax: 1e12, childrenMax: 1000, depthMax: 10 });
  });
  afterAll(() => emulator.stop());

  describe('a name', () => {
    it('is available, pending, or neither', async () => {
      const parent = await drive.folder();
      await drive.finished(parent, 'taken');
      const { linkId: LinkID, revisionId: RevisionID } = await drive.draft(parent, 'pending');
      const Hashes = ['taken', 'pending', 'free'].map(wire.hashOf);
      const check = async (ClientUID: string[] | null) =>
        (await drive.client.send('POST', `${drive.volume}/links/${parent}/checkAvailableHashes`, { Hashes, ClientUID }))
          .body;

      expect(await check(null)).toMatchObject({
        AvailableHashes: [wire.hashOf('free')],
        PendingHashes: [{ Hash: wire.hashOf('pending'), LinkID, RevisionID, ClientUID: 'wire' }],
      });
      expect(await check(['wire'])).toMatchObject({
        AvailableHashes: [wire.hashOf('pending'), wire.hashOf('free')],
        PendingHashes: [],
      });
    });

    it('that is taken is answered with who has it', async () => {
      const name = drive.newName();
      const made = await drive.draft(drive.root, name);
      expect(await drive.newFile(drive.root, name)).toMatchObject({
        status: 422,
        body: {
          Code: 2500,
          Details: {
            ConflictLinkID: made.linkId,
            ConflictRevisionID: null,
            ConflictDraftRevisionID: made.revisionId,
            ConflictDraftClientUID: 'wire',
          },
        },
      });
    });

    it('is given only while it still is what the client believes', async () => {
      const { linkId } = await drive.finished(drive.root, 'believed');
      const answer = await drive.client.send('PUT', `${drive.volume}/links/${linkId}/rename`, {
        ...wire.envelope('renamed', drive.client.address),
        OriginalHash: wire.hashOf('long gone'),
      });
      expect(said(answer)).toEqual({ status: 422, code: 2000 });
    });
  });

  it('has one draft of a file at a time, upon its newest revision', async () => {
    const { linkId, revisionId } = await drive.finished();
    const revise = (CurrentRevisionID: string) =>
      drive.client.send('POST', `${drive.volume}/files/${linkId}/revisions`, { CurrentRevisionID, ClientUID: 'wire' });

    expect(said(await revise('another'))).toEqual({ status: 409, code: 2000 });
    const { Revision } = (await revise(revisionId)).body as { Revision?: { ID: string } };
    expect(await revise(revisionId)).toMatchObject({
      status: 409,
      body: { Code: 2500, Details: { ConflictDraftRevisionID: Revision?.ID, ConflictDraftClientUID: 'wire' } },
    });
    // As the SDK writes it, with two slashes.
    const gone = await drive.client.send('DELETE', `/${drive.volume}/files/${linkId}/revisions/${Revision?.ID}`);
    expect(gone.body.Code).toBe(1000);
    expect((await revise(revisionId)).body.Code).toBe(1000);
  });

  describe('limits', () => {
    it('refuse one child too many, but a trashed one leaves its place', async () => {
      const parent = await drive.folder();
      const { linkId } = await drive.finished(parent);
      emulator.control.turn({ childrenMax: 1 });
      expect(said(await drive.newFile(parent))).toEqual({ status: 422, code: 200300 });
      await drive.many('trash_multiple', [linkId]);
      expect((await drive.newFile(parent)).status).toBe(200);
    });

    it('refuse a folder too deep', async () => {
      const parent = await drive.folder(await drive.folder());
      emulator.control.turn({ depthMax: 2 });
      expect(said(await drive.newFile(parent))).toEqual({ status: 422, code: 200301 });
    });

    it('refuse what does not fit, when it is announced and when it comes', async () => {
      const made = await drive.draft();
      const block = bytesOf(200);
      const place = await drive.place(made, { Index: 1, Verifier: wire.verifier(block) });
      const used = emulator.control.blocks().reduce((sum, { bytes }) => sum + bytes, 0);
      emulator.control.turn({ quotaBytes: used + 100 });
      expect(said(await drive.newFile(drive.root, drive.newName(), { IntendedUploadSize: 200 }))).toEqual({
        status: 422,
        code: 200001,
      });
      const announced = { Index: 2, Size: 200, Verifier: wire.verifier(block) };
      expect(said(await drive.requestBlocks(made, [announced]))).toEqual({ status: 422, code: 200002 });
      expect(said(await wire.putBlock(place, block))).toEqual({ status: 422, code: 200002 });
    });

    it('refuse a file larger than the plan allows', async () => {
      emulator.control.turn({ fileBytesMax: 100 });
      expect(said(await drive.newFile(drive.root, drive.newName(), { IntendedUploadSize: 101 }))).toEqual({
        status: 422,
        code: 200003,
      });
    });
  });

  describe('many at once', () => {
    it('have an answer each', async () => {
      const [active, unfinished] = [await drive.finished(), await drive.draft()];
      const ids = [active.linkId, unfinished.linkId, 'unknown'];
      expect(codes(await drive.many('trash/delete_multiple', ids))).toEqual([2511, 2511, 2501]);
      expect(codes(await drive.many('trash/restore_multiple', ids, 'PUT'))).toEqual([2511, 2511, 2501]);
      expect(codes(await drive.many('trash_multiple', ids))).toEqual([1000, 2511, 2501]);
      expect(codes(await drive.many('delete_multiple', ids))).toEqual([2511, 1000, 2501]);
      expect(codes(await drive.many('trash/delete_multiple', ids))).toEqual([1000, 2501, 2501]);
    });

    it('are 100 at most', async () => {
      expect((await drive.many('links', Array(100).fill('unknown'))).body.Links).toEqual([]);
      expect(said(await drive.many('links', Array(101).fill('unknown')))).toEqual({ status: 422, code: 2001 });
    });
  });

  it('knows drafts by their id, but lists none', async () => {
    const parent = await drive.folder();
    const { linkId } = await drive.draft(parent);
    expect((await drive.many('links', [linkId])).body.Links).toMatchObject([
      { Link: { LinkID: linkId, State: 0 }, File: { ActiveRevision: null } },
    ]);
    expect((await drive.client.send('GET', `${drive.volume}/folders/${parent}/children`)).body.LinkIDs).toEqual([]);
  });

  it('takes no file for a folder, nor what is in the trash for a parent', async () => {
    const { linkId } = await drive.finished();
    expect(said(await drive.newFile(linkId))).toEqual({ status: 422, code: 2501 });
    const above = await drive.folder();
    const beneath = await drive.folder(above);
    await drive.many('trash_multiple', [above]);
    expect(said(await drive.newFile(beneath))).toEqual({ status: 422, code: 2501 });
  });

  it('empties the whole trash, so that a test can see who does', async () => {
    const { linkId } = await drive.finished();
    await drive.many('trash_multiple', [linkId]);
    const listing = `${drive.volume.replace('/v2', '')}/trash`;
    expect((await drive.client.send('DELETE', listing)).body.Code).toBe(1000);
    expect((await drive.client.send('GET', `${listing}?Page=0`)).body.Trash).toEqual([]);
    expect(emulator.control.calls().at(-2)?.route).toBe('DELETE /drive/volumes/:v/trash');
  });

  it('finds everything again after a restart in the same directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'emulator-'));
    const first = await ProtonEmulator.start({ directory });
    const client = await plainSdk(await forkLogin(first.url));
    const parent = uidOf(await client.getMyFilesRootFolder());
    const content = bytesOf(100);
    const { nodeUid } = await upload(client, { parent, name: 'kept', content });
    await first.stop();

    const second = await ProtonEmulator.start({ directory });
    const again = await plainSdk(await forkLogin(second.url));
    expect((await download(again, nodeUid)).equals(content)).toBe(true);
    await second.stop();
    await rm(directory, { recursive: true });
  });
});
