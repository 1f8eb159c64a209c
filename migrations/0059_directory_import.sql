-- Lists on their way into the directory: the files as they came, what each row would change, and what was chosen of it. Work in progress, not evidence.
create table work.directory_import (
  id uuid primary key, party uuid not null, name text not null, form text not null, mapping jsonb, state text not null, total integer not null default 0,
  done integer not null default 0, notes jsonb not null default '{}', trouble text, taken_until timestamptz, created_at timestamptz not null, updated_at timestamptz not null
);
create index directory_import_party on work.directory_import (party, created_at desc);
create table work.directory_import_file (
  import uuid not null references work.directory_import on delete cascade, file integer not null, n integer not null, name text not null, data bytea not null,
  primary key (import, file, n)
);
-- `n` orders the rows; `line` is where a row stands in its file, `what` is new, changed, gone, unchanged or problem.
create table work.directory_import_row (
  import uuid not null references work.directory_import on delete cascade, n integer not null, file text not null, line integer not null, what text not null,
  name text not null, party uuid, body jsonb not null, before jsonb, problem text, chosen boolean not null default false,
  primary key (import, n)
);
create index directory_import_row_what on work.directory_import_row (import, what, n);
create index directory_import_row_party on work.directory_import_row (import, party);
grant select, insert, update, delete on work.directory_import, work.directory_import_file, work.directory_import_row to counterfoil_app;
