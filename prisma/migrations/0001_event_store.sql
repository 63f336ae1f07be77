-- class: expand
-- The truth: events, append-only, one stream an aggregate; the outbox; checkpoints of projections.

create table events (
  -- Order within a transaction, and the second half of the reading order (tx, position).
  position        bigint generated always as identity primary key,
  -- The writing transaction. Readers stay below pg_snapshot_xmin, so nothing can appear behind their cursor.
  tx              xid8 not null default pg_current_xact_id(),
  stream          text not null,
  version         integer not null check (version > 0),
  type            text not null,
  schema_version  smallint not null check (schema_version > 0),
  data            jsonb not null,
  correlation_id  text not null,
  causation_id    text,
  actor           text not null,
  traceparent     text,
  recorded_at     timestamptz not null default clock_timestamp(),
  constraint events_stream_version unique (stream, version)
);
create index events_reading_order on events (tx, position);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'events are append-only: % is refused', tg_op using errcode = 'integrity_constraint_violation';
end $$;
create trigger events_append_only before update or delete on events for each row execute function refuse_change();
create trigger events_never_truncated before truncate on events for each statement execute function refuse_change();

-- The demands of an append, checked in its own transaction; they fail with SQLSTATEs of ours, so that a pipeline of
-- statements sent in one go stops at the right place. Two appends that pass at once meet at events_stream_version.
create function demand_version(wanted_stream text, expected integer) returns void language plpgsql as $$
declare
  current integer := coalesce((select max(version) from events where stream = wanted_stream), 0);
begin
  if current <> expected then
    raise exception 'stream % is at version %, not %', wanted_stream, current, expected using errcode = 'BL001';
  end if;
end $$;

-- Share-locked until the commit: nobody can take the lease over between this check and the events it protects.
create function demand_lease(wanted_entity text, held bigint) returns void language plpgsql as $$
begin
  perform from leases where entity = wanted_entity and token = held for share;
  if not found then
    raise exception 'lease on % is not held with token %', wanted_entity, held using errcode = 'BL002';
  end if;
end $$;

create table outbox (
  id              bigint generated always as identity primary key,
  queue           text not null,
  payload         jsonb not null,
  correlation_id  text not null,
  traceparent     text,
  created_at      timestamptz not null default clock_timestamp(),
  claimed_until   timestamptz,
  dispatched_at   timestamptz
);
create index outbox_unsent on outbox (id) where dispatched_at is null;

create table checkpoints (
  projection      text primary key,
  version         integer not null,
  tx              xid8 not null,
  position        bigint not null,
  -- Set when an event could not be handled: the projection stands still until it is mended, no event is skipped.
  stopped_by      text,
  updated_at      timestamptz not null default clock_timestamp()
);

-- One writer an entity. The token rises with each holder and is checked inside the commit it protects.
create sequence fencing_tokens as bigint;
create table leases (
  entity          text primary key,
  token           bigint not null,
  expires_at      timestamptz not null
);
