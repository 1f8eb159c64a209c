/** Changes of meetings in plain words. Pure; of other kinds it says nothing. */
import { num, t } from '../base/language.ts';
import type { Entry } from '../proof/index.ts';
import { alteredBy } from '../rooms/meetings/changed.ts';
import { meetingCancelled, meetingChanged } from '../rooms/meetings/entries.ts';
import { meetingWhen } from '../rooms/meetings/when.ts';

/** One sentence, and what is now with the reason; null where the entry is of another kind. @param subject of the meeting */
export function meetingWords(
  { kind, body }: Pick<Entry, 'kind' | 'body'>,
  subject: string,
): { readonly title: string; readonly text: string | null } | null {
  if (kind === 'meeting.cancelled')
    return { title: t('record.told.meeting-cancelled', { subject }), text: meetingCancelled.parse(body).reason };
  if (kind !== 'meeting.changed') return null;
  const { changes, reason } = meetingChanged.parse(body);
  const { when, place, capacity, agenda } = alteredBy(changes);
  const none = t('record.told.meeting-none');
  const now = [
    ...(when === undefined ? [] : [t('record.told.meeting-when', { when: meetingWhen(when) })]),
    ...(place === undefined ? [] : [t('record.told.meeting-place', { place: place ?? none })]),
    ...(capacity === undefined
      ? []
      : [t('record.told.meeting-seats', { n: capacity === null ? none : num(capacity) })]),
    ...(agenda === undefined ? [] : [t('record.told.meeting-agenda', { agenda: agenda === '' ? none : agenda })]),
    reason,
  ];
  return { title: t('record.told.meeting-changed', { subject }), text: now.join('\n') };
}
