-- A meeting is changed or called off: a row each, with only what it changes. Rows are only added; what stands is the call with its changes up to then.
create table view.meeting_change (
  seq bigint primary key, entry uuid not null, meeting uuid not null, matter uuid not null, cancelled boolean not null, changes jsonb, reason text not null,
  audience text not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index meeting_change_meeting on view.meeting_change (meeting, seq);
grant select, insert on view.meeting_change to counterfoil_app;

-- Which entry a version of an invitation told: that which called the meeting, changed it, or called it off. Until now there was only the first.
alter table view.invitation add column called uuid;
update view.invitation i set called = t.entry from view.meeting t where t.id = i.meeting;
alter table view.invitation alter column called set not null;
