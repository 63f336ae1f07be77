import { jest } from '@jest/globals';
import type { ProtonDriveClient } from '@protontech/drive-sdk';
import { ProtonEmulator } from '../emulator.js';
import { forkLogin } from './fork-login.js';
import { plainSdk } from './sdk-client.js';
import { bytesOf, download, MIB, uidOf, upload } from './sdk-transfers.js';

jest.setTimeout(60_000);

describe('transfers of the plain SDK', () => {
  let emulator: ProtonEmulator;
  let client: ProtonDriveClient;
  let root: string;

  const newClient = async (clientUid?: string): Promise<ProtonDriveClient> =>
    plainSdk(await forkLogin(emulator.url), clientUid === undefined ? {} : { clientUid });

  beforeAll(async () => {
    emulator = await ProtonEmulator.start();
    client = await newClient('spec');
    root = uidOf(await client.getMyFilesRootFolder());
  });
  afterEach(() => emulator.control.noFaults());
  afterAll(() => emulator.stop());

  it.each([0, 1, 4 * MIB, 5 * MIB, 10 * MIB])('gives back a file of %d bytes as it was', async (size) => {
    const content = bytesOf(size);
    const { nodeUid } = await upload(client, { parent: root, name: `file-${size}`, content });

    expect((await download(await newClient(), nodeUid)).equals(content)).toBe(true);
  });

  it('holds nothing that was in the plaintext', async () => {
    const content = Buffer.alloc(5 * MIB, 'the quick brown fox jumps over the lazy dog');
    const { nodeUid } = await upload(client, { parent: root, name: 'plain as day', content });

    const linkId = nodeUid.split('~')[1];
    const blocks = emulator.control.blocks().filter((block) => block.linkId === linkId);
    expect(blocks.map(({ index }) => index)).toEqual([1, 2]);
    for (const { id, bytes } of blocks) {
      const ciphertext = await emulator.control.ciphertext(id);
      expect(ciphertext?.length).toBe(bytes);
      expect(ciphertext?.includes('quick brown fox')).toBe(false);
    }
  });

  it('ends an upload of another checksum than announced without leaving a draft', async () => {
    const metadata = { expectedSha1: '0'.repeat(40) };
    const file = { parent: root, name: 'wrong checksum', content: bytesOf(10), metadata };

    await expect(upload(client, file)).rejects.toMatchObject({ name: 'IntegrityError' });
    expect(emulator.control.nodes().filter(({ state }) => state === 'draft')).toEqual([]);
  });

  it.each(['flip', 'truncate', 'swap'] as const)('makes the SDK see a block with a %s', async (how) => {
    const { nodeUid } = await upload(client, { parent: root, name: `rotten ${how}`, content: bytesOf(5 * MIB) });
    // The SDK asks for a rotten block again, a few times.
    emulator.control.fault({ route: 'GET /storage/blocks/:b', times: 100, does: { kind: 'corrupt', how } });

    await expect(download(client, nodeUid)).rejects.toMatchObject({ name: 'IntegrityError' });
  });

  it.each(['signature', 'reorder', 'drop-last'] as const)('makes the SDK see a manifest with a %s', async (how) => {
    const { nodeUid } = await upload(client, { parent: root, name: `false ${how}`, content: bytesOf(9 * MIB) });
    const route = 'GET /drive/v2/volumes/:v/files/:l/revisions/:r';
    emulator.control.fault({ route, times: 100, does: { kind: 'manifest', how } });

    await expect(download(client, nodeUid)).rejects.toMatchObject({
      name: expect.stringMatching(/Integrity|Signature/),
    });
  });

  it('tells of the finished file that bears the name', async () => {
    const { nodeUid } = await upload(client, { parent: root, name: 'twice', content: bytesOf(1) });

    await expect(upload(client, { parent: root, name: 'twice', content: bytesOf(1) })).rejects.toMatchObject({
      name: 'NodeWithSameNameExistsValidationError',
      existingNodeUid: nodeUid,
      isUnfinishedUpload: false,
    });
  });

  describe('when a draft bears the name', () => {
    /** As one that died before its commit. */
    async function leaveDraft(by: string | undefined, name: string): Promise<void> {
      const route = 'PUT /drive/v2/volumes/:v/files/:l/revisions/:r';
      emulator.control.fault({ route, times: 2, does: { kind: 'answer', status: 422, body: { Code: 2001 } } });
      const deletion = 'POST /drive/v2/volumes/:v/delete_multiple';
      emulator.control.fault({ route: deletion, does: { kind: 'answer', status: 422, body: { Code: 2001 } } });
      const dead = upload(await newClient(by), { parent: root, name, content: bytesOf(10) });
      await expect(dead).rejects.toThrow();
      emulator.control.noFaults();
      expect(drafts()).toHaveLength(1);
    }
    const drafts = () => emulator.control.nodes().filter(({ state }) => state === 'draft');

    it('lets the client that left it begin anew', async () => {
      await leaveDraft('mine', 'own draft');
      expect(drafts()).toEqual([expect.objectContaining({ clientUid: 'mine', blocks: 1 })]);

      const content = bytesOf(10);
      const { nodeUid } = await upload(await newClient('mine'), { parent: root, name: 'own draft', content });
      expect((await download(client, nodeUid)).equals(content)).toBe(true);
      expect(drafts()).toEqual([]);
    });

    it('refuses another client, unless that one overrides it', async () => {
      await leaveDraft('theirs', 'other draft');
      const file = { parent: root, name: 'other draft', content: bytesOf(10) };

      await expect(upload(client, file)).rejects.toMatchObject({ isUnfinishedUpload: true });
      await upload(client, { ...file, metadata: { overrideExistingDraftByOtherClient: true } });
      expect(drafts()).toEqual([]);
    });

    it('never counts a draft without a client uid as anybody’s own', async () => {
      await leaveDraft(undefined, 'nobody’s draft');
      const [draft] = drafts();
      expect(draft?.clientUid).toBeNull();

      const file = { parent: root, name: 'nobody’s draft', content: bytesOf(10) };
      await expect(upload(await newClient(), file)).rejects.toMatchObject({ isUnfinishedUpload: true });
    });
  });
});
