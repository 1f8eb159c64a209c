-- What moves many clocks at once. A fact such as a closing or an order is one entry; in the same append it puts one row here for each request that
-- it touches, and the worker goes through the services of that request, writing `due.recounted` where a clock changes.
create table work.recount (
  id         uuid primary key,
  cause      uuid not null,                  -- the entry
  request    uuid not null,
  services   uuid[],                         -- null: all of the request
  event      jsonb,                          -- what it means for the clock of each of them; null for closings
  reason     text not null,
  done       integer not null default 0,     -- services gone through
  moved      integer not null default 0,     -- those of them that got an entry
  total      integer,
  after      uuid,                           -- the last of them, in the order of their ids
  trouble    text,
  finished_at timestamptz,
  created_at timestamptz default now(),
  taken_until timestamptz                    -- a worker has it until then; if the worker dies, another goes on afterwards
);
create index recount_open on work.recount (request, created_at, id) where finished_at is null;
create index recount_cause on work.recount (cause);
grant select, insert, update, delete on work.recount to counterfoil_app;

-- Dates counted anew, by what caused it: public pages show one line for each cause and request, not one for each recipient.
create table view.recount (
  seq bigint primary key, entry uuid not null, cause uuid not null, service uuid not null, request uuid not null, matter uuid not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index recount_matter on view.recount (matter, request, cause, seq);
grant select, insert on view.recount to counterfoil_app;

-- Closings, holidays and working days that staff of by_party added to the calendar of a party, and those taken back (withdraws names the added one).
create table view.closing (
  seq bigint primary key, entry uuid not null, party uuid not null, by_party uuid not null, event jsonb, withdraws uuid, reason text, source text,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index closing_party on view.closing (by_party, party, seq);
grant select, insert on view.closing to counterfoil_app;

-- Where the items of a request have due rules of their own: the date and working of each as served. Null: one date for all.
alter table view.service add column cells jsonb;
