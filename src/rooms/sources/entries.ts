/** What may be written of sources: that a copy of a text was kept, from where and when. The text itself is stored by its hash, for the office alone. */

import { z } from 'zod';
import { t } from '../../base/language.ts';
import { documentRef, instantText, isoDate, line, uuid } from '../fields.ts';

/** An address on the web, as printed beside a source. */
export const webAddress = z
  .string()
  .trim()
  .max(2000)
  .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text), { error: () => t('said.field.web-address') });

export const sourceKept = z.strictObject({
  source: uuid,
  publisher: line(200),
  title: line(300),
  /** the day it was published, where it says one */
  published: isoDate.nullable(),
  url: webAddress.nullable(),
  /** when the copy was taken */
  fetchedAt: instantText,
  text: documentRef,
});

export const sourceEntries = { 'source.kept': sourceKept } as const;
