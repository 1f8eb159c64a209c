-- Invitations: served on the invited, evidence of their letters, and what the invited answered themselves. An invitation is called by the id
-- of its participant. Rows are only added.
alter table view.meeting add column zone text;
alter table view.participation add column through text;
-- Null takes back what was said of somebody's attendance.
alter table view.attendance alter column attended drop not null;
create table view.invitation (
  seq bigint primary key, entry uuid not null, invitation uuid not null, meeting uuid not null, matter uuid not null, issuer uuid not null, recipient uuid not null,
  uid text not null, sequence int not null, leaves_at timestamptz not null, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index invitation_own on view.invitation (invitation, seq desc);
create index invitation_uid on view.invitation (uid);
create index invitation_meeting on view.invitation (meeting);
create table view.invitation_evidence (
  seq bigint primary key, entry uuid not null, invitation uuid not null, meeting uuid not null, event text not null, channel text not null, address text, detail text,
  audience text not null, occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index invitation_evidence_own on view.invitation_evidence (invitation, seq);
create index invitation_evidence_meeting on view.invitation_evidence (meeting);
create table view.invitation_answer (
  seq bigint primary key, entry uuid not null, id uuid not null unique, invitation uuid not null, meeting uuid not null, partstat text not null, delegate text,
  reason text, openly boolean not null, proposal jsonb, through text not null, acted_by jsonb, mail jsonb, audience text not null,
  occurred_at timestamptz not null, recorded_at timestamptz not null
);
create index invitation_answer_own on view.invitation_answer (invitation, seq);
create index invitation_answer_meeting on view.invitation_answer (meeting);
grant select, insert on view.invitation, view.invitation_evidence, view.invitation_answer to counterfoil_app;

-- What calendar mail is answered to: the address of the server's mailbox with this in it belongs to one invitation alone.
create table work.invitation (invitation uuid primary key, tag text not null unique);
grant select, insert, update, delete on work.invitation to counterfoil_app;
