-- What the public record reads by: services of a request in the order of the log (for what a board's caches depend on), and the
-- public entries of a matter.
create index service_request on view.service (request, seq);
create index entry_public on ledger.entry (matter, seq) where audience = 'public';
