-- Sign-in of staff: the tables that better-auth 1.7 works with, in its own spelling. A test compares them with better-auth's own plan.
create schema auth;

create table auth."user" (
  "id" text primary key, "name" text not null, "email" text not null unique, "emailVerified" boolean not null, "image" text,
  "createdAt" timestamptz not null default current_timestamp, "updatedAt" timestamptz not null default current_timestamp,
  check ("email" = lower("email"))
);

create table auth.session (
  "id" text primary key, "expiresAt" timestamptz not null, "token" text not null unique, "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null, "ipAddress" text, "userAgent" text,
  "userId" text not null references auth."user" on delete cascade, "activeOrganizationId" text
);
create index "session_userId_idx" on auth.session ("userId");

-- Accounts at other providers; empty until somebody's own OIDC provider is connected.
create table auth.account (
  "id" text primary key, "accountId" text not null, "providerId" text not null, "userId" text not null references auth."user" on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamptz, "refreshTokenExpiresAt" timestamptz, "scope" text,
  "password" text, "createdAt" timestamptz not null default current_timestamp, "updatedAt" timestamptz not null
);
create index "account_userId_idx" on auth.account ("userId");

-- Sign-in codes (keyed hash) and passkey challenges.
create table auth.verification (
  "id" text primary key, "identifier" text not null, "value" text not null, "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default current_timestamp, "updatedAt" timestamptz not null default current_timestamp
);
create index "verification_identifier_idx" on auth.verification ("identifier");

create table auth.passkey (
  "id" text primary key, "name" text, "publicKey" text not null, "userId" text not null references auth."user" on delete cascade,
  "credentialID" text not null, "counter" integer not null, "deviceType" text not null, "backedUp" boolean not null, "transports" text,
  "createdAt" timestamptz, "aaguid" text
);
create index "passkey_userId_idx" on auth.passkey ("userId");
create index "passkey_credentialID_idx" on auth.passkey ("credentialID");

create table auth.organization (
  "id" text primary key, "name" text not null, "slug" text not null unique, "logo" text, "createdAt" timestamptz not null,
  "metadata" text                            -- JSON: { "timeZone": IANA name }
);

create table auth.member (
  "id" text primary key, "organizationId" text not null references auth.organization on delete cascade,
  "userId" text not null references auth."user" on delete cascade, "role" text not null check ("role" in ('owner', 'editor', 'viewer')),
  "createdAt" timestamptz not null,
  unique ("organizationId", "userId")
);
create index "member_organizationId_idx" on auth.member ("organizationId");
create index "member_userId_idx" on auth.member ("userId");

create table auth.invitation (
  "id" text primary key, "organizationId" text not null references auth.organization on delete cascade, "email" text not null,
  "role" text check ("role" in ('owner', 'editor', 'viewer')), "status" text not null, "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default current_timestamp, "inviterId" text not null references auth."user" on delete cascade
);
create index "invitation_organizationId_idx" on auth.invitation ("organizationId");
create index "invitation_email_idx" on auth.invitation ("email");
create unique index invitation_open on auth.invitation ("organizationId", "email") where "status" = 'pending';

create table auth."rateLimit" ("id" text primary key, "key" text not null unique, "count" integer not null, "lastRequest" bigint not null);

-- The owner link of the first start. One row; the ids are fixed before the link is first used, so that a set-up which was cut off
-- half way is finished, not repeated, by the next try.
create table auth.owner_link (
  only_row     boolean primary key default true check (only_row),
  hash         bytea not null,               -- SHA-256 of the token
  organisation text not null,
  party        uuid not null,
  expires_at   timestamptz not null,
  used_at      timestamptz
);

grant usage on schema auth to counterfoil_app;
grant select, insert, update, delete on all tables in schema auth to counterfoil_app;
