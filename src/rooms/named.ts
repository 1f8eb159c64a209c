/** From lines that people write to the recipients of a matter: by id of their division, or by name. Guesses nothing; reads only. */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../base/database.ts';
import { InvalidInput } from '../base/errors.ts';
import { t } from '../base/language.ts';

/** A field of lines, one recipient each; empty for all. */
export const recipientLines = z
  .string()
  .max(100_000, { error: () => t('answers.shared.wrong.too-long') })
  .transform((text) => [...new Set(text.split('\n').map((one) => one.trim()))].filter((one) => one !== ''))
  .pipe(z.array(z.string().max(300)).max(500, { error: () => t('answers.shared.wrong.too-many', { max: 500 }) }));

export interface Named {
  readonly service: string;
  readonly party: string;
  readonly request: string;
}

interface Line {
  readonly line: string;
  readonly id: string | null;
  readonly request: string | null;
  readonly recipient: string | null;
}

/**
 * Recipients of a matter by line: a division's id, a name, or a name and its state ("Watsonville, California").
 * @param requests those to look in; null for all of the matter
 * @throws InvalidInput `recipient-ambiguous`: several parties of that name
 */
export async function namedRecipients(
  db: Kysely<Database>,
  matter: string,
  requests: readonly string[] | null,
  lines: readonly string[],
  field: string,
): Promise<ReadonlyMap<string, readonly Named[]>> {
  if (lines.length === 0) return new Map();
  const { rows } = await sql<Line>`
    select w.line, s.id, s.request, s.recipient from unnest(${[...lines]}::text[]) w (line)
    left join view.service s on s.request in (select r.id from view.request r where r.matter = ${matter})
      and (s.ocd_id = w.line or lower(s.name) = lower(w.line) or lower(s.name || ', ' || s.state) = lower(w.line))
      ${requests === null ? sql`` : sql`and s.request = any(${[...requests]}::uuid[])`}`.execute(db);
  const found = new Map<string, Named[]>(lines.map((line) => [line, []]));
  for (const { line, id, request, recipient } of rows) {
    if (id !== null && request !== null && recipient !== null)
      found.get(line)?.push({ service: id, request, party: recipient });
  }
  for (const [line, all] of found) {
    if (new Set(all.map(({ party }) => party)).size < 2) continue;
    const what = t('answers.shared.named.several', { line });
    throw new InvalidInput(
      'recipient-ambiguous',
      { what, lost: t('answers.shared.nothing-written') },
      { [field]: what },
    );
  }
  return found;
}

/** Services of the lines, all of which have to be recipients. @throws InvalidInput `no-such-recipient`, `recipient-ambiguous` */
export async function servicesNamed(
  db: Kysely<Database>,
  matter: string,
  requests: readonly string[] | null,
  lines: readonly string[],
  field: string,
): Promise<readonly string[] | null> {
  const found = await namedRecipients(db, matter, requests, lines, field);
  for (const [line, all] of found) {
    if (all.length > 0) continue;
    const what = t('answers.shared.named.none', { line });
    throw new InvalidInput('no-such-recipient', { what, lost: t('answers.shared.nothing-written') }, { [field]: what });
  }
  return found.size === 0 ? null : [...found.values()].flat().map(({ service }) => service);
}
