/** Which history an entry belongs to. Apart from the kinds of entry, so that whoever asks only for this need not load them all. */
import type { NewEntry } from '../base/append.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The history an entry belongs to: its service, else its request, else its invitation, else its party, else its matter. */
export function streamOf(entry: Pick<NewEntry, 'id' | 'matter' | 'body'>): string {
  const { service, request, invitation, party } = entry.body;
  return text(service) ?? text(request) ?? text(invitation) ?? text(party) ?? entry.matter ?? entry.id;
}
