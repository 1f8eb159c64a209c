/**
 * The public entries of a matter, one after the other, and each in plain words. Recipients served stand on the board; here they are
 * one line with their number. Shows no entry whose audience is not `public`.
 */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../base/database.ts';
import { NotFound } from '../base/errors.ts';
import { checkEntry, type Entry } from '../proof/index.ts';
import { itemAnswered } from '../rooms/answers/entries.ts';
import { itemsWords } from '../rooms/clock-parts.tsx';
import { dayOnly } from '../rooms/day-only.ts';
import { itemDetermined } from '../rooms/determinations/entries.ts';
import { documentErased, entryErased } from '../rooms/erasure/entries.ts';
import { ladderSet, stepTaken, stepWithdrawn } from '../rooms/escalation/entries.ts';
import { stepWords } from '../rooms/ladder-form.tsx';
import { logContinued } from '../rooms/log/entries.ts';
import { matterNoted, matterOpened } from '../rooms/matters/entries.ts';
import { requestIssued, requestRevoked, requestServed } from '../rooms/requests/entries.ts';
import { dateText } from '../ui/time.tsx';
import { disposition, finding, kindWord, moveWords } from '../ui/words.ts';
import { type Cut, visible } from './cut.ts';

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
}

interface EntryLine {
  readonly seq: number;
  readonly canonical: string;
  readonly commitment: Buffer;
}

const aboutService = z.object({ service: z.string() });

const moved = z.object({
  due: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
  reason: z.string(),
  cause: z.string().nullable().default(null),
  asked: z.boolean().nullable().default(null),
});

/** Reads entries and puts them in words; one query for all names. */
export async function tell(db: Kysely<Database>, rows: readonly EntryLine[]): Promise<readonly Told[]> {
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
  const names = new Map(named.map((s) => [s.id, s.name]));
  return entries.map(({ row, entry }) => {
    const service = aboutService.safeParse(entry.body).data?.service;
    const name = service === undefined ? undefined : names.get(service);
    return {
      entry,
      position: Number(row.seq),
      commitment: row.commitment,
      recipient: service !== undefined && name !== undefined ? { service, name } : null,
      dayOnly: dayOnly(entry),
      ...words(entry, name ?? 'a recipient'),
    };
  });
}

/** One sentence for an entry, and its further words. */
export function words(entry: Entry, name: string): { readonly title: string; readonly text: string | null } {
  const { body } = entry;
  switch (entry.kind) {
    case 'matter.opened':
      return { title: `Matter opened: ${matterOpened.parse(body).title}`, text: null };
    case 'matter.noted': {
      const note = matterNoted.parse(body);
      return { title: `Reported by ${note.source.publisher}`, text: note.text };
    }
    case 'request.issued': {
      const b = requestIssued.parse(body);
      const to = b.recipients === 1 ? '1 recipient' : `${b.recipients.toLocaleString('en-US')} recipients`;
      return { title: `Request issued to ${to}: ${b.title}`, text: null };
    }
    case 'request.served': {
      const b = requestServed.parse(body);
      return { title: `Request served on ${b.name}`, text: null };
    }
    case 'request.revoked':
      return { title: 'Request revoked', text: requestRevoked.parse(body).reason };
    case 'item.answered': {
      const b = itemAnswered.parse(body);
      return { title: `${name} answered item ${b.item}: ${disposition(b.disposition).word}`, text: null };
    }
    case 'item.determined': {
      const b = itemDetermined.parse(body);
      return {
        title: `Issuer found the answer of ${name} to item ${b.item} ${finding(b.finding).word}`,
        text: b.reasons === '' ? null : b.reasons,
      };
    }
    case 'due.extended':
    case 'clock.tolled':
    case 'clock.resumed':
    case 'service.corrected': {
      const { due, reason, ...move } = moved.parse(body);
      const day = (on: string | null) => (on === null ? 'no date' : dateText(on));
      const what = moveWords({ kind: entry.kind, ...move });
      return { title: `Clock of ${name}: ${what}. Due before ${day(due.before)}, now ${day(due.after)}`, text: reason };
    }
    case 'ladder.set':
      return {
        title: 'Next steps set',
        text: ladderSet
          .parse(body)
          .steps.map((one) => `${one.step}. ${stepWords(one)}`)
          .join('\n'),
      };
    case 'step.taken': {
      const b = stepTaken.parse(body);
      const what = b.kind === 'reminder' ? 'Reminder' : 'Final notice';
      return { title: `${what} to ${name}: ${itemsWords(b.items)} still open`, text: b.words === '' ? null : b.words };
    }
    case 'step.withdrawn':
      return { title: 'Notices taken back before they left', text: stepWithdrawn.parse(body).reason };
    case 'entry.erased': {
      const b = entryErased.parse(body);
      return { title: `Entry ${b.position.toLocaleString('en-US')} erased by order of ${b.authority}`, text: b.reason };
    }
    case 'document.erased': {
      const b = documentErased.parse(body);
      return { title: `Document erased by order of ${b.authority}`, text: b.reason };
    }
    case 'log.continued': {
      const b = logContinued.parse(body);
      const title = b.lost ? 'Log goes on under a new key; the old one was lost' : 'Log goes on under a new key';
      return { title, text: b.reason === '' ? null : b.reason };
    }
    default:
      return { title: kindWord(entry.kind), text: null };
  }
}

/** Entries of the timeline at a cut, oldest first. @param page from 1; 0: the last page */
export async function timeline(
  db: Kysely<Database>,
  matter: string,
  cut: Cut,
  page: number,
  size: number,
): Promise<{ readonly rows: readonly Told[]; readonly total: number; readonly page: number; readonly pages: number }> {
  const where = sql`e.matter = ${matter} and e.audience = 'public' and e.canonical is not null and e.kind <> 'request.served' and ${visible('e', cut)}`;
  const counted = await sql<{ n: number }>`select count(*)::int as n from ledger.entry e where ${where}`.execute(db);
  const total = counted.rows[0]?.n ?? 0;
  const pages = Math.max(1, Math.ceil(total / size));
  const at = page < 1 || page > pages ? pages : page;
  const { rows } = await sql<EntryLine>`
    select e.seq, e.canonical, e.commitment from ledger.entry e where ${where}
    order by e.occurred_at, e.seq limit ${size} offset ${(at - 1) * size}`.execute(db);
  return { rows: await tell(db, rows), total, page: at, pages };
}

const uuidText = z.uuid();

/** One public entry of a matter. @throws NotFound where there is none, or it is not for everyone */
export async function publicEntry(db: Kysely<Database>, matter: string | null, id: string): Promise<Told> {
  const row = uuidText.safeParse(id).success
    ? await db
        .selectFrom('ledger.entry')
        .select(['seq', 'canonical', 'commitment', 'matter'])
        .where('id', '=', id)
        .where('audience', '=', 'public')
        .executeTakeFirst()
    : undefined;
  if (!row || row.canonical === null || (matter !== null && row.matter !== matter)) {
    throw new NotFound('no-entry', {
      what: 'There is no public entry at this address.',
      next: 'Look it up in the record of its matter.',
    });
  }
  const [told] = await tell(db, [{ ...row, canonical: row.canonical }]);
  if (!told) throw new Error('an entry was read but not told');
  return told;
}
