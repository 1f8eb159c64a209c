-- Courtesy reminders before the due date: what staff set for a request, each one that was written, and who wants none. A reminder is no step of
-- a ladder.
create table view.reminder_setting (
  seq bigint primary key, entry uuid not null, request uuid not null,
  days jsonb not null,                       -- days before the due date, the earliest first; empty: off
  most integer not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index reminder_setting_request on view.reminder_setting (request, seq desc);

create table view.reminder (
  seq bigint primary key, entry uuid not null, service uuid not null, request uuid not null, due_on date not null, days integer not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index reminder_service on view.reminder (service, seq);

create table view.reminder_wish (
  seq bigint primary key, entry uuid not null, service uuid not null, request uuid not null, wanted boolean not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index reminder_wish_service on view.reminder_wish (service, seq desc);
grant select, insert on view.reminder_setting, view.reminder, view.reminder_wish to counterfoil_app;
