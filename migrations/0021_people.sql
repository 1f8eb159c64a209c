-- People, offices, and who held them when. Rows are only added.
create table view.person (
  seq bigint not null, entry uuid not null, id uuid primary key, name text not null, note text,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index person_name on view.person (lower(name));
create table view.office (
  seq bigint not null, entry uuid not null, id uuid primary key, party uuid not null, title text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index office_party on view.office (party, lower(title));
create table view.holding (
  seq bigint not null, entry uuid not null, id uuid primary key, office uuid not null, person uuid not null, from_on date, until_on date, source jsonb not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index holding_person on view.holding (person);
create index holding_office on view.holding (office);
grant select, insert on view.person, view.office, view.holding to counterfoil_app;
