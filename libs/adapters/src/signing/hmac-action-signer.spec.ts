import { createHmac, randomBytes } from 'node:crypto';
import type { ActionGrant } from '#application/ports/actions.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { isFault } from '#domain/fault/fault.js';
import { parseOid } from '#domain/oid.js';
import { TestClock } from '#testing/memory/test-clock.js';
import { HmacActionSigner } from './hmac-action-signer.js';

const oid = parseOid('a'.repeat(64));
const grant: ActionGrant = {
  operation: 'upload',
  repositoryId: 'repository-1',
  oid,
  sizeBytes: 42,
  tokenId: 'token-1',
  batchId: 'batch-1',
};
const old = { kid: 'old', secret: randomBytes(32) };
const fresh = { kid: 'new', secret: randomBytes(32) };

const faultOf = (work: () => unknown): FaultCode | 'none' => {
  try {
    work();
    return 'none';
  } catch (error) {
    return isFault(error) ? error.code : 'none';
  }
};

describe('a signed action', () => {
  const clock = new TestClock();
  const signing = { host: 'lfs.example.test', ttlMs: 900_000 };
  const signer = new HmacActionSigner({ ...signing, keys: [fresh, old] }, clock);
  const fields = (value: string) =>
    Buffer.from(value.split('.')[0] ?? '', 'base64url')
      .toString()
      .split('\n');
  const forge = (lines: readonly string[], key: Buffer) => {
    const text = lines.join('\n');
    return `${Buffer.from(text).toString('base64url')}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };

  it('opens for exactly what it was signed for', () => {
    const { value, expiresAt } = signer.sign(grant);
    expect(signer.open(value, grant)).toEqual(grant);
    expect(expiresAt.getTime() - clock.now().getTime()).toBe(900_000);
  });

  it('is never the same twice', () => {
    expect(signer.sign(grant).value).not.toBe(signer.sign(grant).value);
  });

  it.each([
    ['version', 0],
    ['method', 1],
    ['host', 2],
    ['repository', 3],
    ['oid', 4],
    ['size', 5],
    ['expiry', 6],
    ['key id', 7],
    ['token', 8],
    ['batch', 9],
    ['nonce', 10],
  ] as const)('is refused when its %s was changed', (_, field) => {
    const { value } = signer.sign(grant);
    const changes = [
      'v2',
      'GET',
      'evil.test',
      'repository-2',
      'b'.repeat(64),
      '43',
      '9999999999',
      'old',
      'token-2',
      'batch-2',
      'again',
    ];
    const lines = fields(value).with(field, changes[field] ?? '');
    const changed = `${Buffer.from(lines.join('\n')).toString('base64url')}.${value.split('.')[1] ?? ''}`;
    expect(lines).toHaveLength(11);
    expect(faultOf(() => signer.open(changed, grant))).toBe('action.tampered');
  });

  it('is refused when its signature was changed, cut or left out', () => {
    const { value } = signer.sign(grant);
    const [text = '', signature = ''] = value.split('.');
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    for (const bad of [
      `${text}.${flipped}`,
      `${text}.${signature.slice(1)}`,
      text,
      `${text}.`,
      '.',
      'x',
      `${value}.x`,
      value.repeat(2),
    ]) {
      expect(faultOf(() => signer.open(bad, grant))).toBe('action.tampered');
    }
  });

  it('is refused when it was signed with a key that is not ours', () => {
    expect(faultOf(() => signer.open(forge(fields(signer.sign(grant).value), randomBytes(32)), grant))).toBe(
      'action.tampered',
    );
  });

  it('is refused for another operation, repository or object', () => {
    const { value } = signer.sign(grant);
    for (const other of [
      { operation: 'download' },
      { operation: 'verify' },
      { repositoryId: 'repository-2' },
      { oid: parseOid('b'.repeat(64)) },
    ]) {
      expect(faultOf(() => signer.open(value, { ...grant, ...other } as ActionGrant))).toBe('action.misused');
    }
  });

  it('is refused by a gateway of another host that has the same keys', () => {
    const elsewhere = new HmacActionSigner({ ...signing, keys: [fresh], host: 'other.test' }, clock);
    expect(faultOf(() => elsewhere.open(signer.sign(grant).value, grant))).toBe('action.misused');
  });

  it('is missing rather than tampered when there is none', () => {
    expect(faultOf(() => signer.open(undefined, grant))).toBe('action.missing');
    expect(faultOf(() => signer.open('', grant))).toBe('action.missing');
  });

  it('outlives its expiry by a minute of clock skew and no longer', () => {
    const { value } = signer.sign(grant);
    clock.advance(900_000 + 59_000);
    expect(faultOf(() => signer.open(value, grant))).toBe('none');
    clock.advance(2_000);
    expect(faultOf(() => signer.open(value, grant))).toBe('action.expired');
  });

  it('is accepted under an older key that is still listed, and no more once that key is gone', () => {
    const before = new HmacActionSigner({ ...signing, keys: [old] }, clock);
    const after = new HmacActionSigner({ ...signing, keys: [fresh] }, clock);
    const { value } = before.sign(grant);
    expect(signer.open(value, grant)).toEqual(grant);
    expect(fields(signer.sign(grant).value)[7]).toBe('new');
    expect(faultOf(() => after.open(value, grant))).toBe('action.tampered');
  });
});
