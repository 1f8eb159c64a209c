-- A second clock: RFC 3161 timestamps of checkpoints, by an authority that is not us. Only ever added.
create table log.timestamp (
  size        bigint primary key references log.checkpoint,
  tsa         text not null,                 -- address that was asked
  request     bytea not null,                -- DER, as it was sent
  response    bytea not null,                -- DER, as it came: `openssl ts -verify` reads it
  gen_time    timestamptz not null,          -- by the authority's clock
  received_at timestamptz not null
);
grant select, insert on log.timestamp to counterfoil_app;

alter table witness.alarm drop constraint alarm_kind_check;
alter table witness.alarm add constraint alarm_kind_check check (kind in ('ahead', 'fork', 'fork-of-theirs', 'timestamp'));
