/** A question in one sentence, so that whoever opens its address knows what is asked. Pure. */
import { t } from '../../base/language.ts';
import { orderName } from '../../rooms/orders/view.ts';
import { clockState, consequenceKind, consequenceStatus, disposition, partyKind } from '../../ui/words.ts';
import { CLOCK_WORDS, findingChoice } from '../filter-form.tsx';
import { participationWord } from './form.tsx';
import type { Known, KnownMeeting, KnownRequest } from './known.ts';

/** "not asked by “Letter”, clock: overdue". */
function requestWords({ part, request, reach }: KnownRequest): string {
  const { answer, determination, clock, order, consequence, consequenceKind: kind, programme } = part.filter;
  return [
    t(part.not ? 'record.q.not-asked' : 'record.q.asked', { title: request.title }),
    answer && t('record.q.answer', { word: disposition(answer).word }),
    determination && t('record.q.found', { word: findingChoice(determination) }),
    clock && t('record.q.clock', { word: CLOCK_WORDS[clock] ?? clockState(clock).word }),
    order && orderWords(order, reach),
    kind && t('record.q.consequence-kind', { word: consequenceKind(kind) }),
    programme && t('record.q.programme', { programme }),
    consequence && t('record.q.consequence', { word: consequenceStatus(consequence).word }),
  ]
    .filter(Boolean)
    .join(', ');
}

function orderWords(order: string, reach: KnownRequest['reach']): string {
  if (order === 'any') return t('record.q.touched');
  if (order === 'none') return t('record.q.untouched');
  const named = reach?.orders.find(({ id }) => id === order);
  return named ? t('record.q.touched-by', { order: orderName(named) }) : t('record.q.touched');
}

const meetingWords = ({ part, subject }: KnownMeeting): string =>
  [
    t(part.not ? 'record.q.not-invited' : 'record.q.invited', { subject }),
    part.participation && participationWord(part.participation),
  ]
    .filter(Boolean)
    .join(', ');

/** "Parties asked by “Letter”, clock: overdue; and invited to “Meeting”." @param names of the association, by id */
export function sentence(
  { question, requests, meetings }: Known,
  names: ReadonlyMap<string, string> = new Map(),
): string {
  const { kind, state, member, affiliation, text } = question;
  const parts = [
    ...requests.map(requestWords),
    ...meetings.map(meetingWords),
    kind && t('record.q.kind', { kind: partyKind(kind) }),
    state && t('record.q.state', { state }),
    member && t('record.q.member', { name: names.get(member) ?? t('record.q.an-association') }),
    affiliation && t('record.q.affiliation', { affiliation }),
    text && t('record.q.named', { text }),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return t('record.q.all');
  return t('record.q.parties', { parts: parts.reduce((before, part) => t('record.q.and', { before, part })) });
}
