-- Court orders as entered, one row each. What touches whom is derived from them when read: later orders narrow, vacate or lift earlier ones.
create table view.court_order (
  seq bigint not null, id uuid primary key, matter uuid not null, court text not null, docket text not null, judge text,
  on_date date not null, effect text not null, words text not null,
  -- requests, recipients, items (null: all), consequences (ids); "nationwide", divisions or parties; the orders that it changes or ends
  scope jsonb not null, geography jsonb not null, of_orders jsonb not null,
  compel date, document jsonb, source jsonb, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index court_order_matter on view.court_order (matter, seq);
grant select, insert on view.court_order to counterfoil_app;

-- An order that was filled in and not entered yet: what the preview shows, and what is written when it is confirmed.
create table work.order_draft (
  id uuid primary key, matter uuid not null, form jsonb not null, document jsonb, created_at timestamptz not null
);
grant select, insert, update, delete on work.order_draft to counterfoil_app;
