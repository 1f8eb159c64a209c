-- What people and parties are to one another over time, and later words on how long. Rows are only added.
create table view.person_change (
  seq bigint primary key, entry uuid not null, person uuid not null, name text not null, note text, reason text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index person_change_person on view.person_change (person, seq desc);
create index person_change_name on view.person_change (lower(name));
create table view.membership (
  seq bigint not null, entry uuid not null, id uuid primary key, association uuid not null, person uuid, member uuid, role text not null,
  from_on date, until_on date, source jsonb not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index membership_association on view.membership (association, seq);
create index membership_person on view.membership (person);
create index membership_member on view.membership (member);
create table view.affiliation (
  seq bigint not null, entry uuid not null, id uuid primary key, person uuid not null, among text not null, from_on date, until_on date, source jsonb not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index affiliation_person on view.affiliation (person, seq);
-- A later word on the days of a holding, a membership or an affiliation, or that it never was.
create table view.term (
  seq bigint primary key, entry uuid not null, term uuid not null, of text not null, from_on date, until_on date, withdrawn boolean not null, reason text not null,
  source jsonb, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index term_term on view.term (term, seq desc);
grant select, insert on view.person_change, view.membership, view.affiliation, view.term to counterfoil_app;
