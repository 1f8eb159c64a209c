-- Long work of composing as jobs that a crash cannot harm: a list of recipients that is being read, and the checks before a serving.

-- The file in parts as it came, how far its reading is, what it was refused for. `whole` once all of it is there; the next file takes its place.
create table work.recipients_file (
  id         uuid primary key,
  draft      uuid not null references work.request_draft on delete cascade,
  whole      boolean not null default false,
  lines      integer not null default 0,     -- of the file, counted while it came
  stage      text not null default 'reading' check (stage in ('reading', 'checking', 'matching', 'keeping', 'read', 'refused')),
  done       integer not null default 0,     -- of the stage
  total      integer not null default 0,
  problems   integer not null default 0,     -- rows that cannot be used, once it is read
  refused    text,
  created_at timestamptz not null
);
create unique index recipients_file_draft on work.recipients_file (draft) where whole;
create index recipients_file_all on work.recipients_file (draft);

create table work.recipients_part (
  file uuid not null references work.recipients_file on delete cascade, n integer not null, bytes bytea not null,
  primary key (file, n)
);

-- Serving that was asked for and is being checked: how far, and what it was refused for.
alter table work.request_draft add column checking jsonb;
create index request_draft_checking on work.request_draft (updated_at) where checking is not null and serving is null;

grant select, insert, update, delete on work.recipients_file, work.recipients_part to counterfoil_app;
