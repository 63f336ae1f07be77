import { createHash, createHmac, randomBytes } from 'node:crypto';
import * as openpgp from 'openpgp';
import type { PlainSession } from './fork-login.js';
import { authorised, openAccount } from './plain-account.js';
import { verifierOf } from './model/blocks.js';

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly Code?: number;
    readonly Error?: string;
    readonly Details?: Record<string, unknown>;
  } & Record<string, unknown>;
}

/** Requests by hand, for what the SDK never sends. Names and keys are armour around nothing: the server cannot tell. */
export class WireClient {
  private constructor(
    private readonly session: PlainSession,
    private readonly signingKey: openpgp.PrivateKey,
    readonly address: { readonly email: string; readonly addressId: string },
  ) {}

  static async open(session: PlainSession): Promise<WireClient> {
    const address = await (await openAccount(session)).getOwnPrimaryAddress();
    return new WireClient(session, address.keys[0]?.key as unknown as openpgp.PrivateKey, address);
  }

  async send(method: string, path: string, body?: object | FormData): Promise<Answer> {
    const headers = authorised(this.session);
    const form = body instanceof FormData;
    if (body !== undefined && !form) headers.set('content-type', 'application/json');
    const sent = body === undefined ? {} : { body: form ? body : JSON.stringify(body) };
    const response = await fetch(`${this.session.url}/${path}`, { method, headers, ...sent });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  /** Of a SHA-256 after the other, as the manifest of a revision. */
  async signature(...blocks: readonly Buffer[]): Promise<string> {
    const binary = new Uint8Array(Buffer.concat(blocks.map((block) => createHash('sha256').update(block).digest())));
    const message = await openpgp.createMessage({ binary });
    return (await openpgp.sign({ message, signingKeys: this.signingKey, detached: true })) as string;
  }
}

export const armour = (kind: 'MESSAGE' | 'SIGNATURE' | 'PRIVATE KEY BLOCK'): string =>
  `-----BEGIN PGP ${kind}-----\n\nbm90aGluZw==\n-----END PGP ${kind}-----\n`;

export const hashOf = (name: string): string => createHmac('sha256', 'hash key').update(name).digest('hex');

export const CONTENT_KEY_PACKET = randomBytes(94).toString('base64');

/** The keys of a node, in the field names of most calls. */
export const envelope = (name: string, address: { readonly email: string }) => ({
  Name: armour('MESSAGE'),
  Hash: hashOf(name),
  NodeKey: armour('PRIVATE KEY BLOCK'),
  NodePassphrase: armour('MESSAGE'),
  NodePassphraseSignature: armour('SIGNATURE'),
  SignatureAddress: address.email,
  SignatureEmail: address.email,
});

export const folderOrder = (ParentLinkID: string, name: string, address: { readonly email: string }) => ({
  ParentLinkID,
  ...envelope(name, address),
  NodeHashKey: armour('MESSAGE'),
});

export const fileOrder = (ParentLinkID: string, name: string, address: { readonly email: string }) => ({
  ParentLinkID,
  ...envelope(name, address),
  MIMEType: 'application/octet-stream',
  ClientUID: 'wire',
  IntendedUploadSize: null,
  ContentKeyPacket: CONTENT_KEY_PACKET,
  ContentKeyPacketSignature: armour('SIGNATURE'),
});

/** Of any "ciphertext". */
export const verifier = (ciphertext: Buffer): { readonly Token: string } => ({
  Token: verifierOf(CONTENT_KEY_PACKET, ciphertext),
});

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');

export interface UploadLink {
  readonly Index: number;
  readonly BareURL: string;
  readonly Token: string;
}

export interface DownloadLink extends Partial<UploadLink> {
  readonly Index: number;
  readonly Hash: string;
}

export async function putBlock(link: UploadLink, ciphertext: Buffer): Promise<Answer> {
  const form = new FormData();
  form.append('Block', new Blob([new Uint8Array(ciphertext)]), 'blob');
  const headers = { 'pm-storage-token': link.Token };
  const response = await fetch(link.BareURL, { method: 'POST', headers, body: form });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
