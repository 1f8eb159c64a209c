-- A statement or a figure that is corrected has several rows: what it was first, and each correction with its note. The newest that is known counts;
-- the others stay. `corrects` is the entry that a correction was made on.
alter table view.statement drop constraint statement_pkey, add primary key (seq),
  add column corrects uuid, add column note text, add column corrected_by text;
create index statement_id on view.statement (id, seq);
alter table view.figure drop constraint figure_pkey, add primary key (seq),
  add column corrects uuid, add column note text, add column corrected_by text;
create index figure_id on view.figure (id, seq);
