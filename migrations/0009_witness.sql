-- Witnesses, both ways: what others have signed of our log, and what we have signed of theirs (C2SP tlog-witness).

-- Cosignatures of our checkpoints, one a witness, in the order in which they came. Only ever added.
create table log.cosignature (
  n            bigint generated always as identity,
  size         bigint not null references log.checkpoint,
  witness      text not null,                -- NAME+KEYID of its verifier key
  line         text not null,                -- signature line of signed-note, with its newline
  cosigned_at  timestamptz not null,         -- by the witness's clock, in whole seconds
  collected_at timestamptz not null,
  primary key (size, witness)
);
create index cosignature_witness on log.cosignature (witness, size);

-- Checkpoints that had the quorum of a policy, found in rising order: a receipt carries the first one that covers its entry, and keeps it.
create table log.quorum (
  policy text not null,                      -- SHA-256 of the policy's text, hex
  size   bigint not null references log.checkpoint,
  primary key (policy, size)
);

create schema witness;

-- The newest checkpoint of each log that we cosign: read, compared and replaced in one statement, before we answer.
create table witness.seen (
  origin      text primary key,
  size        bigint not null check (size >= 0),
  root        bytea not null check (octet_length(root) = 32),
  note        text not null,                 -- checkpoint with the log's own signatures
  cosigned_at bigint not null check (cosigned_at > 0) -- seconds since the epoch; never goes backwards for one log
);

-- What must not happen to a log: a witness that has signed more than we hold, or another history. Stays for good.
create table witness.alarm (
  id         uuid primary key,
  kind       text not null check (kind in ('ahead', 'fork', 'fork-of-theirs')),
  who        text not null,                  -- NAME+KEYID of the witness; of `fork-of-theirs`, the origin of the other log
  at_size    bigint not null,                -- size that the witness has signed; of `fork-of-theirs`, the size with two roots
  our_size   bigint not null,
  evidence   jsonb not null,                 -- signed checkpoints and what was answered
  raised_at  timestamptz not null,
  unique (kind, who, at_size)
);

-- An alarm goes quiet only when an owner says why.
create table witness.acknowledgement (
  alarm  uuid primary key references witness.alarm,
  reason text not null check (length(reason) between 1 and 2000),
  name   text not null,
  party  uuid not null,
  at     timestamptz not null
);

-- How the last call to each witness went: mutable, no evidence.
create table witness.state (
  witness  text primary key,
  trouble  text,                             -- null: it answered as it should
  failures integer not null,
  signed   bigint not null default 0,        -- cosignatures of this witness that we keep
  tried_at timestamptz not null
);

grant select, insert on log.cosignature, log.quorum to counterfoil_app;
grant usage on all sequences in schema log to counterfoil_app;
grant usage on schema witness to counterfoil_app;
grant select, insert, update on witness.seen, witness.state to counterfoil_app;
grant select, insert on witness.alarm, witness.acknowledgement to counterfoil_app;
