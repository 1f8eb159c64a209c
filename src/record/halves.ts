/** Who stands on the two halves of the slip of a public entry, and what each did. Reads names; decides nothing. */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import type { MessageId } from '../base/language.ts';
import { t } from '../base/language.ts';
import { partyById } from '../rooms/directory/view.ts';
import { matterById } from '../rooms/matters/view.ts';
import { serviceById } from '../rooms/requests/view.ts';
import type { Half } from '../ui/slip.tsx';
import { kindWord } from '../ui/words.ts';
import type { Told } from './timeline.ts';

export interface Halves {
  readonly issuer: Half;
  readonly recipient: Half;
}

/** What each side did, by kind of entry. */
const LINES: Readonly<Record<string, readonly [issuer: MessageId, recipient: MessageId]>> = {
  'request.served': ['record.half.request.served.issuer', 'record.half.request.served.recipient'],
  'item.answered': ['record.half.item.answered.issuer', 'record.half.item.answered.recipient'],
  'due.extended': ['record.half.due.extended.issuer', 'record.half.new-date'],
  'clock.tolled': ['record.half.clock.tolled.issuer', 'record.half.clock.tolled.recipient'],
  'clock.resumed': ['record.half.clock.resumed.issuer', 'record.half.new-date'],
  'service.corrected': ['record.half.service.corrected.issuer', 'record.half.new-date'],
  'due.recounted': ['record.half.due.recounted.issuer', 'record.half.new-date'],
  'order.entered': ['record.half.order.entered.issuer', 'record.half.reads'],
  'consequence.announced': ['record.half.consequence.announced.issuer', 'record.half.reads'],
  'item.determined': ['record.half.item.determined.issuer', 'record.half.item.determined.recipient'],
};

/** The two sides of an entry; where it is about nobody in particular, the other half is everybody's. */
export async function halvesOf(db: Kysely<Database>, told: Told): Promise<Halves> {
  const { entry } = told;
  const matter = entry.matter === null ? null : await matterById(db, entry.matter);
  const issuer = await partyById(db, matter?.issuer ?? entry.by);
  const service = told.recipient ? await serviceById(db, told.recipient.service) : null;
  const known = LINES[entry.kind];
  const [left, right] = known ? [t(known[0]), t(known[1])] : [kindWord(entry.kind), t('record.half.reads')];
  const name = issuer?.name ?? t('record.issuer');
  if (!service) return { issuer: { name, line: left }, recipient: { name: t('record.everyone'), line: right } };
  const state = service.state !== null && !service.name.includes(service.state) ? `, ${service.state}` : '';
  return { issuer: { name, line: left }, recipient: { name: `${service.name}${state}`, line: right } };
}
