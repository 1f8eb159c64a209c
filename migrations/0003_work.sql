-- Work in progress: drafts, letters waiting to leave, links and codes, uploads. None of it is evidence; it may change and be deleted.
create schema work;

create table work.organisation (
  auth_id text primary key,                  -- organisation in the sign-in schema
  party   uuid not null unique               -- the same organisation in the directory
);

create table work.request_draft (
  id uuid primary key, matter uuid not null, body jsonb not null, version integer not null default 1,
  request uuid,                              -- set once served
  updated_at timestamptz not null
);
create index request_draft_matter on work.request_draft (matter);

create table work.draft_recipient (
  draft uuid not null references work.request_draft on delete cascade, line integer not null, name text not null, kind text not null, state text, ocd_id text,
  email text, party uuid, merge jsonb not null,
  primary key (draft, line)
);

-- Where letters of a service go. Kept out of entries that the public may read.
create table work.contact (service uuid primary key, address text not null);

create table work.outbox (
  id         bigint generated always as identity primary key,
  kind       text not null,                  -- letter | answer-receipt | determination
  key        text not null unique,           -- what this mail is about; the same mail is never queued twice
  service    uuid, request uuid, entry uuid,
  address    text not null,
  params     jsonb not null default '{}',
  not_before timestamptz not null,
  state      text not null default 'queued' check (state in ('queued', 'sent', 'failed', 'revoked')),
  attempts   integer not null default 0,
  error      text,
  message_id text,
  sent_at    timestamptz
);
create index outbox_due on work.outbox (not_before, id) where state = 'queued';
create index outbox_request on work.outbox (request, state);
create index outbox_service on work.outbox (service, id);

-- Links in letters, by hash only.
create table work.link (
  hash bytea primary key, service uuid not null, address text not null, created_at timestamptz not null, expires_at timestamptz not null,
  replaced_at timestamptz, wrong_codes integer not null default 0, locked_until timestamptz
);
create index link_service on work.link (service);

-- One-time codes that follow a link, by hash only.
create table work.code (
  id uuid primary key, link bytea not null references work.link on delete cascade, hash bytea not null, created_at timestamptz not null,
  expires_at timestamptz not null, tries integer not null default 0, used_at timestamptz
);
create index code_link on work.code (link, created_at);

create table work.recipient_session (
  hash bytea primary key, service uuid not null, address text not null, link bytea not null, created_at timestamptz not null, expires_at timestamptz not null
);

create table work.answer_draft (
  service uuid primary key, version integer not null default 1, body jsonb not null, updated_at timestamptz not null
);

create table work.upload (
  id uuid primary key, service uuid not null, item integer not null, sha256 text not null, bytes bigint not null, name text not null, type text not null,
  stored_at timestamptz not null
);
create index upload_service on work.upload (service, item, stored_at);

grant usage on schema work to counterfoil_app;
grant select, insert, update, delete on all tables in schema work to counterfoil_app;
grant usage on all sequences in schema work to counterfoil_app;
