-- Who follows a record by mail, and the links that were sent to them, as hashes. None of it is evidence: whoever leaves is deleted, and only
-- the hashes of links stay for a while, so that a link in an old mail says what became of it.
create table work.follower (
  id uuid primary key, matter uuid not null, address text not null,
  address_hash bytea not null,               -- SHA-256 of the address in small letters
  every text not null check (every in ('day', 'week')),
  follows boolean not null default false,    -- false until the link in the first mail was used
  asked_at timestamptz not null,             -- when the first mail was last asked for
  mails integer not null default 1,          -- first mails that were asked for
  told_seq bigint not null default 0,        -- everything up to here was told
  told_at timestamptz,
  unique (matter, address_hash)
);
create index follower_due on work.follower (follows, told_at);
create index follower_address on work.follower (address_hash, asked_at);
create table work.follower_link (
  hash bytea primary key, follower uuid references work.follower (id) on delete set null,
  does text not null check (does in ('confirm', 'leave')), made_at timestamptz not null
);
create index follower_link_follower on work.follower_link (follower);
grant select, insert, update, delete on work.follower, work.follower_link to counterfoil_app;
