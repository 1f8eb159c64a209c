-- Entries come in by COPY, which can add nothing to what it is given: the position of an entry is the next of a sequence that
-- `log.advance` sets to where the batch begins, under the lock that it holds until the end of the transaction. So positions have no gaps,
-- whatever became of batches before; a position that is given stays as it is.
create sequence ledger.place as bigint minvalue 0 start 0;
grant usage, update on sequence ledger.place to counterfoil_app;
alter table ledger.entry alter column seq set default nextval('ledger.place');

create or replace function log.advance(entries bigint, at timestamptz, streams uuid[], lasts bigint[]) returns bigint language plpgsql as $$
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
  perform setval('ledger.place', base, false);
  return base;
end $$;
