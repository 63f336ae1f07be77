import { createHash } from 'node:crypto';
import * as openpgp from 'openpgp';
import { forkLogin, json, type PlainSession } from '../proton-emulator/drive/fork-login.js';
import { authorised, openAccount } from '../proton-emulator/drive/plain-account.js';

interface LinkRow {
  readonly Link: {
    readonly LinkID: string;
    readonly Type: number;
    readonly Name: string;
    readonly NodeKey: string;
    readonly NodePassphrase: string;
  };
  readonly File?: { readonly ContentKeyPacket: string; readonly ActiveRevision: { readonly RevisionID: string } };
}

interface BlockRow {
  readonly Index: number;
  readonly BareURL: string;
  readonly Token: string;
}

/** Name and SHA-256 of a file, as somebody reads it who has the account's password and OpenPGP, but neither Ballast nor the SDK. */
export interface ReadFile {
  readonly name: string;
  readonly sha256: string;
}

/** Walks the tree from the root and decrypts it by the standard's own library, block for block. */
export class IndependentReader {
  private constructor(
    private readonly session: PlainSession,
    private readonly volume: string,
  ) {}

  static async *read(url: string): AsyncGenerator<ReadFile> {
    const session = await forkLogin(url);
    const address = await (await openAccount(session)).getOwnPrimaryAddress();
    const { Volume, Share, Link } = (await json(
      fetch(`${url}/drive/v2/shares/my-files`, { headers: authorised(session) }),
    )) as {
      readonly Volume: { readonly VolumeID: string };
      readonly Share: { readonly Key: string; readonly Passphrase: string };
      readonly Link: { readonly Link: { readonly LinkID: string } };
    };
    const keys = address.keys.map(({ key }) => key as unknown as openpgp.PrivateKey);
    const share = await unlocked(Share.Key, Share.Passphrase, keys);
    const reader = new IndependentReader(session, Volume.VolumeID);
    const [root] = await reader.links([Link.Link.LinkID]);
    if (!root) throw new Error('the account has no root');
    yield* reader.walk(root, share);
  }

  private async *walk({ Link }: LinkRow, parent: openpgp.PrivateKey): AsyncGenerator<ReadFile> {
    const key = await unlocked(Link.NodeKey, Link.NodePassphrase, [parent]);
    for (const child of await this.links(await this.children(Link.LinkID))) {
      if (child.Link.Type === 1) yield* this.walk(child, key);
      else yield await this.file(child, key);
    }
  }

  private async file({ Link, File }: LinkRow, parent: openpgp.PrivateKey): Promise<ReadFile> {
    if (!File) throw new Error('a file without content');
    const key = await unlocked(Link.NodeKey, Link.NodePassphrase, [parent]);
    const packet = await openpgp.readMessage({ binaryMessage: Buffer.from(File.ContentKeyPacket, 'base64') });
    const sessionKeys = await openpgp.decryptSessionKeys({ message: packet, decryptionKeys: key });
    const hash = createHash('sha256');
    for (const { BareURL, Token } of await this.blocks(Link.LinkID, File.ActiveRevision.RevisionID)) {
      const answer = await fetch(BareURL, { headers: { 'pm-storage-token': Token } });
      const message = await openpgp.readMessage({ binaryMessage: new Uint8Array(await answer.arrayBuffer()) });
      const { data } = await openpgp.decrypt({
        message,
        sessionKeys: sessionKeys as openpgp.SessionKey[],
        format: 'binary',
      });
      hash.update(data as Uint8Array);
    }
    const message = await openpgp.readMessage({ armoredMessage: Link.Name });
    const { data: name } = await openpgp.decrypt({ message, decryptionKeys: parent });
    return { name, sha256: hash.digest('hex') };
  }

  private async children(link: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (let anchor = ''; ;) {
      const page = (await this.get(`folders/${link}/children?${anchor}`)) as {
        readonly LinkIDs: readonly string[];
        readonly More: boolean;
        readonly AnchorID: string | null;
      };
      found.push(...page.LinkIDs);
      if (!page.More || page.AnchorID === null) return found;
      anchor = `AnchorID=${page.AnchorID}`;
    }
  }

  private async links(ids: readonly string[]): Promise<readonly LinkRow[]> {
    const found: LinkRow[] = [];
    for (let from = 0; from < ids.length; from += 100) {
      const { Links } = (await json(
        fetch(`${this.session.url}/drive/v2/volumes/${this.volume}/links`, {
          method: 'POST',
          headers: authorised(this.session, new Headers({ 'content-type': 'application/json' })),
          body: JSON.stringify({ LinkIDs: ids.slice(from, from + 100) }),
        }),
      )) as { readonly Links: readonly LinkRow[] };
      found.push(...Links);
    }
    return found;
  }

  private async blocks(link: string, revision: string): Promise<readonly BlockRow[]> {
    const found: BlockRow[] = [];
    for (;;) {
      const page = await this.get(`files/${link}/revisions/${revision}?PageSize=20&FromBlockIndex=${found.length + 1}`);
      const { Revision } = page as { readonly Revision: { readonly Blocks: readonly BlockRow[] } };
      if (Revision.Blocks.length === 0) return found;
      found.push(...Revision.Blocks);
    }
  }

  private get(path: string): Promise<unknown> {
    return json(
      fetch(`${this.session.url}/drive/v2/volumes/${this.volume}/${path}`, { headers: authorised(this.session) }),
    );
  }
}

const unlocked = async (
  armoredKey: string,
  armoredMessage: string,
  decryptionKeys: openpgp.PrivateKey[],
): Promise<openpgp.PrivateKey> => {
  const message = await openpgp.readMessage({ armoredMessage });
  const { data: passphrase } = await openpgp.decrypt({ message, decryptionKeys });
  return openpgp.decryptKey({ privateKey: await openpgp.readPrivateKey({ armoredKey }), passphrase });
};
