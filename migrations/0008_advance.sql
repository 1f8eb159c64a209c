-- Moves the end of the log on by `entries` and gives the position of the first. Batches are sent whole and know nothing of positions:
-- the statements after this one in the same transaction add the position that is kept in the setting counterfoil.base.
--
-- Refuses, so that the batch is made anew, with SQLSTATE CF001 when the log holds a later time than `at` (its time stands in DETAIL, in
-- milliseconds), and CF002 when a stream that a decision was made on has moved on. `streams` and `lasts` are what the decisions were
-- made on: the position of the last entry of each stream, null where it has none.
create function log.advance(entries bigint, at timestamptz, streams uuid[], lasts bigint[]) returns bigint language plpgsql as $$
declare
  base bigint;
begin
  -- First come, first served, whichever process; the lock on the row alone could be taken past those who wait for it.
  perform pg_advisory_xact_lock(1131834694);
  -- A process that stands still with the lock in its hands must not hold up the others for long.
  perform set_config('idle_in_transaction_session_timeout', '5s', true);
  update log.head set size = size + entries, recorded_at = coalesce(at, recorded_at)
    where at is null or recorded_at <= at returning size - entries into base;
  if base is null then
    raise exception 'the log holds a later time' using errcode = 'CF001',
      detail = (select (extract(epoch from recorded_at) * 1000)::bigint::text from log.head);
  end if;
  if exists (
    select from unnest(streams, lasts) as asked (stream, last)
    where (select max(e.seq) from ledger.entry e where e.stream = asked.stream) is distinct from asked.last
  ) then
    raise exception 'a stream has moved on' using errcode = 'CF002';
  end if;
  perform set_config('counterfoil.base', base::text, true);
  return base;
end $$;
revoke execute on function log.advance from public;
grant execute on function log.advance to counterfoil_app;
