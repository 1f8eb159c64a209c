/** What the rules of escalation decide on, loaded for many recipients at once: a few queries however many they are. Reads only. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { NotFound } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { duesIn } from '../clock/view.ts';
import { matterById } from '../matters/view.ts';
import { type Request, requestById, revocationOf } from '../requests/view.ts';
import type { Asked, Pressed } from './rules.ts';
import { isFollowed, isSettled, ladderOf, type NewestAnswer, newestAnswers, takenStep } from './view.ts';

export interface AskedRequest extends Asked {
  readonly of: Request;
  readonly title: string;
  /** the highest step taken with anybody, and not taken back */
  readonly reached: number;
}

/** A request as far as escalation goes. @throws NotFound */
export async function askedOf(db: Kysely<Database>, id: string): Promise<AskedRequest> {
  const request = await requestById(db, id);
  const matter = request && (await matterById(db, request.matter));
  if (!request || !matter) throw new NotFound('no-request', t('clock.step.no-request'));
  const [revoked, ladder, reached] = await Promise.all([revocationOf(db, id), ladderOf(db, id), reachedOf(db, id)]);
  return {
    of: request,
    title: request.title,
    matter: matter.id,
    issuer: matter.issuer,
    audience: matter.audience === 'public' ? 'public' : 'parties',
    request: id,
    revoked: revoked !== null,
    recorded: request.conduct === 'recorded',
    zone: request.dueRule.zone,
    ladder,
    reached,
  };
}

async function reachedOf(db: Kysely<Database>, request: string): Promise<number> {
  const { rows } = await sql<{ step: number | null }>`
    select max(t.step) as step from view.step t where t.request = ${request}
      and not exists (select 1 from view.step_withdrawal w where w.run = t.run)`.execute(db);
  return rows[0]?.step ?? 0;
}

export interface PressedService extends Pressed {
  readonly name: string;
  readonly recipient: string;
  /** where mails go, null where no address is on file */
  readonly address: string | null;
  /** position of the last entry of its stream before all this was read; for `expect` */
  readonly last: number | null;
  readonly answers: ReadonlyMap<number, NewestAnswer>;
}

interface ServiceLine {
  readonly id: string;
  readonly name: string;
  readonly recipient: string;
  readonly due_on: string;
  readonly due_at: Date;
  readonly cells: unknown;
  readonly taken: number;
  readonly followed: boolean;
  readonly address: string | null;
}

/** Recipients of one request by their services. Four queries. */
export async function pressedOf(
  db: Kysely<Database>,
  request: Pick<Request, 'id' | 'items'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PressedService>> {
  const among = sql`any(${[...ids]}::uuid[])`;
  // Read first: whatever comes in between is a conflict and not overlooked.
  const lasts = await sql<{ stream: string; last: number }>`
    select stream, max(seq) as last from ledger.entry where stream = ${among} group by stream`.execute(db);
  const [services, answers] = await Promise.all([
    sql<ServiceLine>`
      select s.id, s.name, s.recipient, s.due_on::text as due_on, s.due_at, c.address,
        (select x.cells from view.due x where x.service = s.id order by x.seq desc, x.occurred_at desc limit 1) as cells,
        ${takenStep}::int as taken, ${isFollowed} as followed
      from view.service s left join work.contact c on c.service = s.id
      where s.request = ${request.id} and s.id = ${among}`.execute(db),
    newestAnswers(db, ids),
  ]);
  const lastOf = new Map(lasts.rows.map((row) => [row.stream, Number(row.last)]));
  return new Map(
    services.rows.map((row) => {
      const served = { on: row.due_on, at: row.due_at.getTime(), pauses: [] };
      const due = row.cells === null ? () => served : duesIn(row.cells);
      const own = answers.get(row.id) ?? new Map<number, NewestAnswer>();
      return [
        row.id,
        {
          service: row.id,
          name: row.name,
          recipient: row.recipient,
          address: row.address,
          last: lastOf.get(row.id) ?? null,
          items: request.items.map(({ item }) => ({ item, settled: isSettled(own.get(item)), due: due(item) })),
          taken: row.taken,
          followed: row.followed,
          answers: own,
        },
      ];
    }),
  );
}
