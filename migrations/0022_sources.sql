-- Kept sources, what was said, and figures that were claimed. Rows are only added; the rank of a figure is that of its newest ranking.
create table view.source (
  seq bigint not null, entry uuid not null, id uuid primary key, matter uuid not null, publisher text not null, title text not null, published date,
  url text, fetched_at timestamptz not null, hash text not null, bytes int not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index source_matter on view.source (matter, seq);
create table view.statement (
  seq bigint not null, entry uuid not null, id uuid primary key, matter uuid not null, holding uuid, speaker jsonb not null, words text not null, form text not null,
  medium text not null, outlet text, day_only boolean not null, source uuid not null, anchor jsonb, about uuid[] not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index statement_matter on view.statement (matter, occurred_at, seq);
create index statement_about on view.statement using gin (about);
create table view.figure (
  seq bigint not null, entry uuid not null, id uuid primary key, matter uuid not null, measure text not null, unit text not null, low numeric not null, high numeric,
  qualifier text not null, original_value text not null, as_of date, claimant text not null, holding uuid, source uuid not null, anchor jsonb,
  audience text not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index figure_matter on view.figure (matter, lower(measure), seq);
create table view.figure_rank (
  seq bigint primary key, entry uuid not null, figure uuid not null, matter uuid not null, rank text not null, reason text not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index figure_rank_figure on view.figure_rank (figure, seq);
grant select, insert on view.source, view.statement, view.figure, view.figure_rank to counterfoil_app;
