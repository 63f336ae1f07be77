import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSdkDrive } from '#adapters/proton-drive/sdk/sdk-drive.js';
import { ProtonEmulator } from '../emulator.js';
import { ForkedHost } from './forked-host.js';
import { abandonedDraft, configFor, endless, pieces, read, Workplace } from './workplace.js';

const MIB = 2 ** 20;
let place: Workplace;

beforeAll(async () => {
  place = await Workplace.open();
});
afterAll(() => place.close());
beforeEach(() => {
  place.emulator.control.noFaults();
  place.emulator.control.forgetCalls();
  place.host.gate = async () => undefined;
});

describe('Drive by the SDK', () => {
  it('finds the root of an account that has never used Drive, whoever else of the fleet sets it up at the same time', async () => {
    const fresh = await ProtonEmulator.start();
    const host = await ForkedHost.of(fresh);
    const drives = [0, 1, 2].map((slot) =>
      createSdkDrive(
        { ...configFor(fresh.url), clientUidPrefix: `fresh-${slot}`, transfersMax: 1, onTelemetry: () => undefined },
        host,
      ),
    );
    const roots = await Promise.all(drives.map((drive) => drive.root(endless)));
    const refused = fresh.control
      .calls()
      .filter(({ route, status }) => route === 'POST /drive/volumes' && status === 422);
    expect(new Set(roots).size).toBe(1);
    expect(refused.length).toBeGreaterThan(0);
    await Promise.all(drives.map((drive) => drive.close()));
    await fresh.stop();
  });

  it.each([0, 1, 16 * 1024, 4 * MIB, 4 * MIB + 1, 9 * MIB])('brings %i bytes there and back', async (length) => {
    const content = place.content(length);
    const node = await place.stored(content);
    expect((await read(place.drive.download(node, endless))).equals(content.bytes)).toBe(true);
    expect(await place.drive.describe([node], endless)).toMatchObject([
      {
        ...{ node, parent: place.folder, kind: 'file', name: content.file.name, trashed: false, authentic: true },
        ...{ claimedBytes: length, claimedSha1: content.file.sha1, mark: content.file.mark },
      },
    ]);
  });

  it('spends five requests on a small file, even on the first in a folder that it has just made', async () => {
    await place.stored(place.content(16 * 1024));
    const parent = await place.drive.ensureFolder(place.folder, 'just made', endless);
    place.emulator.control.forgetCalls();
    const { file, bytes } = place.content(16 * 1024);
    const { node } = await place.drive.upload({ ...file, parent }, pieces(bytes), endless);
    expect(place.calls(/./)).toBe(5);
    expect(await place.drive.describe([node], endless)).toMatchObject([{ node, parent, authentic: true }]);
    expect(place.calls(/./)).toBe(6);
  });

  it('keeps the server from seeing the content', async () => {
    const content = place.content(300_000);
    await place.stored(content);
    for (const { id } of place.emulator.control.blocks()) {
      const ciphertext = await place.emulator.control.ciphertext(id);
      expect(ciphertext?.indexOf(content.bytes.subarray(0, 32))).toBe(-1);
    }
  });

  it('tells that the name is taken without a second node', async () => {
    const content = place.content(1000);
    const node = await place.stored(content);
    await expect(place.drive.upload(content.file, pieces(content.bytes), endless)).resolves.toEqual({
      outcome: 'exists',
      node,
    });
    await expect(place.drive.find(place.folder, content.file.name, endless)).resolves.toBe(node);
    await expect(place.drive.find(place.folder, 'nothing', endless)).resolves.toBeNull();
    expect(place.drafts()).toBe(0);
  });

  it('adopts a folder that exists and refuses a file of its name', async () => {
    const again = await place.drive.ensureFolder(await place.drive.root(endless), 'Ballast', endless);
    expect(again).toBe(place.folder);
    const { file, bytes } = place.content(10);
    await place.drive.upload(file, pieces(bytes), endless);
    await expect(place.drive.ensureFolder(place.folder, file.name, endless)).rejects.toMatchObject({
      code: 'vault.structure',
    });
  });

  it('samples a part of a file, as often as one likes', async () => {
    const content = place.content(5 * MIB);
    const node = await place.stored(content);
    for (let round = 0; round < 7; round++) {
      const range = { start: 4 * MIB - 3, end: 4 * MIB + 7 };
      const sample = Buffer.from(await place.drive.sample(node, range, endless));
      expect(sample.equals(content.bytes.subarray(range.start, range.end))).toBe(true);
    }
  });

  it('gives back what the source threw, and leaves no draft', async () => {
    const { file, bytes } = place.content(6 * MIB);
    const error = new RangeError('torn');
    const torn = async function* () {
      yield bytes.subarray(0, 5 * MIB);
      throw error;
    };
    await expect(place.drive.upload(file, torn(), endless)).rejects.toBe(error);
    expect(place.drafts()).toBe(0);
  });

  it('does not commit content of another SHA-1', async () => {
    const { file, bytes } = place.content(1000);
    await expect(place.drive.upload(file, pieces(Buffer.alloc(bytes.length)), endless)).rejects.toMatchObject({
      code: 'vault.corrupt',
    });
    expect(place.drafts()).toBe(0);
    await expect(place.drive.find(place.folder, file.name, endless)).resolves.toBeNull();
  });

  it('removes the draft of a dead writer, and tells whether there was one', async () => {
    const { file } = place.content(1000);
    await abandonedDraft(place, file.name);
    expect(place.drafts()).toBe(1);
    await expect(place.drive.removeDraft(place.folder, file.name, endless)).resolves.toBe(true);
    await expect(place.drive.removeDraft(place.folder, file.name, endless)).resolves.toBe(false);
    expect(place.drafts()).toBe(0);
  });

  it.each([false, true])('trashes, restores and removes, twice over (later: %s)', async (asyncTrash) => {
    place.emulator.control.turn({ asyncTrash });
    const node = await place.stored(place.content(10));
    const other = await place.stored(place.content(11));
    await place.drive.trash([node], endless);
    await place.drive.trash([node], endless);
    if (!asyncTrash) {
      await place.drive.restore([node], endless);
      await place.drive.restore([node], endless);
      expect(await place.drive.links([node], endless)).toMatchObject([{ state: 'active' }]);
    }
    await place.drive.remove([node, other], endless);
    await place.drive.remove([node, other], endless);
    expect(await place.drive.links([node, other], endless)).toEqual([]);
    expect(place.calls(/^DELETE .*trash/)).toBe(0);
    place.emulator.control.turn({ asyncTrash: false });
  });

  it('uploads two large files at a time, which one client of the SDK would do one after the other', async () => {
    const files = [place.content(41 * MIB), place.content(41 * MIB)];
    await Promise.all(files.map(({ file, bytes }) => place.drive.upload(file, pieces(bytes), endless)));
    const order = place.emulator.control
      .calls()
      .filter(({ method, route }) => /\/files$/.test(route) || (method === 'PUT' && /revisions\/:r$/.test(route)))
      .map(({ method }) => method);
    expect(order).toEqual(['POST', 'POST', 'PUT', 'PUT']);
  }, 60_000);
});
