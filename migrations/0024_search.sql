-- Words of public entries, for the search. Recipients served are found by their names and have no row. A database that is older than this table
-- gets its rows by `counterfoil rebuild`.
create table view.search (
  seq bigint primary key, entry uuid not null, matter uuid not null, kind text not null, title text not null, words text not null,
  tsv tsvector generated always as (setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', words), 'B')) stored,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index search_words on view.search using gin (tsv);
grant select, insert on view.search to counterfoil_app;
