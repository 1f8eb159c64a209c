-- The log's key may be followed by another one, under another name: the tree goes on, the signature line changes.

-- Verifier key under which checkpoints are signed now; null until the first is signed. Whoever has another key signs nothing.
alter table log.tree add column signer text;

-- Each hand-over, from its entry `log.continued`.
create table view.handover (
  seq bigint primary key, entry uuid not null, from_vkey text not null, to_vkey text not null,
  size bigint not null, root text not null, lost boolean not null, statement text not null, checkpoint text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
grant select, insert on view.handover to counterfoil_app;

-- Without these entries nobody could follow the log, so no order takes them away.
create function ledger.keep_handovers() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the log itself stay' using errcode = '23CF3';
end $$;
create trigger handover_stays before update on ledger.entry
  for each row when (old.kind in ('log.handed-over', 'log.continued')) execute function ledger.keep_handovers();
