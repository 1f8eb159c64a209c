/** What may be written of a matter: that it was opened, and what is publicly known around it, with its source. */
import { z } from 'zod';
import { t } from '../../base/language.ts';
import { isoDate, line, prose, uuid } from '../fields.ts';

export const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: () => t('access.matters.slug.wrong') })
  .min(2)
  .max(80);

/** Where a statement of fact comes from. */
export const source = z.strictObject({ publisher: line(200), title: line(300), date: isoDate });
export type Source = z.infer<typeof source>;

export const matterOpened = z.strictObject({
  title: line(200),
  slug,
  summary: prose(2000),
  issuer: uuid,
  issuerName: line(200),
  /** an example of the product, labelled as such on every page */
  example: z.boolean(),
});

export const matterNoted = z.strictObject({ text: prose(2000), source });

export const matterEntries = { 'matter.opened': matterOpened, 'matter.noted': matterNoted } as const;
