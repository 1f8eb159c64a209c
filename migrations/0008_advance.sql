-- Moves the end of the log if it stands where the writer thought, and refuses otherwise (SQLSTATE CF001: plan again). Batches are
-- sent whole, on the guess that nobody else wrote meanwhile; this is where the guess is checked, under the lock that orders the log.
-- `streams` and `lasts` are what decisions were made on: the position of the last entry of each stream, null where it has none.
create function log.advance(from_size bigint, to_size bigint, first_at timestamptz, last_at timestamptz, streams uuid[], lasts bigint[])
returns void language plpgsql as $$
begin
  update log.head set size = to_size, recorded_at = coalesce(last_at, recorded_at) where size = from_size and recorded_at <= first_at;
  if not found then
    raise exception 'the log stands elsewhere' using errcode = 'CF001';
  end if;
  if exists (
    select from unnest(streams, lasts) as asked (stream, last)
    where (select max(e.seq) from ledger.entry e where e.stream = asked.stream) is distinct from asked.last
  ) then
    raise exception 'a stream has moved on' using errcode = 'CF001';
  end if;
end $$;
revoke execute on function log.advance from public;
grant execute on function log.advance to counterfoil_app;
