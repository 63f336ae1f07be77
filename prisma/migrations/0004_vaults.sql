-- class: expand
-- What the fleet shares about a vault of an online provider: its breakers, its session, its budget of requests, its folders.

create table vault_stops (
  vault      text not null,
  cause      text not null,
  detail     text not null,
  -- When a probe may be made; null waits for the operator.
  until      timestamptz,
  opened_at  timestamptz not null,
  primary key (vault, cause)
);

-- Sealed with a key that is not in the database (AES-256-GCM, a data key of its own for each row): a backup opens nothing.
create table vault_sessions (
  vault         text not null,
  kind          text not null check (kind in ('parent', 'child')),
  version       bigint not null check (version > 0),
  key_id        text not null,
  sealed        bytea not null,
  created_at    timestamptz not null default clock_timestamp(),
  refreshed_at  timestamptz not null default clock_timestamp(),
  primary key (vault, kind)
);

create table vault_budgets (
  vault              text primary key,
  tokens             double precision not null,
  requests_per_second double precision not null,
  refilled_at        timestamptz not null default clock_timestamp(),
  paused_until       timestamptz,
  throttled_at       timestamptz
);

create table vault_folders (
  vault  text not null,
  path   text not null,
  uid    text not null,
  primary key (vault, path)
);

create table vault_uploads (
  vault     text not null,
  oid       text not null,
  folder    text not null,
  begun_at  timestamptz not null default clock_timestamp(),
  primary key (vault, oid)
);
create index vault_uploads_by_age on vault_uploads (vault, begun_at);
