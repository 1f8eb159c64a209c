-- The directory over time. `view.party` keeps what a party was registered as; everything that came later are rows of their own.

-- Two names of one place are the same to these: letters in lower case without accents, and without the words that say what kind of place
-- it is ("City of Exampleton", "Exampleton city" and "Exampleton" are all "exampleton"). Used by indexes, so neither may ever change: a new
-- way of comparing is a new function.
create function work.plain_name(name text) returns text language sql immutable strict parallel safe as $$
  select translate(lower(name), 'áàâäãåāçćčéèêëēíìîïīñńóòôöõøōśšúùûüūýÿžźż', 'aaaaaaaccceeeeeiiiiinnooooooossuuuuuyyzzz')
$$;
create function work.bare_name(name text) returns text language sql immutable strict parallel safe as $$
  select regexp_replace(regexp_replace(work.plain_name(name),
    '^(the )?(city and county|city and borough|city|town|village|borough|township|county|parish|municipality|state|commonwealth) of (the )?(?=.)', ''),
    '(?<=.) (charter township|city and borough|consolidated government|metropolitan government|metro government|unified government|census area|city|town|township|village|borough|municipality|municipio|plantation|county|parish)( \(balance\))?$', '')
$$;
create index party_bare on view.party (work.bare_name(name));

-- What a party is from then on, or was all along where its entry corrects another: whole descriptions, the newest counts.
create table view.party_change (
  seq bigint primary key, entry uuid not null, party uuid not null, corrects uuid, name text not null, kind text not null, ocd_id text, state text, seat text,
  time_zone text, ended boolean not null, reason text not null, source jsonb, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index party_change_party on view.party_change (party, seq desc);
create index party_change_name on view.party_change (lower(name));
create index party_change_ocd on view.party_change (ocd_id);
create index party_change_bare on view.party_change (work.bare_name(name));

-- What a party was registered with beyond name, kind, state and id; most have none of it.
create table view.party_detail (
  seq bigint not null, party uuid primary key, entry uuid not null, seat text, time_zone text, list text,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index party_detail_list on view.party_detail (list);

-- Further names and division ids of a party.
create table view.party_alias (
  seq bigint not null, entry uuid not null, id uuid primary key, party uuid not null, what text not null, value text not null, note text,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index party_alias_party on view.party_alias (party, seq);
create index party_alias_value on view.party_alias (lower(value));
create index party_alias_bare on view.party_alias (work.bare_name(value)) where what = 'name';
create table view.alias_withdrawal (
  seq bigint primary key, entry uuid not null, alias uuid not null, party uuid not null, reason text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index alias_withdrawal_alias on view.alias_withdrawal (alias);

-- How an organisation reaches a party. Its own knowledge: whoever reads these has to be of `by_party`.
create table view.channel (
  seq bigint not null, entry uuid not null, id uuid primary key, by_party uuid not null, party uuid not null, type text not null, address text not null,
  label text, replaces uuid, audience text not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index channel_party on view.channel (party, by_party, seq);
create index channel_replaces on view.channel (replaces);
create table view.channel_end (
  seq bigint primary key, entry uuid not null, channel uuid not null, by_party uuid not null, party uuid not null, reason text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index channel_end_channel on view.channel_end (channel);

grant select, insert on view.party_change, view.party_detail, view.party_alias, view.alias_withdrawal, view.channel, view.channel_end to counterfoil_app;
create index service_recipient on view.service (recipient);
