import { ProtonEmulator } from '../emulator.js';
import { bytesOf } from './sdk-transfers.js';
import * as wire from './wire-client.js';
import { said, WireDrive } from './wire-drive.js';

describe('content on the wire', () => {
  let emulator: ProtonEmulator;
  let drive: WireDrive;

  beforeAll(async () => {
    emulator = await ProtonEmulator.start();
    drive = await WireDrive.open(emulator.url);
  });
  afterEach(() => {
    emulator.control.turn({ blockTokenSeconds: 3600 });
  });
  afterAll(() => emulator.stop());

  describe('blocks', () => {
    it('are taken with hash and size, as older clients send them, and without, as newer ones do', async () => {
      const made = await drive.draft();
      const [older, newer] = [bytesOf(50), bytesOf(60)];
      const announced = { Index: 1, Hash: wire.sha256(older), Size: 50, Verifier: wire.verifier(older) };
      expect((await wire.putBlock(await drive.place(made, announced), older)).status).toBe(200);
      const silent = { Index: 2, Verifier: wire.verifier(newer) };
      expect((await wire.putBlock(await drive.place(made, silent), newer)).status).toBe(200);
      expect((await drive.commit(made, older, newer)).body.Code).toBe(1000);
    });

    it.each([
      ['hash', 2001, (block: Buffer) => ({ Hash: wire.sha256(bytesOf(10)), Verifier: wire.verifier(block) })],
      ['size', 2001, (block: Buffer) => ({ Size: 11, Verifier: wire.verifier(block) })],
      ['verifier', 200501, () => ({ Verifier: wire.verifier(bytesOf(10)) })],
    ])('are refused by storage when their %s is another', async (_what, code, saying) => {
      const block = bytesOf(10);
      const made = await drive.draft();
      const answer = await wire.putBlock(await drive.place(made, { Index: 1, ...saying(block) }), block);
      expect(said(answer)).toEqual({ status: 422, code });
      expect((await drive.commit(made, block)).body.Code).toBe(2001);
    });

    it.each([
      ['without a verifier', { Index: 1 }, 200501],
      ['with index 0', { Index: 0, Verifier: wire.verifier(bytesOf(1)) }, 2001],
      ['with a hash of another length', { Index: 1, Hash: 'AAAA', Verifier: wire.verifier(bytesOf(1)) }, 2001],
      ['larger than a block may be', { Index: 1, Size: 5e6, Verifier: wire.verifier(bytesOf(1)) }, 2001],
    ])('get no place %s', async (_how, block, code) => {
      expect(said(await drive.requestBlocks(await drive.draft(), [block]))).toEqual({ status: 422, code });
    });

    it('need a token that is theirs and not yet over', async () => {
      const made = await drive.draft();
      const block = bytesOf(10);
      const [own, other] = [
        await drive.place(made, { Index: 1, Verifier: wire.verifier(block) }),
        await drive.place(made, { Index: 2, Verifier: wire.verifier(block) }),
      ];
      expect((await wire.putBlock({ ...own, Token: other.Token }, block)).status).toBe(404);
      expect((await wire.putBlock({ ...own, Token: `${own.Token}x` }, block)).status).toBe(404);
      emulator.control.turn({ blockTokenSeconds: -1 });
      const late = await drive.place(made, { Index: 3, Verifier: wire.verifier(block) });
      emulator.control.turn({ blockTokenSeconds: 3600 });
      expect((await wire.putBlock(late, block)).status).toBe(404);
    });

    it('have no place in what is committed already', async () => {
      const answer = await drive.requestBlocks(await drive.finished(), [
        { Index: 2, Verifier: wire.verifier(bytesOf(1)) },
      ]);
      expect(said(answer)).toEqual({ status: 422, code: 2511 });
    });
  });

  it('lists the blocks of a revision from any index on, as many as are asked for', async () => {
    const made = await drive.draft();
    const blocks = [10, 20, 30].map(bytesOf);
    for (const [at, block] of blocks.entries()) {
      const announced = { Index: at + 1, Verifier: wire.verifier(block) };
      await wire.putBlock(await drive.place(made, announced), block);
    }
    await drive.commit(made, ...blocks);
    const read = async (query: string) => {
      const { Revision } = (await drive.client.send('GET', `${made.path}?${query}`)).body;
      return Revision as { readonly Size: number; readonly Blocks: readonly wire.DownloadLink[] };
    };

    expect((await read('PageSize=2&FromBlockIndex=1')).Blocks.map(({ Index }) => Index)).toEqual([1, 2]);
    expect((await read('PageSize=2&FromBlockIndex=3')).Blocks.map(({ Index }) => Index)).toEqual([3]);
    expect((await read('PageSize=2&FromBlockIndex=4')).Blocks).toEqual([]);
    const { Size, Blocks } = await read('NoBlockUrls=true');
    expect([Size, Blocks.map(({ Hash, BareURL }) => [Hash, BareURL])]).toEqual([
      60,
      blocks.map((block) => [wire.sha256(block), undefined]),
    ]);
  });

  describe('a commit', () => {
    it('needs every block that was announced', async () => {
      const made = await drive.draft();
      const block = bytesOf(10);
      await wire.putBlock(await drive.place(made, { Index: 1, Verifier: wire.verifier(block) }), block);
      await drive.place(made, { Index: 2, Verifier: wire.verifier(block) });
      expect(said(await drive.commit(made, block))).toEqual({ status: 422, code: 2001 });
    });

    it('needs a manifest signed over just these blocks', async () => {
      const made = await drive.draft();
      const block = bytesOf(10);
      await wire.putBlock(await drive.place(made, { Index: 1, Verifier: wire.verifier(block) }), block);
      expect(said(await drive.commit(made, bytesOf(10)))).toEqual({ status: 422, code: 2001 });
      expect((await drive.commit(made, block)).body.Code).toBe(1000);
    });

    it('happens once', async () => {
      const made = await drive.draft();
      expect((await drive.commit(made)).body.Code).toBe(1000);
      expect(said(await drive.commit(made))).toEqual({ status: 422, code: 2511 });
    });
  });

  describe('a small file', () => {
    const send = async (content: Buffer | null, name: string, signed: Buffer | null = content) => {
      const form = new FormData();
      const metadata = {
        ...wire.fileOrder(drive.root, name, drive.client.address),
        NameHash: wire.hashOf(name),
        ManifestSignature: await drive.client.signature(...(signed === null ? [] : [signed])),
        ContentBlockEncSignature: null,
        ContentBlockVerificationToken: content === null ? null : wire.verifier(content).Token,
        XAttr: wire.armour('MESSAGE'),
        ChecksumVerified: false,
        Photo: null,
      };
      form.set('Metadata', new Blob([JSON.stringify(metadata)], { type: 'application/json' }), 'Metadata');
      if (content !== null) form.set('ContentBlock', new Blob([new Uint8Array(content)]), 'ContentBlock');
      return drive.client.send('POST', `${drive.volume}/files/small`, form);
    };

    it.each([null, bytesOf(1), bytesOf(128 * 1024)])('is there after one request', async (content) => {
      const { LinkID } = (await send(content, drive.newName())).body as { LinkID?: string };
      const node = emulator.control.nodes().find(({ linkId }) => linkId === LinkID);
      expect(node).toMatchObject({ state: 'active', storedBytes: content?.length ?? 0, blocks: content ? 1 : 0 });
    });

    it('is refused whole when it is too large, wrongly signed, or its name is taken', async () => {
      const before = emulator.control.nodes().length;
      expect(said(await send(bytesOf(128 * 1024 + 1), drive.newName()))).toEqual({ status: 422, code: 200003 });
      expect(said(await send(bytesOf(10), drive.newName(), bytesOf(10)))).toEqual({ status: 422, code: 2001 });
      const name = drive.newName();
      await send(null, name);
      expect(said(await send(bytesOf(10), name))).toEqual({ status: 409, code: 2500 });
      expect(emulator.control.nodes()).toHaveLength(before + 1);
    });
  });
});
