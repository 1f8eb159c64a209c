-- Mail that came in, whole as it came, with what became of it. Work, not evidence: what it says becomes an entry where it finds its place.
create table work.mail_in (
  id uuid primary key,
  key bytea not null unique,                 -- the same mail is never taken twice, by whichever way it comes
  received_at timestamptz not null, raw bytea not null, bytes bigint not null, read jsonb, sender text, subject text,
  state text not null default 'received' check (state in ('received', 'placed', 'repeated', 'unplaced', 'aside')),
  why text, detail text,                     -- why it has no place
  party uuid, invitation uuid,               -- whose it is, where that is known
  entry uuid, settled_by text, settled_at timestamptz
);
create index mail_in_open on work.mail_in (party, received_at desc) where state = 'unplaced';
create index mail_in_received on work.mail_in (received_at) where state = 'received';
grant select, insert, update, delete on work.mail_in to counterfoil_app;
