/** What people call those fields of forms about parties and people that are not called so everywhere, for refusals that begin with a field's name. */
import { t } from '../base/language.ts';

export const fieldNames = (): Readonly<Record<string, string>> => ({
  ocdId: t('directory.field.ocd-id'),
  timeZone: t('directory.field.time-zone'),
  since: t('directory.field.since'),
  of: t('directory.field.of'),
  value: t('directory.field.value'),
  party: t('directory.field.party'),
  title: t('directory.field.title'),
  from: t('directory.field.from'),
  until: t('directory.field.until'),
  role: t('directory.field.role'),
  with: t('directory.field.with'),
  'source.publisher': t('directory.field.source.publisher'),
  'source.title': t('directory.field.source.title'),
  'source.date': t('directory.field.source.date'),
});
