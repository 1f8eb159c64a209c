-- What staff write for the public record before it is published: kept half finished, looked at by a second person where the organisation wants that.
-- Nothing of a draft is evidence. `values` is the form as it was typed; `writers` are the people who saved something of it.
create table work.writing (
  id uuid primary key, matter uuid not null, kind text not null check (kind in ('statement', 'figure')), values jsonb not null,
  state text not null check (state in ('draft', 'waiting', 'returned', 'publishing', 'published')), version int not null default 1,
  -- the thing and the entry that it corrects; both null for something new
  thing uuid, corrects uuid,
  author text not null, author_name text not null, writers jsonb not null, note text, note_by text,
  deleted_at timestamptz, created_at timestamptz not null, updated_at timestamptz not null
);
create index writing_matter on work.writing (matter, updated_at desc) where state <> 'published';
grant select, insert, update, delete on work.writing to counterfoil_app;

-- Whether what staff publish is looked at by a second person first, and who that may be. The newest row of an organisation counts.
create table view.review_setting (
  seq bigint primary key, entry uuid not null, party uuid not null, second boolean not null, reviewer text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index review_setting_party on view.review_setting (party, seq desc);
grant select, insert on view.review_setting to counterfoil_app;
select log.place_views('view');
