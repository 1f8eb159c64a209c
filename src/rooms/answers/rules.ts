/**
 * Rules of answers: what a recipient may send. Pure: the request's items, what was answered before, the draft and the time go
 * in; entries or one named refusal come out.
 */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { disposition } from '../../ui/words.ts';
import { type AnsweredItem, DISPOSITIONS, type Disposition } from './entries.ts';

/** Dispositions that say documents come with the answer, and those that owe a reason in words. */
export const NEEDS_DOCUMENTS: readonly Disposition[] = ['produced', 'produced in part'];
export const NEEDS_NOTE: readonly Disposition[] = [
  'produced in part',
  'withheld',
  'objected',
  'already produced',
  'certified',
];

export interface AnswerState {
  readonly matter: string;
  readonly audience: 'public' | 'parties';
  readonly service: string;
  readonly request: string;
  readonly recipient: string;
  readonly items: readonly number[];
  readonly revoked: boolean;
  /** answers sent before */
  readonly rounds: number;
}

export interface AnswerCommand {
  readonly items: readonly AnsweredItem[];
  readonly actedBy: { readonly name: string; readonly title: string | null; readonly address: string };
}

/** What keeps an answer from being sent, by item (item 0: the answer as a whole). Empty: it can be sent. */
export function answerProblems(
  state: Pick<AnswerState, 'items' | 'revoked'>,
  items: readonly AnsweredItem[],
): readonly { readonly item: number; readonly what: string }[] {
  const problems: { item: number; what: string }[] = [];
  if (state.revoked) problems.push({ item: 0, what: t('answers.problem.revoked') });
  if (items.length === 0) problems.push({ item: 0, what: t('answers.problem.empty') });
  for (const one of items) {
    const said = disposition(one.disposition).word;
    if (!state.items.includes(one.item))
      problems.push({ item: one.item, what: t('answers.problem.no-item', { item: one.item }) });
    if (items.filter((other) => other.item === one.item).length > 1) {
      problems.push({ item: one.item, what: t('answers.problem.twice', { item: one.item }) });
    }
    if (NEEDS_DOCUMENTS.includes(one.disposition) && one.documents.length === 0) {
      problems.push({ item: one.item, what: t('answers.problem.file', { item: one.item, said }) });
    }
    if (NEEDS_NOTE.includes(one.disposition) && one.note === '') {
      problems.push({ item: one.item, what: t('answers.problem.note', { item: one.item, said }) });
    }
  }
  return problems;
}

/**
 * `answer.sent` (for the parties, with notes and documents) followed by one `item.answered` an item (for the record).
 * @param newId gives a fresh UUIDv7 a call
 * @throws RuleRefusal `answer-incomplete` naming the first problem
 */
export function send(
  state: AnswerState,
  command: AnswerCommand,
  newId: () => string,
  now: Millis,
): readonly NewEntry[] {
  const [problem] = answerProblems(state, command.items);
  if (problem) {
    throw new RuleRefusal('answer-incomplete', {
      what: problem.what,
      lost: t('answers.shared.kept'),
    });
  }
  const answer = newId();
  const common = { matter: state.matter, by: state.recipient, occurredAt: instant(now) };
  const about = { answer, service: state.service, request: state.request };
  const sent: NewEntry = {
    ...common,
    kind: 'answer.sent',
    id: newId(),
    audience: 'parties',
    body: {
      ...about,
      round: state.rounds + 1,
      items: command.items.map((one) => ({ ...one, documents: one.documents.map((d) => ({ ...d })) })),
      actedBy: { ...command.actedBy },
    },
  };
  const perItem = command.items.map(
    (one): NewEntry => ({
      ...common,
      kind: 'item.answered',
      id: newId(),
      audience: state.audience,
      body: { ...about, item: one.item, disposition: one.disposition, documents: one.documents.length },
    }),
  );
  return [sent, ...perItem];
}

/** The disposition named by a form's value, or null. */
export function dispositionOf(value: string | undefined): Disposition | null {
  return DISPOSITIONS.find((d) => d === value) ?? null;
}
