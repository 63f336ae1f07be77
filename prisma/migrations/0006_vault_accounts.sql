-- class: expand
-- Whose account a vault is: so that a login to another one, in which none of its objects are, is not taken for the loss of all.

create table vault_accounts (
  vault      text primary key,
  -- Known from a login on; null for a session from before this table.
  user_id    text,
  -- Of "My files"; null for an account that has never used Drive.
  volume_id  text,
  bound_at   timestamptz not null default clock_timestamp()
);
