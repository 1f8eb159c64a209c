-- What a person of the staff has seen of moved due dates, and whether they want a mail about new ones: none, at most one an hour or a day.
create table work.moved_seen (
  user_id text not null, party uuid not null,
  seen_seq bigint not null default 0,        -- everything up to here was looked at
  every text not null default 'off' check (every in ('off', 'hour', 'day')),
  told_seq bigint not null default 0,        -- everything up to here was told by mail
  told_at timestamptz,
  primary key (user_id, party)
);
grant select, insert, update, delete on work.moved_seen to counterfoil_app;
create index request_issuer on view.request (issuer, seq);
