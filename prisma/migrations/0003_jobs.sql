-- class: expand
-- What the queue must not be trusted to remember: attempts and dead letters.

create table job_attempts (
  job_id    text primary key,
  queue     text not null,
  attempts  integer not null,
  errors    jsonb not null default '[]',
  first_at  timestamptz not null default clock_timestamp(),
  last_at   timestamptz not null default clock_timestamp()
);

create table dead_letters (
  id           bigint generated always as identity primary key,
  queue        text not null,
  job_id       text not null,
  oid          text,
  payload      jsonb not null,
  code         text not null,
  fingerprint  text not null,
  attempts     integer not null,
  errors       jsonb not null,
  traceparent  text,
  first_at     timestamptz not null,
  last_at      timestamptz not null,
  state        text not null default 'open' check (state in ('open', 'redriven', 'dropped')),
  settled_at   timestamptz
);
create unique index dead_letters_one_open on dead_letters (job_id) where state = 'open';
create index dead_letters_by_fingerprint on dead_letters (fingerprint) where state = 'open';
