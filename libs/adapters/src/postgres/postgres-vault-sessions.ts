import { randomInt } from 'node:crypto';
import type { Sealer } from '#application/ports/sealer.js';
import {
  VaultSessions,
  type SessionKind,
  type StoredSession,
  type VaultSession,
} from '#application/ports/vault-sessions.js';
import { Fault } from '#domain/fault/fault.js';
import { z } from 'zod';
import type { Database } from './database.js';

interface SessionRow {
  readonly kind: SessionKind;
  readonly version: string;
  readonly key_id: string;
  readonly sealed: Buffer;
  readonly created_at: Date;
  readonly refreshed_at: Date;
}

const COLUMNS = 'kind, version::text, key_id, sealed, created_at, refreshed_at';
const KINDS_MOST = 2;
/** A session begins with any version, so that who knows one of an earlier login cannot replace it. */
const FIRST_VERSION_MOST = 2 ** 47;

const Secret = z.object({
  uid: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  keyPassword: z.string(),
  accessExpiresAt: z.string().nullable(),
});

/** Sessions as rows that a backup cannot open: what is bound into each seal is its vault, kind and version. */
export class PostgresVaultSessions extends VaultSessions {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly vault: string,
  ) {
    super();
  }

  override async load(kind: SessionKind): Promise<StoredSession | null> {
    const [row] = await this.database.query<SessionRow>({
      name: 'vault-session-load',
      text: `select ${COLUMNS} from vault_sessions where vault = $1 and kind = $2`,
      values: [this.vault, kind],
    });
    return row ? stored(row, this.open(row)) : null;
  }

  override async replace(
    kind: SessionKind,
    session: VaultSession,
    expected: number | null,
  ): Promise<StoredSession | null> {
    const version = expected === null ? randomInt(1, FIRST_VERSION_MOST) : expected + 1;
    const { keyId, sealed } = this.seal(kind, version, session);
    const values = [this.vault, kind, version, keyId, Buffer.from(sealed)];
    const [row] = await this.database.query<SessionRow>(
      expected === null
        ? {
            name: 'vault-session-insert',
            text: `insert into vault_sessions (vault, kind, version, key_id, sealed) values ($1, $2, $3, $4, $5)
              on conflict (vault, kind) do nothing returning ${COLUMNS}`,
            values,
          }
        : {
            name: 'vault-session-replace',
            text: `update vault_sessions set version = $3, key_id = $4, sealed = $5, refreshed_at = clock_timestamp()
              where vault = $1 and kind = $2 and version = $6 returning ${COLUMNS}`,
            values: [...values, expected],
          },
    );
    return row ? stored(row, session) : null;
  }

  override async remove(kind: SessionKind): Promise<void> {
    const text = 'delete from vault_sessions where vault = $1 and kind = $2';
    await this.database.query({ name: 'vault-session-remove', text, values: [this.vault, kind] });
  }

  override async reseal(): Promise<number> {
    const rows = await this.database.query<SessionRow>({
      text: `select ${COLUMNS} from vault_sessions where vault = $1 and key_id <> $2 limit ${KINDS_MOST}`,
      values: [this.vault, this.sealer.currentKeyId()],
    });
    let resealed = 0;
    for (const row of rows) {
      const { keyId, sealed } = this.seal(row.kind, Number(row.version), this.open(row));
      // One that was replaced meanwhile was sealed with the newest key by whoever did it.
      const done = await this.database.query({
        text: `update vault_sessions set key_id = $4, sealed = $5
          where vault = $1 and kind = $2 and version = $3 and key_id = $6 returning 1`,
        values: [this.vault, row.kind, row.version, keyId, Buffer.from(sealed), row.key_id],
      });
      resealed += done.length;
    }
    return resealed;
  }

  private seal(kind: SessionKind, version: number, session: VaultSession) {
    const { uid, accessToken, refreshToken, keyPassword, accessExpiresAt } = session;
    const text = JSON.stringify({ uid, accessToken, refreshToken, keyPassword, accessExpiresAt });
    return this.sealer.seal(Buffer.from(text), this.context(kind, version));
  }

  private open({ kind, version, key_id: keyId, sealed }: SessionRow): VaultSession {
    const secret = this.sealer.open({ keyId, sealed }, this.context(kind, Number(version)));
    const parsed = Secret.safeParse(JSON.parse(Buffer.from(secret).toString('utf8')));
    if (parsed.success) return parsed.data;
    throw new Fault('vault.keys-unusable', { reason: 'unreadable', keyId });
  }

  private context(kind: SessionKind, version: number): string {
    return `${this.vault}|${kind}|${version}|session`;
  }
}

const stored = (row: SessionRow, session: VaultSession): StoredSession => ({
  session,
  version: Number(row.version),
  createdAt: row.created_at,
  refreshedAt: row.refreshed_at,
});
