-- Read models, made from entries alone by each room's view.ts, rows only ever added; `counterfoil rebuild` makes them anew and compares.
-- Every row carries the position (seq) and both times of its entry, so that any of them can be read as of any time.
create schema view;

create table view.party (
  seq bigint not null, id uuid primary key, name text not null, kind text not null, ocd_id text, state text,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index party_ocd on view.party (ocd_id);
create index party_name on view.party (lower(name));

create table view.matter (
  seq bigint not null, id uuid primary key, slug text not null unique, title text not null, summary text not null,
  issuer uuid not null, audience text not null, example boolean not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index matter_issuer on view.matter (issuer);

-- What is publicly known around a matter, with its source.
create table view.note (
  seq bigint primary key, id uuid not null, matter uuid not null, text text not null, source jsonb not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index note_matter on view.note (matter, seq);

create table view.request (
  seq bigint not null, id uuid primary key, matter uuid not null, issuer uuid not null, title text not null, authority text not null,
  compulsory boolean not null, conduct text not null, items jsonb not null, due_rule jsonb not null, letter jsonb not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index request_matter on view.request (matter, seq);

create table view.revocation (
  seq bigint primary key, request uuid not null, reason text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index revocation_request on view.revocation (request);

create table view.service (
  seq bigint not null, id uuid primary key, request uuid not null, matter uuid not null, recipient uuid not null,
  name text not null, kind text not null, state text, ocd_id text, due_on date not null, due_at timestamptz not null, working jsonb not null,
  merge jsonb not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null,
  unique (request, recipient)
);
create index service_board on view.service (request, name, id);

-- Evidence of a service: ETSI EN 319 522 event names.
create table view.evidence (
  seq bigint primary key, service uuid not null, event text not null, detail jsonb not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index evidence_service on view.evidence (service, seq);

create table view.answer (
  seq bigint not null, id uuid primary key, service uuid not null, round integer not null, body jsonb not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index answer_service on view.answer (service, seq);

-- One cell of the board: what the recipient says …
create table view.item_answer (
  seq bigint primary key, entry uuid not null, service uuid not null, request uuid not null, item integer not null, disposition text not null, answer uuid not null,
  documents integer not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index item_answer_cell on view.item_answer (service, item, seq desc);
create index item_answer_request on view.item_answer (request, seq);

-- … and what the issuer says.
create table view.item_determination (
  seq bigint primary key, entry uuid not null, service uuid not null, request uuid not null, item integer not null, finding text not null, reasons text not null, answer uuid not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index item_determination_cell on view.item_determination (service, item, seq desc);
create index item_determination_request on view.item_determination (request, seq);

grant usage on schema view to counterfoil_app;
grant select, insert on all tables in schema view to counterfoil_app;
