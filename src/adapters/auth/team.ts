/** Members and invitations in schema `auth`. What may change is decided by the caller, on rows that are locked while it decides. */
import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Clock } from '../../base/clock.ts';
import { NotFound } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type {
  AccessPort,
  Invitation,
  InvitationSeen,
  Member,
  Person,
  Team,
  TeamChange,
} from '../../rooms/access/port.ts';
import { inTransaction, query } from './sql.ts';

async function readTeam(db: Pool | PoolClient, party: string, lock: '' | 'for update of o'): Promise<Team> {
  const organisation = await query<{ id: string; name: string }>(
    db,
    `select o."id", o."name" from auth.organization o join work.organisation w on w.auth_id = o."id" where w.party = $1 ${lock}`,
    [party],
  );
  const found = organisation.rows[0];
  if (!found) throw new NotFound('no-such-organisation', t('ui.refusal.no-organisation'));
  const members = await query<Member>(
    db,
    `select m."id", u."id" as "userId", u."name", u."email", m."role", m."createdAt" as since
     from auth.member m join auth."user" u on u."id" = m."userId" where m."organizationId" = $1 order by lower(u."name"), u."email"`,
    [found.id],
  );
  const invitations = await query<Invitation>(
    db,
    `select "id", "email", "role", "expiresAt" from auth.invitation where "organizationId" = $1 and "status" = 'pending' order by "email"`,
    [found.id],
  );
  return { organisation: found, members: members.rows, invitations: invitations.rows };
}

async function apply(tx: PoolClient, team: Team, byUser: string, change: TeamChange): Promise<void> {
  const organisation = team.organisation.id;
  switch (change.kind) {
    case 'role':
      await query(tx, `update auth.member set "role" = $3 where "id" = $2 and "organizationId" = $1`, [
        organisation,
        change.member,
        change.role,
      ]);
      return;
    case 'remove':
      await query(tx, `delete from auth.member where "id" = $2 and "organizationId" = $1`, [
        organisation,
        change.member,
      ]);
      await query(tx, `delete from auth.session where "userId" = $1`, [change.userId]);
      return;
    case 'invite':
      await query(
        tx,
        `insert into auth.invitation ("id", "organizationId", "email", "role", "status", "expiresAt", "inviterId")
         values ($2, $1, $3, $4, 'pending', $5, $6)`,
        [organisation, change.id, change.email, change.role, change.expiresAt, byUser],
      );
      return;
    case 'renew':
      await query(
        tx,
        `update auth.invitation set "id" = $3, "expiresAt" = $4 where "id" = $2 and "organizationId" = $1`,
        [organisation, change.invitation, change.id, change.expiresAt],
      );
      return;
    case 'cancel':
      await query(tx, `update auth.invitation set "status" = 'canceled' where "id" = $2 and "organizationId" = $1`, [
        organisation,
        change.invitation,
      ]);
  }
}

const SEEN = `select i."id", i."email", i."role", o."name" as organisation, u."name" as inviter,
    (i."status" = 'pending' and i."expiresAt" > $2) as open
  from auth.invitation i join auth.organization o on o."id" = i."organizationId" join auth."user" u on u."id" = i."inviterId"`;

/** The team's part of the port. */
export function teamPart(
  pool: Pool,
  clock: Clock,
): Pick<AccessPort, 'team' | 'changeTeam' | 'invitation' | 'invitationOf' | 'join'> {
  const now = () => new Date(clock.now());
  return {
    team: (party) => readTeam(pool, party, ''),

    // The organisation's row is the lock: two owners who demote each other at once are asked one after the other.
    changeTeam: (party, byUser, decide) =>
      inTransaction(pool, async (tx) => {
        const team = await readTeam(tx, party, 'for update of o');
        const change = decide(team);
        await apply(tx, team, byUser, change);
        return { team, change };
      }),

    async invitation(id) {
      const { rows } = await query<InvitationSeen>(pool, `${SEEN} where i."id" = $1`, [id, now()]);
      return rows[0] ?? null;
    },

    async invitationOf(email) {
      const { rows } = await query<InvitationSeen>(
        pool,
        `${SEEN} where i."email" = $1 and i."status" = 'pending' and i."expiresAt" > $2 order by i."createdAt" limit 1`,
        [email, now()],
      );
      return rows[0] ?? null;
    },

    join: (id: string, person: Person, name: string) =>
      inTransaction(pool, async (tx) => {
        const { rows } = await query<{ organizationId: string; role: string }>(
          tx,
          `update auth.invitation set "status" = 'accepted' where "id" = $1 and "email" = $2 and "status" = 'pending' and "expiresAt" > $3
           returning "organizationId", "role"`,
          [id, person.email, now()],
        );
        const accepted = rows[0];
        if (!accepted) return false;
        await query(
          tx,
          `insert into auth.member ("id", "organizationId", "userId", "role", "createdAt") values ($1, $2, $3, $4, $5)
           on conflict ("organizationId", "userId") do nothing`,
          [randomBytes(16).toString('hex'), accepted.organizationId, person.userId, accepted.role, now()],
        );
        await query(tx, `update auth."user" set "name" = $2, "updatedAt" = $3 where "id" = $1`, [
          person.userId,
          name,
          now(),
        ]);
        await query(tx, `update auth.session set "activeOrganizationId" = $2 where "userId" = $1`, [
          person.userId,
          accepted.organizationId,
        ]);
        return true;
      }),
  };
}
