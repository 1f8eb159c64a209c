/**
 * What the pages of this room need from whatever keeps users, sessions and members; src/adapters/auth implements it. It speaks of
 * people and organisations only: rules stand in rules.ts, words in pages, mail in mails.ts.
 */
import type { Actor, Role } from '../../base/route.ts';

/** Where a request comes from: its headers (cookies, user agent) and the address that rate limits count by. */
export interface From {
  readonly headers: Headers;
  readonly ip: string;
}

/** `Set-Cookie` values to put on the answer. */
export type Cookies = readonly string[];

export interface Person {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly sessionId: string;
  /** signed in less than a day ago: may add a passkey */
  readonly fresh: boolean;
}

export interface PasskeyRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date | null;
}
export interface SessionRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly device: string | null;
  readonly ip: string | null;
}

export interface Member {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly since: Date;
}
export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly expiresAt: Date;
}
export interface Team {
  readonly organisation: { readonly id: string; readonly name: string };
  readonly members: readonly Member[];
  /** open ones, expired ones included */
  readonly invitations: readonly Invitation[];
}

/** One change of a team, decided by rules.ts on the team as it is at that moment. */
export type TeamChange =
  | { readonly kind: 'role'; readonly member: string; readonly role: Role }
  | { readonly kind: 'remove'; readonly member: string; readonly userId: string }
  | {
      readonly kind: 'invite';
      readonly id: string;
      readonly email: string;
      readonly role: Role;
      readonly expiresAt: Date;
    }
  | { readonly kind: 'renew'; readonly invitation: string; readonly id: string; readonly expiresAt: Date }
  | { readonly kind: 'cancel'; readonly invitation: string };

/** An invitation as its link shows it. `open`: neither accepted, cancelled nor expired. */
export interface InvitationSeen {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly organisation: string;
  readonly inviter: string;
  readonly open: boolean;
}

/** What the owner link leads to: ids that are fixed before anybody fills in the form. */
export interface Setup {
  readonly organisation: string;
  readonly party: string;
}

export const PASSKEY_DOORS = [
  { method: 'GET', name: 'generate-register-options' },
  { method: 'POST', name: 'verify-registration' },
  { method: 'GET', name: 'generate-authenticate-options' },
  { method: 'POST', name: 'verify-authentication' },
] as const;
export type PasskeyDoor = (typeof PASSKEY_DOORS)[number]['name'];

export interface AccessPort {
  /** Who is signed in, as staff of which organisation; `anyone` without a session or membership. Never throws for bad cookies. */
  staffActor(headers: Headers): Promise<Actor>;
  /** Who is signed in, member of something or not. */
  person(headers: Headers): Promise<Person | null>;

  /** Mails a code if this address is a user's or invited. Returns the same, as fast, if it is not. Throws `TooMany`. */
  sendCode(email: string, from: From): Promise<void>;
  /** Exchanges a code for a session; null if the code is wrong, used or expired. Throws `TooMany`. */
  enterCode(email: string, code: string, from: From): Promise<Cookies | null>;
  signOut(headers: Headers): Promise<Cookies>;
  signOutEverywhere(userId: string, headers: Headers): Promise<Cookies>;

  /** One of the four WebAuthn steps, answered as the browser script expects it (JSON). */
  passkeyDoor(door: PasskeyDoor, request: Request, ip: string): Promise<Response>;
  passkeys(userId: string): Promise<readonly PasskeyRow[]>;
  removePasskey(userId: string, id: string): Promise<void>;
  sessions(userId: string): Promise<readonly SessionRow[]>;
  endSession(userId: string, id: string): Promise<void>;
  rename(userId: string, name: string): Promise<void>;

  /** The team of the organisation whose party this is. */
  team(party: string): Promise<Team>;
  /** Reads the team under a lock, lets `decide` say what changes (or throw a refusal), writes it in the same transaction. */
  changeTeam<T extends TeamChange>(
    party: string,
    byUser: string,
    decide: (team: Team) => T,
  ): Promise<{ team: Team; change: T }>;
  invitation(id: string): Promise<InvitationSeen | null>;
  /** The open invitation of this mailbox that is oldest, if any. */
  invitationOf(email: string): Promise<InvitationSeen | null>;
  /** Makes this user a member, once; false if the invitation is not open or not for this mailbox. */
  join(id: string, person: Person, name: string): Promise<boolean>;

  /** null: unknown, used, expired, or an organisation exists already. */
  setup(token: string): Promise<Setup | null>;
  /** Makes user, organisation and owner and signs in; null if the link was used in between. */
  finishSetup(
    token: string,
    made: { readonly organisation: string; readonly timeZone: string; readonly name: string; readonly email: string },
    from: From,
  ): Promise<Cookies | null>;
}
