-- A request that is served while orders hold: when the clocks of those served were told of them. The worker of recounts looks for those that were not.
alter table work.request_draft add column orders_told_at timestamptz;
update work.request_draft set orders_told_at = served_at where served_at is not null;
create index request_draft_untold on work.request_draft (served_at) where served_at is not null and orders_told_at is null;
