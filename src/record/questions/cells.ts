/** What a question's table says of each party: the cells of its requests, who was invited for it, affiliation. Read for one page at a time. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { turns } from '../../base/turns.ts';
import { partiesAsOf } from '../../rooms/directory/view.ts';
import { affiliationsOn } from '../../rooms/people/among.ts';
import { localInput } from '../../ui/time.tsx';
import { type BoardRow, boardRowsOf } from '../board.ts';
import { open } from '../open.ts';
import { knownAt, seenAt } from '../parties.ts';
import { concerning, type Standing, touchesOf } from '../reach.ts';
import { cameOf, type Fit, fitPage, statusOf } from './fitting.ts';
import type { Known, KnownMeeting, KnownRequest } from './known.ts';
import type { MeetingName, RequestName } from './question.ts';

/** A party and one of the question's requests. */
export interface AskedCell {
  readonly row: BoardRow;
  readonly servedAt: Date | null;
  readonly orders: ReturnType<typeof touchesOf>;
  readonly consequences: readonly Standing[];
}

/** Somebody of a party who was invited to one of the question's meetings. */
export interface InvitedCell {
  readonly party: string;
  readonly participant: string;
  readonly name: string;
  readonly office: string | null;
  readonly status: string;
  readonly reason: string | null;
  readonly sayer: string | null;
  readonly came: boolean | null;
}

export interface QuestionRow extends Fit {
  readonly ocdId: string | null;
  readonly affiliations: readonly string[];
  readonly requests: ReadonlyMap<RequestName, AskedCell>;
  readonly meetings: ReadonlyMap<MeetingName, readonly InvitedCell[]>;
}

const wants = ({ question }: Known, name: string) =>
  question.columns.some((column) => column === name || column.startsWith(`${name}.`));

/** The rows of some parties that fit: one query for each thing that is shown, two or three for a request. */
export async function rowsOf(
  db: Kysely<Database>,
  known: Known,
  fits: readonly Fit[],
): Promise<readonly QuestionRow[]> {
  const ids = fits.map(({ party }) => party);
  const ocd = new Map<string, string | null>();
  const among = new Map<string, string[]>();
  if (ids.length > 0 && wants(known, 'ocd')) {
    const { rows } = await sql<{ id: string; ocd_id: string | null }>`
      select x.id, x.ocd_id from ${partiesAsOf(seenAt(known.cut))} x where x.id = any(${ids}::uuid[])`.execute(db);
    for (const row of rows) ocd.set(row.id, row.ocd_id);
  }
  if (ids.length > 0 && wants(known, 'affiliation')) {
    const day = localInput(known.moment.at, known.moment.zone).slice(0, 10);
    const { rows } = await sql<{ party: string; among: string }>`
      select distinct a.party, a.among from (${affiliationsOn(knownAt(known.cut), day)}) a where a.party = any(${ids}::uuid[]) order by 2`.execute(
      db,
    );
    for (const row of rows) among.set(row.party, [...(among.get(row.party) ?? []), row.among]);
  }
  const requests = new Map<RequestName, ReadonlyMap<string, AskedCell>>();
  for (const one of known.requests)
    if (!one.part.not && ids.length > 0 && wants(known, one.part.name))
      requests.set(one.part.name, await askedCells(db, known, one, ids));
  const meetings = new Map<MeetingName, ReadonlyMap<string, readonly InvitedCell[]>>();
  for (const one of known.meetings)
    if (!one.part.not && ids.length > 0 && wants(known, one.part.name))
      meetings.set(one.part.name, await invitedCells(db, known, one, ids));
  return fits.map((fit) => ({
    ...fit,
    ocdId: ocd.get(fit.party) ?? null,
    affiliations: among.get(fit.party) ?? [],
    requests: picked(requests, fit.party),
    meetings: picked(meetings, fit.party),
  }));
}

function picked<Name, Cell>(all: ReadonlyMap<Name, ReadonlyMap<string, Cell>>, party: string): ReadonlyMap<Name, Cell> {
  const found = new Map<Name, Cell>();
  for (const [name, cells] of all) {
    const cell = cells.get(party);
    if (cell !== undefined) found.set(name, cell);
  }
  return found;
}

async function askedCells(
  db: Kysely<Database>,
  { cut, moment, question }: Known,
  { part, request, revoked, moved, reach }: KnownRequest,
  parties: readonly string[],
): Promise<ReadonlyMap<string, AskedCell>> {
  const rows = await boardRowsOf(db, { request, at: moment.at, cut, revoked, moved }, parties);
  const served = new Map<string, Date>();
  if (question.columns.includes(`${part.name}.served`)) {
    const found = await sql<{ id: string; at: Date }>`
      select s.id, s.occurred_at as at from view.service s where s.id = any(${rows.map(({ service }) => service)}::uuid[])`.execute(
      db,
    );
    for (const { id, at } of found.rows) served.set(id, at);
  }
  const items = request.items.map(({ item }) => item);
  return new Map(
    rows.map((row) => {
      const who = { ...row, request: request.id };
      const cell: AskedCell = {
        row,
        servedAt: served.get(row.service) ?? null,
        orders: reach ? touchesOf(reach, who, items) : [],
        consequences: reach ? concerning(reach, who) : [],
      };
      return [row.party, cell];
    }),
  );
}

async function invitedCells(
  db: Kysely<Database>,
  known: Known,
  { part }: KnownMeeting,
  parties: readonly string[],
): Promise<ReadonlyMap<string, readonly InvitedCell[]>> {
  const { rows } = await sql<InvitedCell>`
    select p.party, p.id as participant, p.name, p.office, ${statusOf(known)} as status, l.reason, l.sayer, ${cameOf(known)} as came
    from view.participant p left join lateral (
      select w.reason, w.sayer from view.participation w where w.participant = p.id and ${open('w', known.cut)}
      order by w.occurred_at desc, w.seq desc limit 1) l on true
    where p.meeting = ${part.meeting} and p.party = any(${[...parties]}::uuid[]) and ${open('p', known.cut)}
    order by lower(p.name), p.seq`.execute(db);
  const cells = new Map<string, InvitedCell[]>();
  for (const row of rows) cells.set(row.party, [...(cells.get(row.party) ?? []), row]);
  return cells;
}

/** Questions read much: a few are answered at a time, so that boards stay quick whoever asks. */
export const answering = turns({ places: 4, waiting: 100 });

/** Rows read at once for a download. */
const STEP = 2000;

/** All rows of a question, in steps, so that memory stays flat. */
export async function* allRows(db: Kysely<Database>, known: Known): AsyncGenerator<readonly QuestionRow[]> {
  let after: string | undefined;
  for (;;) {
    const from = after;
    const { page, rows } = await answering.run(async () => {
      const fits = await fitPage(db, known, STEP, { after: from });
      return { page: fits, rows: await rowsOf(db, known, fits.rows) };
    });
    if (rows.length > 0) yield rows;
    if (!page.after) return;
    after = page.rows.at(-1)?.party;
  }
}
