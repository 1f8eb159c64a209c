-- Consequences that were named for recipients of a request, and what became of them. The newest change by when it happened holds; what an
-- order blocks is derived from orders when read and never stands here.
create table view.consequence (
  seq bigint not null, id uuid primary key, matter uuid not null, request uuid not null,
  -- ids of services; null: all recipients of the request
  recipients jsonb,
  kind text not null, programme text not null, fiscal_year integer,
  -- for each recipient; null where it is not known
  cents bigint, currency text, words text not null, source jsonb, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index consequence_matter on view.consequence (matter, seq);

-- A change of status, or an amount that became known, for some recipients or for all.
create table view.consequence_change (
  seq bigint primary key, entry uuid not null, consequence uuid not null, matter uuid not null, recipients jsonb,
  what text not null, status text, cents bigint, currency text, reason text not null, court_order uuid, source jsonb, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index consequence_change_matter on view.consequence_change (matter, seq);
grant select, insert on view.consequence, view.consequence_change to counterfoil_app;
