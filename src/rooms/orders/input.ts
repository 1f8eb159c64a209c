/** What a person typed in the form of an order, as the rules take it: names become ids, places become divisions. Writes nothing. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { InvalidInput } from '../../base/errors.ts';
import { UUID } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { ocdId } from '../directory/entries.ts';
import { type DocumentRef, isoDate, line, prose } from '../fields.ts';
import { namedRecipients, recipientLines, servicesNamed } from '../named.ts';
import { readSource } from '../source-fields.tsx';
import { STATES } from '../states.ts';
import { EFFECTS, type Geography, orderSource, type Scope } from './entries.ts';
import type { EnterOrder } from './rules.ts';

export type Values = Readonly<Record<string, string>>;

/** Boxes to tick carry the id of what they stand for in their name, so that each field stands once. */
export const BOXES = ['request', 'consequence', 'of'] as const;
export const boxName = (box: (typeof BOXES)[number], id: string): string => `${box}-${id}`;
export const ticked = (values: Values, box: (typeof BOXES)[number]): readonly string[] =>
  Object.entries(values).flatMap(([name, value]) => {
    const id = name.startsWith(`${box}-`) ? name.slice(box.length + 1) : '';
    return value !== '' && UUID.test(id) ? [id] : [];
  });

const WHERE = ['nationwide', 'places', 'parties'] as const;
const TOUCHES = ['all', 'some', 'none'] as const;

const orNone = <T extends z.ZodType>(schema: T) => z.union([z.literal('').transform(() => null), schema]);

const form = z.object({
  court: line(200),
  docket: line(100),
  judge: orNone(line(200)),
  date: isoDate.or(z.literal('').transform((_, context) => (context.addIssue(t('orders.input.date')), ''))),
  effect: z.enum(EFFECTS, { error: () => t('orders.input.effect') }),
  words: prose(1000).pipe(z.string().min(1, { error: () => t('orders.input.words') })),
  compel: orNone(isoDate),
  touches: z.enum(TOUCHES).catch('all'),
  items: z
    .string()
    .trim()
    .regex(/^(\d{1,3}([\s,]+\d{1,3})*)?$/, { error: () => t('orders.input.numbers') })
    .transform((text) =>
      [
        ...new Set(
          text
            .split(/[\s,]+/)
            .filter(Boolean)
            .map(Number),
        ),
      ].sort((a, b) => a - b),
    ),
  recipients: recipientLines,
  where: z.enum(WHERE, { error: () => t('orders.input.where') }).catch('nationwide'),
  places: recipientLines,
  parties: recipientLines,
  url: orNone(orderSource.shape.url.unwrap()),
});

const DIVISIONS = new Map(
  Object.entries(STATES).flatMap(([code, name]) => {
    const id = `ocd-division/country:us/${code === 'DC' ? 'district' : 'state'}:${code.toLowerCase()}`;
    return [
      [name.toLowerCase(), id],
      [code.toLowerCase(), id],
    ];
  }),
);

const refused = (fields: Readonly<Record<string, string>>) =>
  new InvalidInput(
    'input-refused',
    { what: Object.values(fields)[0] ?? t('orders.incomplete'), lost: t('orders.lost') },
    fields,
  );

/** Lines of places → divisions: an Open Civic Data id, or a state of the United States by name or postal code. @throws InvalidInput */
export function divisionsOf(lines: readonly string[]): readonly string[] {
  return lines.map((text) => {
    const division = ocdId.safeParse(text).success ? text : DIVISIONS.get(text.toLowerCase());
    if (division !== undefined) return division;
    const places = t('orders.input.place', { text });
    throw refused({ places });
  });
}

async function geographyOf(
  db: Kysely<Database>,
  matter: string,
  { where, places, parties }: z.infer<typeof form>,
): Promise<Geography> {
  if (where === 'nationwide') return 'nationwide';
  if (where === 'places') return { divisions: [...divisionsOf(places)] };
  const found = await namedRecipients(db, matter, null, parties, 'parties');
  return { parties: [...found].map(([name, all]) => ({ name, party: all[0]?.party ?? null })) };
}

/** @throws InvalidInput with what is wrong by field */
export async function readOrder(
  db: Kysely<Database>,
  matter: string,
  values: Values,
  document: DocumentRef | null,
): Promise<EnterOrder> {
  const parsed = form.safeParse(values);
  const { source, errors } = readSource(values);
  const fields: Record<string, string> = {};
  for (const { path, message } of parsed.error?.issues ?? []) {
    fields[String(path[0] ?? '')] ??= /^\p{Lu}/u.test(message) ? message : t('orders.this', { what: message });
  }
  Object.assign(fields, errors);
  if (parsed.success && parsed.data.url !== null && source === null && Object.keys(errors).length === 0) {
    fields.publisher = t('orders.input.source');
  }
  if (!parsed.success || Object.keys(fields).length > 0) throw refused(fields);
  const typed = parsed.data;
  const { court, docket, judge, date, effect, words, compel } = typed;
  if (typed.touches === 'some' && typed.items.length === 0) throw refused({ items: t('orders.input.items') });
  const ending = effect === 'vacate' || effect === 'lift';
  const requests = ticked(values, 'request');
  const scope: Scope = ending
    ? { requests: null, recipients: null, items: null, consequences: [] }
    : {
        requests: requests.length === 0 ? null : [...requests],
        recipients: copy(
          await servicesNamed(db, matter, requests.length === 0 ? null : requests, typed.recipients, 'recipients'),
        ),
        items: typed.touches === 'all' ? null : typed.touches === 'none' ? [] : typed.items,
        consequences: [...ticked(values, 'consequence')],
      };
  return {
    ...{ court, docket, judge, date, effect, words, compel, scope, document },
    geography: ending ? 'nationwide' : await geographyOf(db, matter, typed),
    of: ticked(values, 'of'),
    source: source && { ...source, url: typed.url },
  };
}

const copy = (ids: readonly string[] | null): string[] | null => ids && [...ids];
