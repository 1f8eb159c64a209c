-- Rows of views come in by COPY too, which can add nothing to what it is given: a position below zero is counted from where the batch
-- begins (-1 is its first entry, -2 its second), which `log.advance` left in the setting counterfoil.base.
create function log.placed() returns trigger language plpgsql as $$
begin
  new.seq := current_setting('counterfoil.base')::bigint - 1 - new.seq;
  return new;
end $$;

-- Every table of a schema of views that has positions: called whenever the database was migrated, and when views were made anew.
create function log.place_views(views text) returns void language plpgsql as $$
declare
  one text;
begin
  for one in
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'seq' and not a.attisdropped
    where n.nspname = views and c.relkind = 'r' and not exists (
      select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'placed')
  loop
    execute format(
      'create trigger placed before insert on %I.%I for each row when (new.seq < 0) execute function log.placed()', views, one);
  end loop;
end $$;
revoke execute on function log.place_views from public;
