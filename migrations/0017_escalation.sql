-- Escalation: the ladder of a request, steps taken with single recipients, and requests that follow others (a subpoena follows what was
-- not answered). Nothing here is done by the server on its own; people take steps, and each is an entry.
create table view.ladder (
  seq bigint primary key, entry uuid not null, request uuid not null, steps jsonb not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index ladder_request on view.ladder (request, seq desc);

create table view.step (
  seq bigint primary key, entry uuid not null, service uuid not null, request uuid not null,
  run uuid not null,                         -- all that was taken with one press of a button
  step integer not null, kind text not null, items jsonb not null, due_on date not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index step_service on view.step (service, seq desc);
create index step_request on view.step (request, seq);

-- Taken back before its mails left: the steps of that run count as not taken.
create table view.step_withdrawal (
  seq bigint primary key, request uuid not null, run uuid not null, reason text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index step_withdrawal_run on view.step_withdrawal (run);
create index step_withdrawal_request on view.step_withdrawal (request, seq);

-- A request may follow another one: each of its recipients then has a service before, and answers that were carried over from it. They
-- stand among the answers of the new service, with the entry of the old one, so that nothing is asked twice.
alter table view.request add column predecessor uuid;
alter table view.service add column predecessor uuid, add column carried jsonb;
create index service_predecessor on view.service (predecessor) where predecessor is not null;
alter table view.item_answer
  add column carried_from uuid,              -- the service that it was answered in; null: this one
  drop constraint item_answer_pkey, add primary key (seq, item);
alter table view.item_determination
  drop constraint item_determination_pkey, add primary key (seq, item);
grant select, insert on view.ladder, view.step, view.step_withdrawal to counterfoil_app;

-- Where a recipient of a draft was asked before.
alter table work.draft_recipient add column predecessor uuid;

-- Taking a step with many recipients is a job that a crash cannot harm: what was fixed when it was started stands here, and each
-- recipient's entry has a key of its own, so that the next start goes on and nobody gets the same notice twice.
create table work.step_run (
  id uuid primary key, request uuid not null, step integer not null, kind text not null, words text not null, role text not null,
  started_at timestamptz not null, leaves_at timestamptz not null, total integer not null,
  ended text check (ended in ('taken', 'withdrawn')), trouble text
);
create index step_run_request on work.step_run (request, started_at);
create index step_run_open on work.step_run (started_at) where ended is null;

create table work.step_recipient (
  run uuid not null references work.step_run on delete cascade, n integer not null, service uuid not null,
  outcome text,                              -- null: still to do; 'taken'; else the refusal by name
  primary key (run, n), unique (run, service)
);
grant select, insert, update, delete on work.step_run, work.step_recipient to counterfoil_app;
