-- More time that recipients asked for, and what was answered: an extension that names what it answers, or a refusal with its reason.
create table view.extension_ask (
  seq bigint primary key, entry uuid not null unique, service uuid not null, request uuid not null, until_on date not null,
  items jsonb,                               -- null: all
  reason text not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index extension_ask_service on view.extension_ask (service, seq);
create index extension_ask_request on view.extension_ask (request, seq);

create table view.extension_answer (
  seq bigint primary key, entry uuid not null, ask uuid not null, service uuid not null, request uuid not null,
  outcome text not null,                     -- 'extended' or 'refused'
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index extension_answer_ask on view.extension_answer (ask);
grant select, insert on view.extension_ask, view.extension_answer to counterfoil_app;
