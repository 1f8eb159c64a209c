/**
 * Opening a matter and noting what is publicly known around it: loads what the decision needs and appends one entry. It never
 * changes or closes a matter; there is no such entry.
 */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { InvalidInput, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { line, prose, uuid } from '../fields.ts';
import { checked } from '../input.ts';
import { matterOpened, slug as slugText, source } from './entries.ts';
import { matterById, matterBySlug } from './view.ts';

/** The organisation that speaks: id and name of its party. A signed-in member of staff has both. */
export interface Speaker {
  readonly party: string;
  readonly partyName: string;
}

export const matterInput = z.object({
  title: line(200),
  /** left empty: proposed from the title */
  slug: z
    .string()
    .trim()
    .refine((text) => text === '' || slugText.safeParse(text).success, { error: () => t('access.matters.slug.long') })
    .default(''),
  summary: prose(2000).default(''),
  audience: z.enum(['public', 'parties'], { error: () => t('access.matters.audience.wrong') }),
  example: z.boolean().default(false),
});

/** A slug made of a title: small letters, digits, hyphens, at most 60 characters, never empty. */
export function slugFrom(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
  return plain.length >= 2 ? plain : `matter-${plain}`.replace(/-$/, '');
}

/** `base`, or `base-2`, `base-3` … : the first that no matter has. */
export async function freeSlug(db: Kysely<Database>, base: string): Promise<string> {
  const rows = await db
    .selectFrom('view.matter')
    .select('slug')
    .where((eb) => eb.or([eb('slug', '=', base), eb('slug', 'like', `${base}-%`)]))
    .execute();
  const taken = new Set(rows.map((row) => row.slug));
  if (!taken.has(base)) return base;
  for (let n = 2; ; n++) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`;
}

const slugTaken = (slug: string, free: string) =>
  new InvalidInput(
    'slug-taken',
    {
      what: t('access.matters.taken', { slug }),
      lost: t('access.matters.taken.lost'),
    },
    { slug: t('access.matters.taken.field', { slug, free }) },
  );

/**
 * Opens a matter: `matter.opened`.
 * @param once idempotency key of the form: sent twice, it opens one matter
 * @returns id and slug of the matter, also of the one opened by an earlier sending of the same form
 * @throws InvalidInput `input-refused` or `slug-taken`, with the field
 */
export async function openMatter(
  services: Services,
  by: Speaker,
  input: z.input<typeof matterInput>,
  once: string,
  at: Millis = services.clock.now(),
): Promise<{ readonly id: string; readonly slug: string }> {
  const form = checked(matterInput, input, {
    slug: t('access.matters.name.slug'),
    audience: t('access.matters.name.audience'),
  });
  const slug = form.slug === '' ? await freeSlug(services.db, slugFrom(form.title)) : form.slug;
  const key = `matter:${once}`;
  const there = await matterBySlug(services.db, slug);
  // The same form sent again finds its own matter at the slug; the ledger tells by the key.
  if (there && !(await keyUsed(services.db, key))) {
    throw slugTaken(slug, await freeSlug(services.db, slug));
  }
  const now = services.clock.now();
  const matter = uuidv7(now, services.random);
  const entry: NewEntry = {
    kind: 'matter.opened',
    id: uuidv7(now, services.random),
    matter,
    by: by.party,
    occurredAt: instant(at),
    audience: form.audience,
    body: {
      title: form.title,
      slug,
      summary: form.summary,
      issuer: by.party,
      issuerName: by.partyName,
      example: form.example,
    },
  };
  try {
    const { entries } = await services.ledger.append({ key, entries: [entry] });
    const written = entries[0]?.entry;
    return { id: written?.matter ?? matter, slug: written ? matterOpened.parse(written.body).slug : slug };
  } catch (error) {
    // Two people asked for one slug at the same moment: the table's unique slug refused the second.
    if (!(error instanceof InvalidInput) && (await matterBySlug(services.db, slug)))
      throw slugTaken(slug, await freeSlug(services.db, slug));
    throw error;
  }
}

async function keyUsed(db: Kysely<Database>, key: string): Promise<boolean> {
  return (await db.selectFrom('ledger.command').select('key').where('key', '=', key).executeTakeFirst()) !== undefined;
}

export const noteInput = z.object({
  text: prose(2000).pipe(z.string().min(1, { error: () => t('answers.shared.wrong.missing') })),
  source,
});

/**
 * Notes what is publicly known around a matter: `matter.noted`, seen by whoever may see the matter.
 * @param at when it happened, ms
 * @throws InvalidInput, NotFound
 */
export async function noteMatter(
  services: Services,
  matterId: string,
  input: z.input<typeof noteInput>,
  once: string,
  at: Millis = services.clock.now(),
): Promise<void> {
  const form = checked(noteInput, input, {
    'source.publisher': t('access.matters.name.publisher'),
    'source.title': t('access.matters.name.source-title'),
    'source.date': t('access.matters.name.source-date'),
  });
  const matter = await matterById(services.db, uuid.parse(matterId));
  if (!matter) throw new NotFound('no-matter', t('access.matters.none'));
  if (at > services.clock.now()) {
    throw new InvalidInput('note-in-future', t('access.matters.future'), {
      happened: t('access.matters.future.field'),
    });
  }
  const entry: NewEntry = {
    kind: 'matter.noted',
    id: uuidv7(services.clock.now(), services.random),
    matter: matter.id,
    by: matter.issuer,
    occurredAt: instant(at),
    audience: matter.audience === 'public' ? 'public' : 'parties',
    body: { text: form.text, source: { ...form.source } },
  };
  await services.ledger.append({ key: `note:${once}`, entries: [entry] });
}
