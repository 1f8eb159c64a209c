-- Erasure by order of a court or by law. Writing an `entry.erased` entry IS the erasure: the trigger below takes what it names away in
-- the same transaction, and nothing else can. The commitment stays, so the tree and every receipt handed out before stay true.
alter table ledger.entry
  alter column canonical drop not null,
  alter column opening drop not null,
  add constraint entry_whole_or_erased check ((canonical is null) = (opening is null));

-- What was erased, when, by whom and on which authority: for pages, and for what must not be brought back.
create table view.erasure (
  seq bigint primary key, entry uuid not null, matter uuid, by_party uuid not null, audience text not null,
  what text not null check (what in ('entry', 'document')),
  target_seq bigint, target uuid, document text, authority text not null, reason text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index erasure_entry on view.erasure (target) where target is not null;
create index erasure_document on view.erasure (document) where document is not null;
create index erasure_matter on view.erasure (matter, seq);
grant select, insert on view.erasure to counterfoil_app;

-- Runs with the owner's rights, since the server's role can update nothing here. It takes only what its own entry names: id, position and
-- commitment must all fit, the target must be older and whole, and erasures themselves cannot be erased.
create function ledger.erase_named() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  named jsonb := new.canonical::jsonb -> 'body';
  one text;
begin
  update ledger.entry set canonical = null, opening = null
  where seq = (named ->> 'position')::bigint
    and seq < new.seq
    and id = (named ->> 'entry')::uuid
    and encode(commitment, 'hex') = named ->> 'commitment'
    and matter is not distinct from new.matter
    and audience = new.audience
    and canonical is not null
    and kind not in ('entry.erased', 'document.erased');
  if not found then
    raise exception 'there is no such entry to erase' using errcode = '23CF2';
  end if;
  -- Rows of the read models carry the position of the entry that they were made of.
  for one in
    select c.relname from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'seq' and not a.attisdropped
    where c.relnamespace = 'view'::regnamespace and c.relkind = 'r'
  loop
    execute format('delete from view.%I where seq = $1', one) using (named ->> 'position')::bigint;
  end loop;
  return null;
end $$;
revoke execute on function ledger.erase_named from public;

create trigger entry_erased after insert on ledger.entry
  for each row when (new.kind = 'entry.erased' and new.canonical is not null) execute function ledger.erase_named();
