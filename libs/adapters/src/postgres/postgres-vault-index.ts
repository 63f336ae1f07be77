import { VaultIndex, type UploadNote } from '#application/ports/vault-index.js';
import { parseOid, type Oid } from '#domain/oid.js';
import type { Database } from './database.js';

interface NoteRow {
  readonly oid: string;
  readonly folder: string;
  readonly begun_at: Date;
}

/** What a vault remembers outside of it, as rows; the ages of notes are judged by the database's clock. */
export class PostgresVaultIndex extends VaultIndex {
  constructor(
    private readonly database: Database,
    private readonly vault: string,
  ) {
    super();
  }

  override async folder(path: string): Promise<string | null> {
    const [row] = await this.database.query<{ uid: string }>({
      name: 'vault-folder',
      text: 'select uid from vault_folders where vault = $1 and path = $2',
      values: [this.vault, path],
    });
    return row?.uid ?? null;
  }

  override async rememberFolder(path: string, uid: string): Promise<void> {
    await this.database.query({
      name: 'vault-folder-remember',
      text: `insert into vault_folders (vault, path, uid) values ($1, $2, $3)
        on conflict (vault, path) do update set uid = excluded.uid`,
      values: [this.vault, path, uid],
    });
  }

  override async forgetFolder(path: string): Promise<void> {
    await this.database.query({
      name: 'vault-folder-forget',
      text: `delete from vault_folders where vault = $1 and (path = $2 or starts_with(path, $2 || '/'))`,
      values: [this.vault, path],
    });
  }

  override async begun(oid: Oid, folder: string): Promise<void> {
    await this.database.query({
      name: 'vault-upload-begun',
      text: `insert into vault_uploads (vault, oid, folder) values ($1, $2, $3)
        on conflict (vault, oid) do update set folder = excluded.folder, begun_at = clock_timestamp()`,
      values: [this.vault, oid, folder],
    });
  }

  override async ended(oid: Oid): Promise<void> {
    await this.database.query({
      name: 'vault-upload-ended',
      text: 'delete from vault_uploads where vault = $1 and oid = $2',
      values: [this.vault, oid],
    });
  }

  override async unfinished(olderThanMs: number, limit: number): Promise<readonly UploadNote[]> {
    const rows = await this.database.query<NoteRow>({
      name: 'vault-uploads-unfinished',
      text: `select oid, folder, begun_at from vault_uploads
        where vault = $1 and begun_at <= clock_timestamp() - $2 * interval '1 millisecond' order by begun_at limit $3`,
      values: [this.vault, olderThanMs, limit],
    });
    return rows.map(({ oid, folder, begun_at: begunAt }) => ({ oid: parseOid(oid), folder, begunAt }));
  }
}
