-- Calendar feeds: an address with a secret in it, for one person of the staff or for one recipient's mailbox. Only the hash of the secret is
-- kept, so the address is shown once and can be turned off at any time.
create table work.calendar_feed (
  id uuid primary key, hash bytea not null unique,
  -- staff: a person and the organisation whose requests it shows
  user_id text, party uuid,
  -- recipient: a mailbox, and the service whose link the person came by
  address text, service uuid,
  created_at timestamptz not null, revoked_at timestamptz,
  check ((user_id is null) = (party is null) and (address is null) = (service is null) and (user_id is null) <> (address is null))
);
create index calendar_feed_user on work.calendar_feed (user_id, party) where revoked_at is null;
create index calendar_feed_address on work.calendar_feed (address) where revoked_at is null;
create index contact_address on work.contact (address);
grant select, insert, update, delete on work.calendar_feed to counterfoil_app;
