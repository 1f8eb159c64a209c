/**
 * Letters in the outbox as staff see and mend them: what waits, left, failed or was revoked; trying again; a corrected address.
 * Never reads or makes links: those exist only in mails that leave.
 */
import { type Kysely, type SqlBool, sql } from 'kysely';
import { instant } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { InvalidInput, NotFound, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { email } from './recipients.ts';
import { leavesAtOf } from './revoke.ts';
import { requestById, revocationOf, serviceById } from './view.ts';

export const LETTER_STATES = ['queued', 'sent', 'failed', 'revoked'] as const;
export type LetterState = (typeof LETTER_STATES)[number];

export interface LetterRow {
  readonly service: string;
  readonly request: string;
  readonly title: string;
  readonly name: string;
  readonly address: string;
  readonly state: LetterState;
  readonly attempts: number;
  /** the mail server's words */
  readonly error: string | null;
  readonly notBefore: Date;
  readonly sentAt: Date | null;
}

export interface LettersQuery {
  /** party that asks; letters of others are never read */
  readonly issuer: string;
  readonly request?: string | undefined;
  readonly state?: LetterState | undefined;
  readonly search: string;
  readonly page: number;
  readonly size: number;
}

interface Line {
  service: string;
  request: string;
  title: string;
  name: string;
  address: string;
  state: string;
  attempts: number;
  error: string | null;
  not_before: Date;
  sent_at: Date | null;
}

/** Kept in place of the mail server's words where a corrected address ended a letter; pages say it in their own. */
export const REPLACED = 'The address was corrected; a new letter took its place.';

const like = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

// The newest letter of a service counts: one that was sent anew to a corrected address replaces the one before.
const newest = sql<SqlBool>`not exists (select 1 from work.outbox later
  where later.service = o.service and later.kind = 'letter' and later.id > o.id)`;

/** One page of letters, the newest of each service, and how many are in each state. */
export async function lettersPage(
  db: Kysely<Database>,
  query: LettersQuery,
): Promise<{
  readonly rows: readonly LetterRow[];
  readonly total: number;
  readonly counts: Readonly<Record<LetterState, number>>;
}> {
  const from = sql`from work.outbox o join view.request r on r.id = o.request join view.service s on s.id = o.service
    where o.kind = 'letter' and r.issuer = ${query.issuer}
      ${query.request ? sql`and o.request = ${query.request}` : sql``} and ${newest}`;
  const search =
    query.search === ''
      ? sql``
      : sql`and (s.name ilike ${like(query.search)} or o.address ilike ${like(query.search)})`;
  const state = query.state ? sql`and o.state = ${query.state}` : sql``;
  const [counted, lines] = await Promise.all([
    sql<{ state: string; n: number; found: number }>`
      select o.state, count(*)::int as n, (count(*) filter (where true ${search}))::int as found ${from} group by o.state`.execute(
      db,
    ),
    sql<Line>`
      select o.service, o.request, r.title, s.name, o.address, o.state, o.attempts, o.error, o.not_before, o.sent_at
      ${from} ${state} ${search} order by o.id limit ${query.size} offset ${(query.page - 1) * query.size}`.execute(db),
  ]);
  const of = (name: LetterState) => counted.rows.find((row) => row.state === name);
  const counts = {
    queued: of('queued')?.n ?? 0,
    sent: of('sent')?.n ?? 0,
    failed: of('failed')?.n ?? 0,
    revoked: of('revoked')?.n ?? 0,
  };
  const total = query.state
    ? (of(query.state)?.found ?? 0)
    : LETTER_STATES.reduce((sum, s) => sum + (of(s)?.found ?? 0), 0);
  return {
    counts,
    total,
    rows: lines.rows.map((line) => ({
      service: line.service,
      request: line.request,
      title: line.title,
      name: line.name,
      address: line.address,
      state: LETTER_STATES.find((s) => s === line.state) ?? 'queued',
      attempts: line.attempts,
      error: line.error,
      notBefore: line.not_before,
      sentAt: line.sent_at,
    })),
  };
}

/** Letters of one service, oldest first. */
export async function lettersOfService(db: Kysely<Database>, service: string) {
  return db
    .selectFrom('work.outbox')
    .select(['id', 'address', 'state', 'attempts', 'error', 'not_before', 'sent_at'])
    .where('service', '=', service)
    .where('kind', '=', 'letter')
    .orderBy('id')
    .execute();
}

/**
 * Puts failed mails of a service back into the queue, to leave now. Each time is counted in the mail's `params.retried`, so that what
 * becomes of it is evidence of its own. @returns how many
 */
export async function retryLetters(services: Services, service: string): Promise<number> {
  const done = await services.db
    .updateTable('work.outbox')
    .set({
      state: 'queued',
      attempts: 0,
      error: null,
      not_before: new Date(services.clock.now()),
      params: sql`params || jsonb_build_object('retried', coalesce((params ->> 'retried')::int, 0) + 1)`,
    })
    .where('service', '=', service)
    .where('state', '=', 'failed')
    .where(sql<SqlBool>`not exists (select 1 from work.outbox later
      where later.service = work.outbox.service and later.kind = work.outbox.kind and later.id > work.outbox.id and later.kind = 'letter')`)
    .executeTakeFirst();
  return Number(done.numUpdatedRows);
}

/**
 * Corrects the address of a service, or gives it one, and queues its letter again. Links and sessions that went to the address
 * before end at once: that mailbox is not the recipient's any more.
 * @throws InvalidInput `address-refused`; RuleRefusal `already-revoked`, `same-address`; NotFound
 */
export async function correctContact(
  services: Pick<Services, 'db' | 'clock'>,
  serviceId: string,
  typed: string,
): Promise<void> {
  const address = email.safeParse(typed.trim());
  if (!address.success) {
    throw new InvalidInput(
      'address-refused',
      { what: t('requests.address.refused'), lost: t('requests.unchanged') },
      { address: t('requests.address.hint') },
    );
  }
  const { db } = services;
  const service = await serviceById(db, serviceId);
  const request = service && (await requestById(db, service.request));
  if (!service || !request) throw new NotFound('no-service', t('requests.no-recipient'));
  if (await revocationOf(db, request.id)) {
    throw new RuleRefusal('already-revoked', {
      what: t('requests.revoked.no-letter'),
      lost: t('requests.unchanged'),
    });
  }
  const leavesAt = (await leavesAtOf(db, request.id)) ?? 0;
  const now = services.clock.now();
  const at = new Date(Math.max(now, leavesAt));
  await db.transaction().execute(async (trx) => {
    // One correction of a service at a time, so that two at once leave one letter.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`contact:${serviceId}`}, 0))`.execute(trx);
    const before = await trx
      .selectFrom('work.contact')
      .select('address')
      .where('service', '=', serviceId)
      .executeTakeFirst();
    if (before?.address === address.data) {
      throw new RuleRefusal(
        'same-address',
        { what: t('requests.address.same'), lost: t('requests.unchanged') },
        { address: t('requests.address.same') },
      );
    }
    await trx
      .insertInto('work.contact')
      .values({ service: serviceId, address: address.data })
      .onConflict((oc) => oc.column('service').doUpdateSet({ address: address.data }))
      .execute();
    await trx
      .updateTable('work.link')
      .set({ replaced_at: new Date(now) })
      .where('service', '=', serviceId)
      .where('replaced_at', 'is', null)
      .execute();
    await trx.deleteFrom('work.recipient_session').where('service', '=', serviceId).execute();
    if (request.conduct === 'recorded') return;
    // A letter that nobody has tried to send yet goes to the new address; otherwise a new one leaves, with evidence of its own.
    const moved = await trx
      .updateTable('work.outbox')
      .set({ address: address.data })
      .where('service', '=', serviceId)
      .where('kind', '=', 'letter')
      .where('state', '=', 'queued')
      .where('attempts', '=', 0)
      .executeTakeFirst();
    await trx
      .updateTable('work.outbox')
      .set({ state: 'failed', error: REPLACED })
      .where('service', '=', serviceId)
      .where('kind', '=', 'letter')
      .where('state', '=', 'queued')
      .where('attempts', '>', 0)
      .execute();
    if (moved.numUpdatedRows > 0n) return;
    const { n } = await trx
      .selectFrom('work.outbox')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('service', '=', serviceId)
      .where('kind', '=', 'letter')
      .executeTakeFirstOrThrow();
    await trx
      .insertInto('work.outbox')
      .values({
        kind: 'letter',
        key: n === 0 ? `letter:${serviceId}` : `letter:${serviceId}:${n + 1}`,
        service: serviceId,
        request: request.id,
        entry: serviceId,
        address: address.data,
        not_before: instant(at.getTime()),
        error: null,
        message_id: null,
      })
      .execute();
  });
}

/** The address of a service, or null. For staff and the recipient alone. */
export async function contactOf(db: Kysely<Database>, service: string): Promise<string | null> {
  const row = await db.selectFrom('work.contact').select('address').where('service', '=', service).executeTakeFirst();
  return row?.address ?? null;
}
