/**
 * The public entries of a matter, one after the other, and each in plain words. Recipients served stand on the board; here they are
 * one line with their number. Shows no entry whose audience is not `public`.
 */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../base/database.ts';
import { NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { checkEntry, type Entry } from '../proof/index.ts';
import { itemAnswered } from '../rooms/answers/entries.ts';
import { itemsWords } from '../rooms/clock-parts.tsx';
import type { Money } from '../rooms/consequences/entries.ts';
import {
  consequenceAmountStated,
  consequenceAnnounced,
  consequenceStatusChanged,
} from '../rooms/consequences/entries.ts';
import { moneyWords, programmeWords } from '../rooms/consequences/view.ts';
import { dayOnly } from '../rooms/day-only.ts';
import { itemDetermined } from '../rooms/determinations/entries.ts';
import { documentErased, entryErased } from '../rooms/erasure/entries.ts';
import { ladderSet, stepTaken, stepWithdrawn } from '../rooms/escalation/entries.ts';
import { stepWords } from '../rooms/ladder-form.tsx';
import { logContinued } from '../rooms/log/entries.ts';
import { matterNoted, matterOpened } from '../rooms/matters/entries.ts';
import { attendanceTaken, meetingCalled, meetingInvited, participationStated } from '../rooms/meetings/entries.ts';
import { throughWords } from '../rooms/meetings/parts.tsx';
import { orderEntered } from '../rooms/orders/entries.ts';
import { type Order, whereWords } from '../rooms/orders/view.ts';
import { requestIssued, requestRevoked, requestServed } from '../rooms/requests/entries.ts';
import { dateText } from '../ui/time.tsx';
import { disposition, effectWord, finding, kindWord, moveWords, participation } from '../ui/words.ts';
import { type Cut, visible } from './cut.ts';
import { directoryWords } from './directory-words.ts';
import { meetingWords } from './meeting-words.ts';
import { open, openNow } from './open.ts';
import { publishedWords } from './published-words.ts';
import { type Among, firstOfFact, othersOf } from './recounted.ts';

export interface Told {
  readonly entry: Entry;
  readonly position: number;
  readonly commitment: Uint8Array;
  /** one sentence */
  readonly title: string;
  /** further words: a note's text, reasons */
  readonly text: string | null;
  /** recipient that the entry is about */
  readonly recipient: { readonly service: string; readonly name: string } | null;
  /** of what is known from a source alone, the day is known and not the hour */
  readonly dayOnly: boolean;
  /** recipients beside this one to whose clocks the same fact did the same */
  readonly others: number;
  /** when it became public, where that was later than it was written: it was under an embargo until then */
  readonly publicSince: Date | null;
}

export interface EntryLine {
  readonly seq: number;
  readonly canonical: string;
  readonly commitment: Buffer;
  /** when its embargo ended; null or left out where it was under none */
  readonly since?: Date | null;
}

const aboutService = z.object({ service: z.string() });
const aboutConsequence = z.object({ consequence: z.string() });

/** Programme and year of the consequences that entries are about, by id. */
async function consequenceNames(db: Kysely<Database>, entries: readonly { readonly entry: Entry }[]) {
  const ids = entries.flatMap(({ entry }) => aboutConsequence.safeParse(entry.body).data?.consequence ?? []);
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('view.consequence')
    .select(['id', 'programme', 'fiscal_year'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return rows.map(
    (row) => [row.id, programmeWords({ programme: row.programme, fiscalYear: row.fiscal_year })] as const,
  );
}

const moved = z.object({
  due: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
  reason: z.string(),
  cause: z.string().nullable().default(null),
  asked: z.boolean().nullable().default(null),
  event: z.object({ type: z.string(), order: z.string().optional() }).nullable().default(null),
});

const MOVED = ['meeting.changed', 'meeting.cancelled'];

/** Subjects of the meetings that were changed or called off; no query where there is none. */
async function meetingNames(db: Kysely<Database>, entries: readonly { readonly entry: Entry }[]) {
  const ids = entries.flatMap(({ entry }) =>
    MOVED.includes(entry.kind) ? (aboutMeeting.safeParse(entry.body).data?.meeting ?? []) : [],
  );
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('view.meeting')
    .select(['id', 'subject'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return rows.map((row) => [row.id, row.subject] as const);
}

const aboutMeeting = z.object({ meeting: z.string() });
const aboutParticipant = z.object({ participant: z.string() });

/** Names of those whose participation these entries are about; no query where there is none. */
async function participantNames(
  db: Kysely<Database>,
  entries: readonly { readonly entry: Entry }[],
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const ids = entries.flatMap(({ entry }) => aboutParticipant.safeParse(entry.body).data?.participant ?? []);
  if (ids.length === 0) return [];
  return await db
    .selectFrom('view.participant')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
}

/**
 * Reads entries and puts them in words; one query for all names.
 * @param others recipients that a line stands for beside its own, by position
 */
export async function tell(
  db: Kysely<Database>,
  rows: readonly EntryLine[],
  others: ReadonlyMap<number, number> = new Map(),
): Promise<readonly Told[]> {
  const entries = rows.map((row) => ({ row, entry: checkEntry(JSON.parse(row.canonical)) }));
  const ids = entries.flatMap(({ entry }) => aboutService.safeParse(entry.body).data?.service ?? []);
  const named =
    ids.length === 0
      ? []
      : await db
          .selectFrom('view.service')
          .select(['id', 'name'])
          .where('id', 'in', [...new Set(ids)])
          .execute();
  const further = [...(await participantNames(db, entries))].map((s) => [s.id, s.name] as const);
  const names = new Map([
    ...named.map((s) => [s.id, s.name] as const),
    ...further,
    ...(await consequenceNames(db, entries)),
    ...(await meetingNames(db, entries)),
  ]);
  return entries.map(({ row, entry }) => {
    const service = aboutService.safeParse(entry.body).data?.service;
    const about =
      service ??
      aboutConsequence.safeParse(entry.body).data?.consequence ??
      aboutParticipant.safeParse(entry.body).data?.participant ??
      (MOVED.includes(entry.kind) ? aboutMeeting.safeParse(entry.body).data?.meeting : undefined);
    const name = about === undefined ? undefined : names.get(about);
    return {
      entry,
      position: Number(row.seq),
      commitment: row.commitment,
      recipient: service !== undefined && name !== undefined ? { service, name } : null,
      dayOnly: dayOnly(entry),
      others: others.get(Number(row.seq)) ?? 0,
      publicSince:
        row.since !== undefined && row.since !== null && row.since > new Date(entry.recordedAt) ? row.since : null,
      ...words(
        entry,
        name ?? t(about === undefined || about === service ? 'record.told.a-recipient' : 'record.told.the-announced'),
        others.get(Number(row.seq)) ?? 0,
      ),
    };
  });
}

/** "$1,000.00 each", or that it is not known. */
const each = (amount: Money | null): string | null =>
  amount === null ? null : t('record.told.each', { amount: moneyWords(amount) });

/** How far an order reaches by its own words; one that ends another ends it whole. */
const reachWords = (body: Pick<Order, 'effect' | 'geography'>): string =>
  body.effect === 'vacate' || body.effect === 'lift' ? t('record.told.earlier-order') : whereWords(body);

/**
 * One sentence for an entry, and its further words.
 * @param name of the recipient, the participant or the consequence that it is about
 * @param others how many recipients beside this one it stands for
 */
export function words(
  entry: Entry,
  name: string,
  others = 0,
): { readonly title: string; readonly text: string | null } {
  const { body } = entry;
  switch (entry.kind) {
    case 'matter.opened':
      return { title: t('record.told.matter', { title: matterOpened.parse(body).title }), text: null };
    case 'matter.noted': {
      const note = matterNoted.parse(body);
      return { title: t('record.told.note', { publisher: note.source.publisher }), text: note.text };
    }
    case 'request.issued': {
      const b = requestIssued.parse(body);
      return { title: t('record.told.issued', { n: b.recipients, title: b.title }), text: null };
    }
    case 'request.served': {
      const b = requestServed.parse(body);
      return { title: t('record.told.served', { name: b.name }), text: null };
    }
    case 'request.revoked':
      return { title: t('record.told.revoked'), text: requestRevoked.parse(body).reason };
    case 'item.answered': {
      const b = itemAnswered.parse(body);
      return {
        title: t('record.told.answered', { name, item: b.item, word: disposition(b.disposition).word }),
        text: null,
      };
    }
    case 'item.determined': {
      const b = itemDetermined.parse(body);
      return {
        title: t('record.told.found', { name, item: b.item, word: finding(b.finding).word }),
        text: b.reasons === '' ? null : b.reasons,
      };
    }
    case 'due.extended':
    case 'clock.tolled':
    case 'clock.resumed':
    case 'service.corrected':
    case 'due.recounted': {
      const { due, reason, ...move } = moved.parse(body);
      const day = (on: string | null) => (on === null ? t('record.told.no-date') : dateText(on));
      const what = moveWords({ kind: entry.kind, ...move });
      if (others > 0) return { title: t('record.told.clocks', { name, n: others, what }), text: reason };
      const dues = { before: day(due.before), after: day(due.after) };
      return { title: t('record.told.clock', { name, what, ...dues }), text: reason };
    }
    case 'ladder.set':
      return {
        title: t('record.told.ladder'),
        text: ladderSet
          .parse(body)
          .steps.map((one) => `${one.step}. ${stepWords(one)}`)
          .join('\n'),
      };
    case 'step.taken': {
      const b = stepTaken.parse(body);
      const title = t('record.told.step', { kind: b.kind, name, items: itemsWords(b.items) });
      return { title, text: b.words === '' ? null : b.words };
    }
    case 'step.withdrawn':
      return { title: t('record.told.step-withdrawn'), text: stepWithdrawn.parse(body).reason };
    case 'order.entered': {
      const b = orderEntered.parse(body);
      const what = { effect: effectWord(b.effect), reach: reachWords(b) };
      return { title: t('record.told.order', { court: b.court, docket: b.docket, ...what }), text: b.words };
    }
    case 'consequence.announced': {
      const b = consequenceAnnounced.parse(body);
      const amount = each(b.amount) ?? t('record.told.no-amount');
      return { title: t('record.told.announced', { programme: programmeWords(b), amount }), text: b.words };
    }
    case 'consequence.status-changed': {
      const b = consequenceStatusChanged.parse(body);
      const what = { status: b.status, name };
      const title =
        b.recipients === null
          ? t('record.told.status', what)
          : t('record.told.status-some', { ...what, n: b.recipients.length });
      return { title, text: b.reason };
    }
    case 'consequence.amount-stated': {
      const b = consequenceAmountStated.parse(body);
      const what = { name, amount: each(b.amount) ?? t('record.not-known') };
      const title =
        b.recipients === null
          ? t('record.told.amount', what)
          : t('record.told.amount-some', { ...what, n: b.recipients.length });
      return { title, text: b.reason };
    }
    case 'meeting.called': {
      const b = meetingCalled.parse(body);
      return {
        title: t('record.told.meeting', { convener: b.convener, subject: b.subject }),
        text: b.agenda === '' ? null : b.agenda,
      };
    }
    case 'meeting.invited': {
      const b = meetingInvited.parse(body);
      const who = b.office === null ? b.name : `${b.name}, ${b.office}`;
      return { title: t('record.told.invited', { who }), text: null };
    }
    case 'participation.stated': {
      const b = participationStated.parse(body);
      const sayer = b.by === 'a spokesperson' ? t('record.told.spokesperson') : t('record.told.outlet');
      const said = [
        participation(b.partstat).word,
        ...(b.delegate === null ? [] : [t('record.told.instead', { delegate: b.delegate })]),
        ...(b.by === 'the party itself' ? [] : [t('record.told.according', { who: b.sayer ?? sayer })]),
        ...(b.through === undefined ? [] : [throughWords(b.through)]),
      ].join(', ');
      return { title: t('record.told.participation', { name, said }), text: b.reason };
    }
    case 'attendance.taken': {
      const b = attendanceTaken.parse(body);
      if (b.attended === null) return { title: t('record.told.attendance-back', { name }), text: null };
      return { title: t(b.attended ? 'record.told.there' : 'record.told.not-there', { name }), text: null };
    }
    case 'entry.erased': {
      const b = entryErased.parse(body);
      return { title: t('record.told.erased', { position: b.position, authority: b.authority }), text: b.reason };
    }
    case 'document.erased': {
      const b = documentErased.parse(body);
      return { title: t('record.told.document-erased', { authority: b.authority }), text: b.reason };
    }
    case 'log.continued': {
      const b = logContinued.parse(body);
      const title = t(b.lost ? 'record.told.log-lost' : 'record.told.log');
      return { title, text: b.reason === '' ? null : b.reason };
    }
    default:
      return (
        directoryWords(entry) ??
        publishedWords(entry) ??
        meetingWords(entry, name) ?? { title: kindWord(entry.kind), text: null }
      );
  }
}

/** Recipients that the lines of facts which moved many clocks stand for; no query where there are none. */
export const othersIn = (db: Kysely<Database>, rows: readonly EntryLine[], among: Among) =>
  othersOf(
    db,
    rows.filter((row) => row.canonical.includes('"kind":"due.recounted"')).map((row) => Number(row.seq)),
    among,
  );

/** What the timeline has of a matter. */
const told = (matter: string, cut: Cut) =>
  sql`e.matter = ${matter} and ${open('e', cut)} and e.canonical is not null and e.kind <> 'request.served' and ${firstOfFact(matter, visible('x', cut))}`;

/** SQL join: since when an entry that was under an embargo is public, as `p.since`. */
export const withSince = (at: Date) =>
  sql`left join view.subject b on b.seq = e.seq left join work.public_since(${at}) p on p.subject = b.subject`;

/** The newest entries of the timeline, by when they became public, newest first. */
export async function newest(db: Kysely<Database>, matter: string, cut: Cut, size: number): Promise<readonly Told[]> {
  const { rows } = await sql<EntryLine>`
    select e.seq, e.canonical, e.commitment, p.since from (
      (select e.* from ledger.entry e where ${told(matter, cut)} order by e.seq desc limit ${size})
      union
      (select e.* from work.public_since(${cut.shownAt}) p join view.subject s on s.subject = p.subject join ledger.entry e on e.seq = s.seq
        where p.matter = ${matter} and ${told(matter, cut)} order by p.since desc, e.seq desc limit ${size})) e ${withSince(cut.shownAt)}
    order by greatest(e.recorded_at, p.since) desc, e.seq desc limit ${size}`.execute(db);
  return await tell(db, rows, await othersIn(db, rows, visible('x', cut)));
}

/** Entries of the timeline at a cut, oldest first. @param page from 1; 0: the last page */
export async function timeline(
  db: Kysely<Database>,
  matter: string,
  cut: Cut,
  page: number,
  size: number,
): Promise<{ readonly rows: readonly Told[]; readonly total: number; readonly page: number; readonly pages: number }> {
  const among = visible('x', cut);
  const where = told(matter, cut);
  const counted = await sql<{ n: number }>`select count(*)::int as n from ledger.entry e where ${where}`.execute(db);
  const total = counted.rows[0]?.n ?? 0;
  const pages = Math.max(1, Math.ceil(total / size));
  const at = page < 1 || page > pages ? pages : page;
  const { rows } = await sql<EntryLine>`
    select e.seq, e.canonical, e.commitment, p.since from (
      select e.* from ledger.entry e where ${where} order by e.occurred_at, e.seq limit ${size} offset ${(at - 1) * size}) e
    ${withSince(cut.shownAt)} order by e.occurred_at, e.seq`.execute(db);
  return { rows: await tell(db, rows, await othersIn(db, rows, among)), total, page: at, pages };
}

const uuidText = z.uuid();

/** One public entry of a matter, as everyone may see it now. @throws NotFound where there is none, or it is not for everyone */
export async function publicEntry(db: Kysely<Database>, matter: string | null, id: string, now: Date): Promise<Told> {
  const found = uuidText.safeParse(id).success
    ? await sql<Omit<EntryLine, 'canonical'> & { canonical: string | null; matter: string | null }>`
        select e.seq, e.canonical, e.commitment, e.matter, p.since from ledger.entry e ${withSince(now)}
        where e.id = ${id} and ${openNow('e', now)}`.execute(db)
    : undefined;
  const row = found?.rows[0];
  if (!row || row.canonical === null || (matter !== null && row.matter !== matter)) {
    throw new NotFound('no-entry', {
      what: t('record.no-entry'),
      next: t('record.no-entry.next'),
    });
  }
  const [told] = await tell(db, [{ ...row, canonical: row.canonical }]);
  if (!told) throw new Error('an entry was read but not told');
  return told;
}
