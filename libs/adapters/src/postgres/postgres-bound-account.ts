import { BoundAccount, type AccountIdentity } from '#application/ports/bound-account.js';
import { rebindAccount } from '#application/vault-session/rebind-account.js';
import type { Database } from './database.js';

interface BoundRow {
  readonly user_id: string | null;
  readonly volume_id: string | null;
}

const REMEMBERED_OF_A_VOLUME = ['vault_folders', 'vault_uploads', 'vault_cursors'] as const;

/** One row a vault, held against the placements by the index over their nodes. */
export class PostgresBoundAccount extends BoundAccount {
  constructor(
    private readonly database: Database,
    private readonly vault: string,
  ) {
    super();
  }

  override async load(): Promise<AccountIdentity | null> {
    const [row] = await this.database.query<BoundRow>({
      name: 'bound-account',
      text: 'select user_id, volume_id from vault_accounts where vault = $1',
      values: [this.vault],
    });
    return identityOf(row);
  }

  override async bind(account: AccountIdentity): Promise<void> {
    await this.database.transaction(async (ask) => {
      const [before] = await ask<BoundRow>({
        text: 'select user_id, volume_id from vault_accounts where vault = $1 for update',
        values: [this.vault],
      });
      const { moves, identity } = rebindAccount(identityOf(before), account);
      await ask({
        text: `insert into vault_accounts (vault, user_id, volume_id) values ($1, $2, $3)
          on conflict (vault) do update
          set user_id = excluded.user_id, volume_id = excluded.volume_id, bound_at = clock_timestamp()`,
        values: [this.vault, identity.user, identity.volume],
      });
      if (!moves) return;
      for (const table of REMEMBERED_OF_A_VOLUME)
        await ask({ text: `delete from ${table} where vault = $1`, values: [this.vault] });
    });
  }

  /** A node's uid begins with its volume's id, so that the first and the last node tell of all between them. */
  override async holdsElsewhere(volume: string | null): Promise<boolean> {
    const ends = `select locator ->> 'node' as node from placements where vault = $1 and locator ->> 'node' is not null
      order by locator ->> 'node'`;
    const rows = await this.database.query<{ node: string }>({
      name: 'bound-account-placements',
      text: `(${ends} limit 1) union all (${ends} desc limit 1)`,
      values: [this.vault],
    });
    return rows.some(({ node }) => node.split('~', 1)[0] !== volume);
  }
}

const identityOf = (row: BoundRow | undefined): AccountIdentity | null =>
  row === undefined ? null : { user: row.user_id, volume: row.volume_id };
