/** What the correction of a statement or of a figure carries beside the thing itself: what was wrong, why, and who says so. */

import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { NewEntry } from '../base/append.ts';
import { Conflict, InvalidInput, RuleRefusal } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { ROLES, type Role } from '../base/route.ts';
import type { Entry } from '../proof/index.ts';
import { prose } from './fields.ts';

/** @throws nothing; part of a body */
export const correction = z.strictObject({
  /** what was wrong and why it is changed, in public */
  note: prose(1000).pipe(z.string().min(1, 'is missing: say what was wrong')),
  /** the role of whoever corrects */
  by: z.enum(ROLES),
});
export type Correction = z.infer<typeof correction>;

export interface Corrected {
  readonly note: string;
  /** role */
  readonly by: string;
  /** the entry that it replaced; that one stays where it is */
  readonly replaces: string;
  readonly at: Date;
}

/** Columns of a view's row. */
export const correctionRow = (entry: Entry, body: { readonly correction: Correction } | null) => ({
  corrects: entry.corrects ?? null,
  note: body?.correction.note ?? null,
  corrected_by: body?.correction.by ?? null,
});

/** SQL: what is read of it, from the table alias `t`. */
export const correctedSql = (t: string): RawBuilder<unknown> =>
  sql`case when ${sql.ref(`${t}.corrects`)} is null then null else jsonb_build_object('note', ${sql.ref(`${t}.note`)}, 'by', ${sql.ref(`${t}.corrected_by`)},
    'replaces', ${sql.ref(`${t}.corrects`)}, 'at', ${sql.ref(`${t}.recorded_at`)}) end`;

export const corrected = z
  .object({ note: z.string(), by: z.string(), replaces: z.string(), at: z.coerce.date() })
  .nullable();

/** What a correction is made on: the thing, the entry that whoever corrects looked at, and the newest one. */
export interface Correcting {
  readonly of: 'statement' | 'figure';
  readonly thing: string;
  readonly corrects: string;
  readonly newest: {
    readonly entry: string;
    readonly occurredAt: string;
    readonly body: Readonly<Record<string, unknown>>;
  };
  readonly note: string;
  readonly by: Role;
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([k, v]) => [k, sorted(v)]),
        )
      : value;

/**
 * The entry that replaces the newest of a thing by this fact, which its own rules have passed. Pure.
 * @throws Conflict `corrected-meanwhile`; InvalidInput `correction-without-note`; RuleRefusal `nothing-corrected`
 */
export function asCorrection(fact: NewEntry, { of, thing, corrects, newest, note, by }: Correcting): NewEntry {
  const lost = t('said.kept');
  if (newest.entry !== corrects) {
    throw new Conflict('corrected-meanwhile', {
      what: t('said.corrected.meanwhile'),
      lost,
      next: t('said.corrected.meanwhile.next'),
    });
  }
  if (note.trim() === '') {
    const what = t('said.corrected.note');
    throw new InvalidInput('correction-without-note', { what, lost }, { correction: what });
  }
  const body = { ...fact.body, [of]: thing };
  const { correction: _, ...before } = newest.body;
  if (
    JSON.stringify(sorted(body)) === JSON.stringify(sorted(before)) &&
    Date.parse(fact.occurredAt) === Date.parse(newest.occurredAt)
  ) {
    throw new RuleRefusal('nothing-corrected', {
      what: t('said.corrected.nothing'),
      lost,
      next: t('said.corrected.nothing.next'),
    });
  }
  return { ...fact, kind: `${of}.corrected`, corrects, body: { ...body, correction: { note: note.trim(), by } } };
}
