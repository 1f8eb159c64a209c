/** What the search finds: words of public entries, by kind. Names no recipient and no address; what is not public has no row. */
import { z } from 'zod';
import { type Project, stamps } from '../../base/row.ts';
import type { JsonValue } from '../../proof/index.ts';

/** Which fields of a body are its title, and which are found beside it. A path steps into objects, and into every item of an array. */
const FIELDS: Readonly<Record<string, { readonly title: readonly string[]; readonly words: readonly string[] }>> = {
  'matter.opened': { title: ['title'], words: ['summary', 'issuerName'] },
  'matter.noted': { title: ['source.publisher'], words: ['text', 'source.title'] },
  'request.issued': { title: ['title'], words: ['authority', 'items.text'] },
  'request.revoked': { title: [], words: ['reason'] },
  'item.determined': { title: [], words: ['reasons'] },
  'due.extended': { title: [], words: ['reason'] },
  'clock.tolled': { title: [], words: ['reason', 'cause'] },
  'clock.resumed': { title: [], words: ['reason'] },
  'service.corrected': { title: [], words: ['reason'] },
  'step.taken': { title: ['kind'], words: ['words'] },
  'step.withdrawn': { title: [], words: ['reason'] },
  'source.kept': { title: ['title'], words: ['publisher'] },
  'statement.made': { title: ['speaker.name', 'speaker.office'], words: ['words', 'outlet'] },
  'statement.corrected': { title: ['speaker.name', 'speaker.office'], words: ['words', 'outlet', 'correction.note'] },
  'figure.corrected': { title: ['measure'], words: ['originalValue', 'claimant', 'unit', 'correction.note'] },
  'publication.withdrawn': { title: [], words: ['reason'] },
  'publication.restored': { title: [], words: ['reason'] },
  'figure.claimed': { title: ['measure'], words: ['originalValue', 'claimant', 'unit'] },
  'figure.ranked': { title: [], words: ['reason'] },
  'order.entered': { title: ['court', 'docket'], words: ['words', 'source.title', 'judge'] },
  'consequence.announced': { title: ['programme'], words: ['words'] },
  'consequence.status-changed': { title: [], words: ['reason'] },
  'consequence.amount-stated': { title: [], words: ['reason'] },
  'meeting.called': { title: ['subject'], words: ['convener', 'place', 'agenda'] },
  'meeting.changed': { title: [], words: ['reason', 'changes.place', 'changes.agenda'] },
  'meeting.cancelled': { title: [], words: ['reason'] },
  'meeting.invited': { title: ['name', 'office'], words: [] },
  'participation.stated': { title: [], words: ['reason', 'delegate', 'sayer'] },
};

const object = z.record(z.string(), z.unknown());

function textsAt(value: unknown, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one: JsonValue) => textsAt(one, path));
  const [step, ...rest] = path;
  if (step === undefined) return typeof value === 'string' && value !== '' ? [value] : [];
  const read = object.safeParse(value);
  return read.success && Object.hasOwn(read.data, step) ? textsAt(read.data[step], rest) : [];
}

export const projectSearch: Project = (entry, seq) => {
  const fields = entry.audience === 'public' && entry.matter !== null ? FIELDS[entry.kind] : undefined;
  if (!fields) return [];
  const texts = (paths: readonly string[]) => paths.flatMap((path) => textsAt(entry.body, path.split('.'))).join(' · ');
  const [title, words] = [texts(fields.title), texts(fields.words)];
  if (title === '' && words === '') return [];
  return [
    {
      table: 'view.search',
      row: { ...stamps(entry, seq), entry: entry.id, matter: entry.matter, kind: entry.kind, title, words },
    },
  ];
};
