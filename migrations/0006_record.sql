-- What the public record reads by: services of a request in the order of the log (for what a board's caches depend on), the
-- public entries of a matter, and its timeline.
create index service_request on view.service (request, seq);
create index entry_public on ledger.entry (matter, seq) where matter is not null and audience = 'public';
-- Served recipients stand on the board, one line for all of them in the timeline.
create index entry_timeline on ledger.entry (matter, occurred_at, seq) where matter is not null and audience = 'public' and kind <> 'request.served';
