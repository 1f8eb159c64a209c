/** What people call the fields of forms about parties and people, for refusals that begin with a field's name. */
import { t } from '../base/language.ts';

export const fieldNames = (): Readonly<Record<string, string>> => ({
  name: t('directory.field.name'),
  kind: t('directory.field.kind'),
  ocdId: t('directory.field.ocd-id'),
  state: t('directory.field.state'),
  seat: t('directory.field.seat'),
  timeZone: t('directory.field.time-zone'),
  reason: t('directory.field.reason'),
  since: t('directory.field.since'),
  of: t('directory.field.of'),
  value: t('directory.field.value'),
  note: t('directory.field.note'),
  type: t('directory.field.type'),
  address: t('directory.field.address'),
  label: t('directory.field.label'),
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
