/** A question in one sentence, so that whoever opens its address knows what is asked. Pure. */
import { orderName } from '../../rooms/orders/view.ts';
import { clockState, consequenceKind, consequenceStatus, disposition, finding } from '../../ui/words.ts';
import { CLOCK_WORDS } from '../filter-form.tsx';
import { participationWord } from './form.tsx';
import type { Known, KnownMeeting, KnownRequest } from './known.ts';

function requestWords({ part, request, reach }: KnownRequest): string {
  const { answer, determination, clock, order, consequence, consequenceKind: kind, programme } = part.filter;
  const named = reach?.orders.find(({ id }) => id === order);
  const all = [
    `asked by “${request.title}”`,
    answer === undefined ? '' : `answer: ${disposition(answer).word}`,
    determination === undefined ? '' : `issuer: ${finding(determination).word}`,
    clock === undefined ? '' : `clock: ${CLOCK_WORDS[clock] ?? clockState(clock).word}`,
    order === undefined
      ? ''
      : order === 'any'
        ? 'touched by an order'
        : order === 'none'
          ? 'touched by no order'
          : `touched by ${named ? orderName(named) : 'an order'}`,
    kind === undefined ? '' : `consequence: ${consequenceKind(kind)}`,
    programme === undefined ? '' : `programme: ${programme}`,
    consequence === undefined ? '' : `consequence ${consequenceStatus(consequence).word}`,
  ].filter(Boolean);
  return `${part.not ? 'not ' : ''}${all.join(', ')}`;
}

const meetingWords = ({ part, subject }: KnownMeeting): string =>
  `${part.not ? 'not ' : ''}invited to “${subject}”${part.participation === undefined ? '' : `, ${participationWord(part.participation)}`}`;

/** "Parties asked by “Letter”, clock: overdue; and invited to “Meeting”." @param names of the association, by id */
export function sentence(
  { question, requests, meetings }: Known,
  names: ReadonlyMap<string, string> = new Map(),
): string {
  const { kind, state, member, affiliation, text } = question;
  const parts = [...requests.map(requestWords), ...meetings.map(meetingWords)];
  const narrowed = [
    kind === undefined ? '' : `kind: ${kind}`,
    state === undefined ? '' : `state: ${state}`,
    member === undefined ? '' : `member of ${names.get(member) ?? 'an association'}`,
    affiliation === undefined ? '' : `affiliation: ${affiliation}`,
    text === undefined ? '' : `name with “${text}”`,
  ].filter(Boolean);
  const whole = [...parts, ...narrowed];
  return whole.length === 0 ? 'All parties.' : `Parties ${whole.join('; and ')}.`;
}
