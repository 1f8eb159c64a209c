-- Serving as a job that a crash cannot harm: what was fixed when it was started stands with the draft, so that the next start goes on.
-- `request` of a draft is set when serving starts; `serving` holds the fixed times; `served_at` is set when nothing is left to do.
alter table work.request_draft
  add column recipients_version integer not null default 1,   -- moves on whenever a recipient is added, removed or replaced
  add column serving jsonb,
  add column served_at timestamptz;
create unique index request_draft_request on work.request_draft (request);
create index request_draft_open on work.request_draft (updated_at) where serving is not null and served_at is null;

-- Rows of the last CSV that could not be used; they must be mended or left out on purpose before anything is served.
create table work.draft_problem (
  draft uuid not null references work.request_draft on delete cascade, line integer not null, what text not null,
  primary key (draft, line)
);

grant select, insert, update, delete on work.draft_problem to counterfoil_app;
