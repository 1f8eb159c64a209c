-- Meetings, who was invited, what each said of taking part, and who was there. Rows are only added; what stands is the last word.
create table view.meeting (
  seq bigint not null, entry uuid not null, id uuid primary key, matter uuid not null, convener text not null, subject text not null, place text,
  starts_at timestamptz not null, ends_at timestamptz, day_only boolean not null, capacity int, agenda text not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index meeting_matter on view.meeting (matter, starts_at);
create table view.participant (
  seq bigint not null, entry uuid not null, id uuid primary key, meeting uuid not null, matter uuid not null, name text not null, office text, holding uuid, party uuid not null,
  party_name text not null, kind text not null, state text, audience text not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index participant_meeting on view.participant (meeting, lower(name));
create index participant_party on view.participant (party);
create table view.participation (
  seq bigint primary key, entry uuid not null, meeting uuid not null, matter uuid not null, participant uuid not null, partstat text not null, delegate text, reason text,
  said_by text not null, sayer text, day_only boolean not null, source uuid, anchor jsonb, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index participation_meeting on view.participation (meeting, occurred_at, seq);
create table view.attendance (
  seq bigint primary key, entry uuid not null, meeting uuid not null, matter uuid not null, participant uuid not null, attended boolean not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index attendance_meeting on view.attendance (meeting, participant, seq);
grant select, insert on view.meeting, view.participant, view.participation, view.attendance to counterfoil_app;
