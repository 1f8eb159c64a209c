-- The due date of a service after something moved it. One row for each moment (occurred_at) from which an entry changes it: what was known
-- at a position is the newest seq, and of that the last moment, up to the time that is asked for. Services whose date nobody moved have no row.
create table view.due (
  seq bigint not null, entry uuid not null, service uuid not null, request uuid not null,
  -- null while the clock stands; where items differ, those of the item that is due first
  due_on date, due_at timestamptz,
  -- when it runs again, where that is known; after that the pause is over
  paused_until timestamptz,
  -- each item's date and pauses, as told; and where items differ the same one by one, for counting
  cells jsonb not null, uneven jsonb,
  occurred_at timestamptz not null, recorded_at timestamptz not null,
  primary key (seq, occurred_at)
);
create index due_service on view.due (service, seq desc, occurred_at desc);
create index due_request on view.due (request, seq);
grant select, insert on view.due to counterfoil_app;
