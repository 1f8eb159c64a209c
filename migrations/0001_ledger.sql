-- The ledger: entries, written once. The running server (role counterfoil_app) can add to this schema and read it, nothing else.
create schema ledger;

create table ledger.entry (
  seq         bigint primary key,            -- position in the log, from 0 without gaps
  id          uuid not null unique,
  stream      uuid not null,                 -- the thing whose history this belongs to (derived from the entry, see src/rooms/streams.ts)
  kind        text not null,
  matter      uuid,
  by_party    uuid not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  audience    text not null check (audience in ('public', 'parties', 'own')),
  corrects    uuid,
  canonical   text not null,                 -- RFC 8785 bytes of the entry, UTF-8
  opening     bytea not null check (octet_length(opening) = 32),
  commitment  bytea not null check (octet_length(commitment) = 32)
);
create index entry_stream on ledger.entry (stream, seq);

-- One row per accepted command: its idempotency key and the run of positions that it wrote.
create table ledger.command (
  key       text primary key,
  first_seq bigint not null,
  count     integer not null
);

-- The public log. Head and tiles move on, so they are not part of the write-once schema; checkpoints are only ever added.
create schema log;

create table log.head (
  only_row    boolean primary key default true check (only_row),
  size        bigint not null,               -- entries written; the lock on this row orders the log
  recorded_at timestamptz not null           -- time of the last entry: recordedAt never goes backwards
);
insert into log.head values (true, 0, '-infinity');

create table log.tree (
  only_row boolean primary key default true check (only_row),
  size     bigint not null                   -- entries under the last signed checkpoint
);
insert into log.tree values (true, 0);

create table log.tile (
  level integer not null,
  n     bigint not null,
  data  bytea not null,                      -- 32 bytes a hash, at most 256; grows at the right edge only
  primary key (level, n)
);

create table log.checkpoint (
  size      bigint primary key,
  signed_at timestamptz not null,
  note      text not null                    -- C2SP signed note, as published
);

grant usage on schema ledger, log to counterfoil_app;
grant select, insert on all tables in schema ledger to counterfoil_app;
grant select, update on log.head, log.tree to counterfoil_app;
grant select, insert, update on log.tile to counterfoil_app;
grant select, insert on log.checkpoint to counterfoil_app;
