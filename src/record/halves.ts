/** Who stands on the two halves of the slip of a public entry, and what each did. Reads names; decides nothing. */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
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

const LINES: Readonly<Record<string, readonly [issuer: string, recipient: string]>> = {
  'request.served': ['asked', 'was asked'],
  'item.answered': ['was answered', 'answered'],
  'due.extended': ['extended the due date', 'was told the new date'],
  'clock.tolled': ['paused the clock', 'was told of the pause'],
  'clock.resumed': ['let the clock run again', 'was told the new date'],
  'service.corrected': ['corrected the date of service', 'was told the new date'],
  'due.recounted': ['counted the due date anew', 'was told the new date'],
  'order.entered': ['entered the order', 'may read it and keep it'],
  'consequence.announced': ['wrote down what was announced', 'may read it and keep it'],
  'item.determined': ['gave its finding', 'was told the finding'],
};

/** The two sides of an entry; where it is about nobody in particular, the other half is everybody's. */
export async function halvesOf(db: Kysely<Database>, told: Told): Promise<Halves> {
  const { entry } = told;
  const matter = entry.matter === null ? null : await matterById(db, entry.matter);
  const issuer = await partyById(db, matter?.issuer ?? entry.by);
  const service = told.recipient ? await serviceById(db, told.recipient.service) : null;
  const [left, right] = LINES[entry.kind] ?? [kindWord(entry.kind), 'may read it and keep it'];
  const name = issuer?.name ?? 'Issuer';
  if (!service) return { issuer: { name, line: left }, recipient: { name: 'Everyone', line: right } };
  const state = service.state !== null && !service.name.includes(service.state) ? `, ${service.state}` : '';
  return { issuer: { name, line: left }, recipient: { name: `${service.name}${state}`, line: right } };
}
