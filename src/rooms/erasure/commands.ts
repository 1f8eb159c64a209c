/**
 * Erasing by order of a court or by law, as load → rules → append. The database takes the text away in the same transaction as the
 * entry that says so is written; here only what is no evidence (addresses, links, drafts, files) is cleared around it. Backups and mail
 * that has left are beyond its reach: docs/exporting.md says so.
 */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import type { Database } from '../../base/database.ts';
import { NotFound, RuleRefusal } from '../../base/errors.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { checkEntry, hex } from '../../proof/index.ts';
import { checked } from '../input.ts';
import { entryErased } from './entries.ts';
import { type Authority, eraseDocument, eraseEntry, MOST_ERASED, mayErase, type Target } from './rules.ts';
import { erasureOf } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random' | 'blobs'>;

export const authorityInput = entryErased.pick({ authority: true, reason: true });

const notHere = () =>
  new NotFound('no-entry', {
    what: t('access.erasure.no-entry'),
    lost: t('access.erasure.nothing'),
    next: t('access.erasure.no-entry.next'),
  });

interface Line {
  id: string;
  seq: number;
  kind: string;
  matter: string | null;
  audience: string;
  canonical: string | null;
  commitment: Buffer;
}

const audience = z.enum(['public', 'parties', 'own']);

function toTarget(row: Line): Target | null {
  if (row.canonical === null) return null;
  const { body } = checkEntry(JSON.parse(row.canonical));
  const { id, kind, matter } = row;
  return {
    id,
    kind,
    matter,
    position: row.seq,
    audience: audience.parse(row.audience),
    commitment: hex(row.commitment),
    body,
  };
}

/** The entry with this id, or null where it is erased. @param matter it must belong to; undefined: any. @throws NotFound */
export async function targetOf(db: Kysely<Database>, id: string, matter?: string): Promise<Target | null> {
  const row = UUID.test(id)
    ? await db
        .selectFrom('ledger.entry')
        .select(['id', 'seq', 'kind', 'matter', 'audience', 'canonical', 'commitment'])
        .where('id', '=', id)
        .executeTakeFirst()
    : undefined;
  if (!row || (matter !== undefined && row.matter !== matter)) throw notHere();
  return toTarget(row);
}

/** Entries that could not be understood without this one, oldest first, at most one more than may be erased at once. */
export async function hangingOn(db: Kysely<Database>, target: Target): Promise<readonly Target[]> {
  const of =
    target.kind === 'matter.opened'
      ? sql`e.matter = ${target.matter}`
      : target.kind === 'request.issued'
        ? sql`(e.stream = ${target.body.request} or e.stream in (select s.id from view.service s where s.request = ${target.body.request}))`
        : target.kind === 'request.served'
          ? sql`e.stream = ${target.body.service}`
          : null;
  if (!of) return [];
  const { rows } = await sql<Line>`
    select e.id, e.seq, e.kind, e.matter, e.audience, e.canonical, e.commitment from ledger.entry e
    where ${of} and e.id <> ${target.id} and e.canonical is not null and e.kind not in ('entry.erased', 'document.erased')
    order by e.seq limit ${MOST_ERASED + 1}`.execute(db);
  return rows.flatMap((row) => toTarget({ ...row, seq: Number(row.seq) }) ?? []);
}

async function isIssuer(db: Kysely<Database>, target: Target): Promise<boolean> {
  if (target.kind !== 'party.registered') return false;
  const { party } = target.body;
  if (typeof party !== 'string') return false;
  return (await db.selectFrom('view.matter').select('id').where('issuer', '=', party).executeTakeFirst()) !== undefined;
}

export interface EraseCommand extends Authority {
  /** id of the entry */
  readonly entry: string;
  /** party that erases: the organisation that runs the matter */
  readonly by: string;
  /** matter that the entry must belong to */
  readonly matter?: string;
  /** erase too what hangs on it */
  readonly hanging: boolean;
  /** idempotency key of the form */
  readonly once: string;
}

/**
 * Erases an entry: text and opening are gone for good, the commitment stays. Sent twice, it erases once.
 * @returns entries erased by this command, also by an earlier sending of it
 * @throws NotFound; RuleRefusal (rules.ts, and `already-erased`); InvalidInput
 */
export async function erase(needs: Needs, command: EraseCommand): Promise<{ readonly erased: number }> {
  const given = checked(authorityInput, { authority: command.authority, reason: command.reason });
  const { db, clock } = needs;
  const key = `erase:${command.once}`;
  const target = await targetOf(db, command.entry, command.matter);
  if (!target) {
    const before = await erasureOf(db, command.entry);
    const repeated = await db.selectFrom('ledger.command').select('count').where('key', '=', key).executeTakeFirst();
    if (!repeated) throw alreadyErased(before?.recordedAt ?? null);
    await clearWork(db, [command.entry]);
    return { erased: repeated.count };
  }
  const hanging = await hangingOn(db, target);
  const targets = command.hanging ? [target, ...hanging] : [target];
  mayErase({ targets, hanging: command.hanging ? 0 : hanging.length, issuer: await isIssuer(db, target) });
  const entries = targets.map((one) =>
    eraseEntry(one, given, command.by, uuidv7(clock.now(), needs.random), clock.now()),
  );
  const written = await append(needs, key, entries);
  await clearWork(
    db,
    targets.map((one) => one.id),
  );
  return { erased: written };
}

const alreadyErased = (at: Date | null) =>
  new RuleRefusal('already-erased', {
    what: at ? t('access.erasure.already-on', { on: at.toISOString().slice(0, 10) }) : t('access.erasure.already'),
    lost: t('access.erasure.nothing-more'),
  });

async function append(needs: Needs, key: string, entries: readonly NewEntry[]): Promise<number> {
  try {
    return (await needs.ledger.append({ key, entries })).entries.length;
  } catch (error) {
    // The trigger found the entry gone: somebody else erased it between our look and our writing.
    if (error instanceof Error && 'code' in error && error.code === '23CF2') throw alreadyErased(null);
    throw error;
  }
}

/** What is kept of a service for work alone: addresses, links, drafts, uploads, letters. No evidence; safe to clear again. */
async function clearWork(db: Kysely<Database>, ids: readonly string[]): Promise<void> {
  await db
    .updateTable('work.outbox')
    .set({ state: 'revoked' })
    .where('state', '=', 'queued')
    .where((eb) => eb.or([eb('entry', 'in', ids), eb('service', 'in', ids)]))
    .execute();
  // The entry of a service has the service's own id.
  for (const table of [
    'work.contact',
    'work.link',
    'work.recipient_session',
    'work.answer_draft',
    'work.upload',
  ] as const)
    await db.deleteFrom(table).where('service', 'in', ids).execute();
  await db.updateTable('work.outbox').set({ address: 'erased', params: '{}' }).where('service', 'in', ids).execute();
}

export interface EraseDocumentCommand extends Authority {
  /** SHA-256, hex */
  readonly document: string;
  readonly by: string;
  readonly matter: string;
  readonly once: string;
  /** also where other matters name it: for the people who run the server alone */
  readonly everywhere?: boolean;
}

interface Naming {
  matter: string;
  service: string;
}

/** Where answers name a document: services and their matters. */
export async function whoNames(db: Kysely<Database>, document: string): Promise<readonly Naming[]> {
  const { rows } = await sql<Naming>`
    select distinct s.matter, s.id as service from view.answer a join view.service s on s.id = a.service
    where a.body::text like ${`%${document}%`} order by service`.execute(db);
  return rows;
}

/**
 * Erases the bytes of a document that answers in this matter name. Name, size and hash stay in the answer's entry; to take those away
 * too, erase the entry. Sent twice, it erases once.
 * @throws NotFound where no answer of the matter names it; RuleRefusal `document-elsewhere`; InvalidInput
 */
export async function eraseDocumentOf(needs: Needs, command: EraseDocumentCommand): Promise<void> {
  const given = checked(authorityInput, { authority: command.authority, reason: command.reason });
  const { db, clock, random } = needs;
  const named = /^[0-9a-f]{64}$/.test(command.document) ? await whoNames(db, command.document) : [];
  const here = named.filter((one) => one.matter === command.matter);
  if (here.length === 0)
    throw new NotFound('no-document', {
      what: t('access.erasure.no-document'),
      lost: t('access.erasure.nothing'),
      next: t('access.erasure.no-document.next'),
    });
  if (here.length < named.length && !command.everywhere)
    throw new RuleRefusal('document-elsewhere', {
      what: t('access.erasure.elsewhere'),
      lost: t('access.erasure.nothing'),
      next: t('access.erasure.elsewhere.next'),
    });
  const entries = (command.everywhere ? named : here).map((one) =>
    eraseDocument(command.document, one, given, command.by, uuidv7(clock.now(), random), clock.now()),
  );
  await needs.ledger.append({ key: `erase:${command.once}`, entries });
  // A crash before this leaves the file until the next sweep of documents, which finds the erasure (rooms/documents/sweep.ts).
  await db.deleteFrom('work.upload').where('sha256', '=', command.document).execute();
  await needs.blobs.remove(command.document);
}
