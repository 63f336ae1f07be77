-- class: expand
-- What the watcher of a vault needs: how far it has followed the vault's own events, and whose a node is.

create table vault_cursors (
  vault       text primary key,
  cursor      text not null,
  updated_at  timestamptz not null default clock_timestamp()
);

create index placements_by_node on placements (vault, (locator ->> 'node'));
create index vault_folders_by_uid on vault_folders (vault, uid);
