-- class: expand
-- Inline projections: written in the transaction of the events they follow from, equal to the fold at every commit.

create table repositories (
  id                uuid primary key,
  organization      text not null,
  name              text not null,
  -- organization/name in lower case: two repositories never differ by case alone.
  path_key          text not null unique,
  ack_mode          text not null check (ack_mode in ('stored', 'staged')),
  max_object_bytes  bigint,
  created_at        timestamptz not null
);

create table objects (
  oid         text primary key check (oid ~ '^[0-9a-f]{64}$'),
  size_bytes  bigint not null check (size_bytes >= 0),
  sha1        text not null check (sha1 ~ '^[0-9a-f]{40}$'),
  state       text not null check (state in ('staged', 'stored', 'failed')),
  generation  integer not null check (generation > 0),
  failure     text,
  staged_at   timestamptz not null,
  stored_at   timestamptz,
  constraint objects_failure_told check ((state = 'failed') = (failure is not null))
);
-- The comparator and the janitor look only at what is not stored: a handful among millions.
create index objects_unstored on objects (staged_at) where state <> 'stored';

create table placements (
  oid           text not null references objects (oid),
  vault         text not null,
  locator       jsonb not null,
  stored_bytes  bigint not null,
  sha1          text,
  verified      text not null,
  placed_at     timestamptz not null,
  primary key (oid, vault)
);

create table object_links (
  repository_id  uuid not null references repositories (id),
  oid            text not null references objects (oid),
  size_bytes     bigint not null,
  linked_at      timestamptz not null,
  primary key (repository_id, oid)
);
create index object_links_by_oid on object_links (oid);

create table tokens (
  id            uuid primary key,
  name          text not null,
  digest        text not null unique,
  last4         text not null,
  repositories  text[] not null,
  access        text not null check (access in ('read', 'write')),
  expires_at    timestamptz,
  revoked_at    timestamptz,
  created_at    timestamptz not null
);

-- A checkpointed projection: may lag, can be thrown away and built again.
create table repository_usage (
  repository_id   uuid primary key,
  objects         bigint not null,
  bytes           bigint not null,
  last_linked_at  timestamptz not null
);
