import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ActionSigner, type ActionGrant, type ActionOperation, type SignedAction } from '#application/ports/actions.js';
import type { Clock } from '#application/ports/clock.js';
import { Fault } from '#domain/fault/fault.js';
import { isOid } from '#domain/oid.js';
import type { SigningKey } from './signing-settings.js';

export interface ActionSigning {
  /** The first key signs, all are accepted. */
  readonly keys: readonly [SigningKey, ...SigningKey[]];
  /** Host (and port) of the public URL: an action of one Ballast means nothing to another that shares a key. */
  readonly host: string;
  readonly ttlMs: number;
}

type Expected = Pick<ActionGrant, 'operation' | 'repositoryId' | 'oid'>;

/** How far the clocks of two gateways may be apart. */
const SKEW_MS = 60_000;
const VERSION = 'v1';
const METHODS = { upload: 'PUT', verify: 'POST', download: 'GET' } as const satisfies Record<ActionOperation, string>;
const FORM = /^([A-Za-z0-9_-]{1,2000})\.([A-Za-z0-9_-]{43})$/;

interface Statement extends ActionGrant {
  readonly host: string;
  /** Seconds since 1970. */
  readonly expires: number;
  readonly kid: string;
  readonly nonce: string;
}

/**
 * Actions as `base64url(statement).base64url(HMAC-SHA-256)`. The statement has one field a line, the method standing for
 * the operation; no field can hold a line break, so two statements are never one text.
 */
export class HmacActionSigner extends ActionSigner {
  constructor(
    private readonly signing: ActionSigning,
    private readonly clock: Clock,
  ) {
    super();
  }

  override sign(grant: ActionGrant): SignedAction {
    const [key] = this.signing.keys;
    const expires = Math.floor((this.clock.now().getTime() + this.signing.ttlMs) / 1000);
    const nonce = randomBytes(12).toString('base64url');
    const text = write({ ...grant, host: this.signing.host, expires, kid: key.kid, nonce });
    const value = `${Buffer.from(text).toString('base64url')}.${mac(key, text).toString('base64url')}`;
    return { value, expiresAt: new Date(expires * 1000) };
  }

  override open(value: string | undefined, expected: Expected): ActionGrant {
    if (value === undefined || value === '') throw new Fault('action.missing');
    const statement = this.authentic(value);
    if (statement.host !== this.signing.host) throw new Fault('action.misused', { field: 'host' });
    for (const field of ['operation', 'repositoryId', 'oid'] as const) {
      if (statement[field] !== expected[field]) throw new Fault('action.misused', { field });
    }
    const lateMs = this.clock.now().getTime() - statement.expires * 1000;
    if (lateMs > SKEW_MS) throw new Fault('action.expired', { lateMs });
    const { operation, repositoryId, oid, sizeBytes, tokenId, batchId } = statement;
    return { operation, repositoryId, oid, sizeBytes, tokenId, batchId };
  }

  /** Nothing of the statement is believed before its signature is found right, but for the name of the key. */
  private authentic(value: string): Statement {
    const [, encoded = '', signature = ''] = FORM.exec(value) ?? [];
    const text = Buffer.from(encoded, 'base64url').toString('utf8');
    const statement = read(text);
    const key = this.signing.keys.find(({ kid }) => kid === statement?.kid);
    if (statement === null || key === undefined) throw new Fault('action.tampered');
    if (!timingSafeEqual(mac(key, text), Buffer.from(signature, 'base64url'))) throw new Fault('action.tampered');
    return statement;
  }
}

const mac = ({ secret }: SigningKey, text: string): Buffer => createHmac('sha256', secret).update(text).digest();

/** The lines of a statement, in their order. */
const LINES = [
  'version',
  'method',
  'host',
  'repositoryId',
  'oid',
  'sizeBytes',
  'expires',
  'kid',
  'tokenId',
  'batchId',
  'nonce',
] as const;
type Lines = Readonly<Record<(typeof LINES)[number], string | number>>;

const write = ({ operation, ...statement }: Statement): string => {
  const lines: Lines = { ...statement, version: VERSION, method: METHODS[operation] };
  return LINES.map((name) => lines[name]).join('\n');
};

const read = (text: string): Statement | null => {
  const lines = text.split('\n');
  const fields = Object.fromEntries(LINES.map((name, at) => [name, lines[at] ?? ''])) as Record<keyof Lines, string>;
  const { version, method, oid, host, repositoryId, kid, tokenId, batchId, nonce } = fields;
  const operation = (Object.keys(METHODS) as ActionOperation[]).find((name) => METHODS[name] === method);
  const sizeBytes = Number(fields.sizeBytes);
  const expires = Number(fields.expires);
  if (lines.length !== LINES.length || version !== VERSION || operation === undefined || !isOid(oid)) return null;
  if (!Number.isSafeInteger(sizeBytes) || !Number.isSafeInteger(expires)) return null;
  return { operation, host, repositoryId, oid, sizeBytes, expires, kid, tokenId, batchId, nonce };
};
