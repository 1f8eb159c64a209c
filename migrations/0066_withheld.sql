-- What is written and not shown to everyone: under an embargo until a time, or taken down. Nothing of it is stored as a state: it is asked with a
-- time. `subject` is the thing that an entry is about (a statement, a figure; what has no id of its own goes by its entry's), so that whatever was
-- written about a thing is withheld with it. A tombstone stays in sight when what it stands for goes.
create table view.subject (
  seq bigint primary key, subject uuid not null, matter uuid, tomb boolean not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index subject_subject on view.subject (subject, seq);
create table view.embargo (
  seq bigint primary key, entry uuid not null, subject uuid not null, matter uuid not null, what text not null, until timestamptz not null, zone text,
  reason text, audience text not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index embargo_subject on view.embargo (subject, seq);
create index embargo_matter on view.embargo (matter, until);
create table view.takedown (
  seq bigint primary key, entry uuid not null, subject uuid not null, matter uuid not null, kind text not null, down boolean not null, reason text not null,
  decided_by text not null, audience text not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index takedown_subject on view.takedown (subject, seq);
create index takedown_matter on view.takedown (matter, seq);
grant select, insert on view.subject, view.embargo, view.takedown to counterfoil_app;

-- Since when things that were under an embargo are public, of those that were so by a time. An embargo that was changed after its time had come was
-- changed too late and counts no more.
create function work.public_since(by_then timestamptz) returns table (subject uuid, matter uuid, since timestamptz) language sql stable as $$
  select k.subject, k.matter, min(k.until) from view.embargo k
  where k.until <= by_then and not exists (
    select from view.embargo j where j.subject = k.subject and j.seq > k.seq and j.recorded_at < k.until)
  group by k.subject, k.matter
$$;

-- THE one place that says what everyone may not see: positions of entries that the record does not show at a time. What is taken down now is not
-- shown as of any time. Every query for the public asks here (src/record/open.ts); a test holds that none goes past it.
create function work.withheld(at_time timestamptz) returns table (seq bigint) language sql stable as $$
  select b.seq from view.subject b
  where b.subject in (
    select m.subject from view.embargo m except select p.subject from work.public_since(at_time) p)
  union all
  select b.seq from view.subject b
  where not b.tomb and b.subject in (
    select distinct t.subject from view.takedown t
    where (select x.down from view.takedown x where x.subject = t.subject order by x.seq desc limit 1)
      or (select x.down from view.takedown x where x.subject = t.subject and x.recorded_at <= at_time order by x.seq desc limit 1))
$$;

-- Found from the entry that was replaced: what replaces it.
create index entry_corrects on ledger.entry (corrects) where corrects is not null;

insert into view.subject (seq, subject, matter, tomb, occurred_at, recorded_at)
select e.seq, case
    when e.kind = 'statement.made' then (e.canonical::jsonb #>> '{body,statement}')::uuid
    when e.kind in ('figure.claimed', 'figure.ranked') then (e.canonical::jsonb #>> '{body,figure}')::uuid
    else e.id end,
  e.matter, false, e.occurred_at, e.recorded_at
from ledger.entry e
where e.kind in ('statement.made', 'figure.claimed', 'figure.ranked', 'participation.stated', 'matter.noted') and e.canonical is not null;
select log.place_views('view');
