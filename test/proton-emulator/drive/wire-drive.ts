import { forkLogin } from './fork-login.js';
import { plainSdk } from './sdk-client.js';
import { bytesOf, uidOf } from './sdk-transfers.js';
import * as wire from './wire-client.js';

export interface Draft {
  readonly linkId: string;
  readonly revisionId: string;
  /** Of the revision. */
  readonly path: string;
}

/** The calls of Drive by hand, in the volume that the SDK has made. */
export class WireDrive {
  private names = 0;

  private constructor(
    readonly client: wire.WireClient,
    private readonly volumeId: string,
    readonly root: string,
  ) {}

  static async open(url: string): Promise<WireDrive> {
    const session = await forkLogin(url);
    const uid = uidOf(await (await plainSdk(session)).getMyFilesRootFolder());
    const [volumeId = '', root = ''] = uid.split('~');
    return new WireDrive(await wire.WireClient.open(session), volumeId, root);
  }

  get volume(): string {
    return `drive/v2/volumes/${this.volumeId}`;
  }

  newName(): string {
    return `name ${++this.names}`;
  }

  async folder(parent = this.root): Promise<string> {
    const order = wire.folderOrder(parent, this.newName(), this.client.address);
    const { body } = await this.client.send('POST', `${this.volume}/folders`, order);
    return (body.Folder as { readonly ID: string }).ID;
  }

  newFile(parent = this.root, name = this.newName(), more: object = {}): Promise<wire.Answer> {
    const order = { ...wire.fileOrder(parent, name, this.client.address), ...more };
    return this.client.send('POST', `${this.volume}/files`, order);
  }

  async draft(parent = this.root, name = this.newName()): Promise<Draft> {
    const { File } = (await this.newFile(parent, name)).body as { File: { ID: string; RevisionID: string } };
    const path = `${this.volume}/files/${File.ID}/revisions/${File.RevisionID}`;
    return { linkId: File.ID, revisionId: File.RevisionID, path };
  }

  requestBlocks(to: Draft, BlockList: readonly object[]): Promise<wire.Answer> {
    return this.client.send('POST', 'drive/blocks', {
      AddressID: this.client.address.addressId,
      VolumeID: this.volumeId,
      LinkID: to.linkId,
      RevisionID: to.revisionId,
      BlockList,
    });
  }

  async place(to: Draft, block: object): Promise<wire.UploadLink> {
    const { UploadLinks } = (await this.requestBlocks(to, [block])).body as { UploadLinks: wire.UploadLink[] };
    const [place] = UploadLinks;
    if (place === undefined) throw new Error('The emulator gave no place for the block');
    return place;
  }

  async commit(to: Draft, ...blocks: Buffer[]): Promise<wire.Answer> {
    return this.client.send('PUT', to.path, {
      ManifestSignature: await this.client.signature(...blocks),
      SignatureAddress: this.client.address.email,
      XAttr: wire.armour('MESSAGE'),
      ChecksumVerified: true,
    });
  }

  async finished(parent = this.root, name = this.newName()): Promise<Draft> {
    const made = await this.draft(parent, name);
    const block = bytesOf(100);
    await wire.putBlock(await this.place(made, { Index: 1, Verifier: wire.verifier(block) }), block);
    await this.commit(made, block);
    return made;
  }

  many(path: string, LinkIDs: readonly string[], method = 'POST'): Promise<wire.Answer> {
    return this.client.send(method, `${this.volume}/${path}`, { LinkIDs });
  }
}

export const codes = ({ body }: wire.Answer): readonly number[] =>
  (body.Responses as { Response: { Code: number } }[]).map(({ Response }) => Response.Code);

export const said = ({ status, body }: wire.Answer): object => ({ status, code: body.Code });
