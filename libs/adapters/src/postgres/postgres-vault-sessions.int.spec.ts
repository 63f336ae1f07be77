import { Sealer, type SealedSecret } from '#application/ports/sealer.js';
import { Fault } from '#domain/fault/fault.js';
import { describeVaultSessions, sampleSession } from '#testing/contracts/vault-sessions.contract.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import { PostgresVaultSessions } from './postgres-vault-sessions.js';

/** Binds key and context as a real one does; what it hides, its own spec tells. */
class TransparentSealer extends Sealer {
  constructor(private readonly keys: readonly [string, ...string[]]) {
    super();
  }

  override currentKeyId(): string {
    return this.keys[0];
  }

  override seal(secret: Uint8Array, context: string): SealedSecret {
    const text = JSON.stringify({ context, secret: Buffer.from(secret).toString('base64') });
    return { keyId: this.currentKeyId(), sealed: Buffer.from(text) };
  }

  override open({ keyId, sealed }: SealedSecret, context: string): Uint8Array {
    const box = JSON.parse(Buffer.from(sealed).toString()) as { context: string; secret: string };
    if (!this.keys.includes(keyId) || box.context !== context) throw new Fault('vault.keys-unusable', { keyId });
    return Buffer.from(box.secret, 'base64');
  }
}

const open = (
  { postgres }: FreshDatabase,
  keys: readonly [string, ...string[]] = ['k1'],
  vault = 'proton-drive',
): PostgresVaultSessions => new PostgresVaultSessions(postgres.database, new TransparentSealer(keys), vault);

describeVaultSessions('PostgreSQL', async () => {
  const database = await freshDatabase();
  return { sessions: open(database), dispose: database.drop };
});

describe('a session at rest', () => {
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(() => database.drop());

  it('cannot be taken for another version, kind or vault by whoever writes to the table', async () => {
    const sessions = open(database);
    await sessions.replace('child', sampleSession(), null);
    await database.ask("update vault_sessions set version = version + 1 where kind = 'child'");
    await expect(sessions.load('child')).rejects.toMatchObject({ code: 'vault.keys-unusable' });
    await database.ask("update vault_sessions set version = version - 1, kind = 'parent'");
    await expect(sessions.load('parent')).rejects.toMatchObject({ code: 'vault.keys-unusable' });
    await database.ask("update vault_sessions set kind = 'child', vault = 'other'");
    await expect(open(database, ['k1'], 'other').load('child')).rejects.toMatchObject({ code: 'vault.keys-unusable' });
  });

  it('is unusable without its key, and says so', async () => {
    await open(database).replace('child', sampleSession(), null);
    await expect(open(database, ['k2']).load('child')).rejects.toMatchObject({ code: 'vault.keys-unusable' });
  });

  it('is sealed anew once with a new key, and loses nothing', async () => {
    await open(database).replace('child', sampleSession('c'), null);
    await open(database).replace('parent', sampleSession('p'), null);
    const both = open(database, ['k2', 'k1']);
    expect(await both.reseal()).toBe(2);
    expect(await both.reseal()).toBe(0);
    const later = open(database, ['k2']);
    expect((await later.load('child'))?.session).toEqual(sampleSession('c'));
    expect(await later.load('parent')).toMatchObject({ session: sampleSession('p') });
  });
});
