/** A request as it is being composed: everything may still be missing. Drafts are work, not facts; they can change and be deleted. */
import { z } from 'zod';
import { instant, type Millis } from '../../base/clock.ts';
import { t } from '../../base/language.ts';
import { type DueRule, dueRule } from '../clock/entries.ts';
import { byIssuer, dueOf } from '../clock/rules.ts';
import { type LadderStep, ladderSteps, STEP_ROLES } from '../escalation/entries.ts';
import { line, prose, uuid } from '../fields.ts';
import { source } from '../matters/entries.ts';
import { fieldsOf, letterProblems } from './letter.ts';

export const draftBody = z.strictObject({
  title: line(200).nullable(),
  authority: line(500).nullable(),
  items: z.array(prose(4000).pipe(z.string().min(1))).max(500),
  due: dueRule.nullable(),
  /** items with a due rule of their own, by number */
  itemDues: z.record(z.string().regex(/^[1-9]\d{0,2}$/), dueRule).optional(),
  letter: z.strictObject({ subject: line(200), text: prose(20_000) }).nullable(),
  /** further columns of the recipients' CSV */
  columns: z.array(z.string()),
  conduct: z.enum(['served', 'recorded']),
  /** for recorded requests: when it was served, and where that is known from */
  recorded: z.strictObject({ servedAt: z.string(), source }).nullable(),
  /** a subpoena: the request that it follows, its items as they stand there, and the role that its ladder asks for */
  follows: z.strictObject({ request: uuid, items: z.array(prose(4000)), who: z.enum(STEP_ROLES) }).optional(),
  ladder: ladderSteps.optional(),
});
export type DraftBody = z.infer<typeof draftBody>;

export const EMPTY_DRAFT: DraftBody = {
  title: null,
  authority: null,
  items: [],
  due: null,
  letter: null,
  columns: [],
  conduct: 'served',
  recorded: null,
};

/** A draft that lacks nothing; what `ready` gives. */
export interface ReadyDraft {
  readonly title: string;
  readonly authority: string;
  readonly items: readonly { readonly item: number; readonly text: string; readonly due?: DueRule | undefined }[];
  readonly due: z.infer<typeof dueRule>;
  readonly letter: { readonly subject: string; readonly text: string } | null;
  readonly conduct: 'served' | 'recorded';
  readonly recorded: DraftBody['recorded'];
  /** who does not answer can be made to */
  readonly compulsory: boolean;
  readonly follows: NonNullable<DraftBody['follows']> | null;
  readonly ladder: readonly LadderStep[] | null;
}

/** Steps of composing, in order; each has its own page. */
export const STEPS = ['what', 'whom', 'when', 'letter', 'check'] as const;
export type Step = (typeof STEPS)[number];

/** Items that are there and have a due rule of their own. */
export const ownDues = ({ items, itemDues }: Pick<DraftBody, 'items' | 'itemDues'>): readonly [number, DueRule][] =>
  Object.entries(itemDues ?? {})
    .map(([item, rule]): [number, DueRule] => [Number(item), rule])
    .filter(([item]) => item <= items.length)
    .sort(([a], [b]) => a - b);

/** The items of a draft with their numbers, and the rules of those that have their own. */
export function numbered(draft: Pick<DraftBody, 'items' | 'itemDues'>): ReadyDraft['items'] {
  const own = new Map(ownDues(draft));
  return draft.items.map((text, i) => {
    const due = own.get(i + 1);
    return { item: i + 1, text, ...(due === undefined ? {} : { due }) };
  });
}

/** What is still missing or wrong, each with the step where it is mended. An empty list means: can be served. */
export function draftProblems(
  draft: DraftBody,
  recipients: number,
  servedAt: Millis,
): readonly { readonly step: Step; readonly what: string }[] {
  const problems: { step: Step; what: string }[] = [];
  if (!draft.title) problems.push({ step: 'what', what: t('requests.problem.title') });
  if (!draft.authority) problems.push({ step: 'what', what: t('requests.problem.authority') });
  if (draft.follows && draft.follows.items.join('\n\n') !== draft.items.join('\n\n')) {
    problems.push({
      step: 'what',
      what: t('requests.problem.subpoena'),
    });
  }
  if (draft.items.length === 0) problems.push({ step: 'what', what: t('requests.problem.items') });
  if (recipients === 0) problems.push({ step: 'whom', what: t('requests.problem.recipients') });
  if (!draft.due) problems.push({ step: 'when', what: t('requests.problem.due') });
  else {
    try {
      dueOf(byIssuer(draft.due), servedAt);
    } catch (error) {
      problems.push({ step: 'when', what: error instanceof Error ? error.message : instant(servedAt) });
    }
  }
  for (const [item, rule] of ownDues(draft)) {
    try {
      dueOf(byIssuer(rule), servedAt);
    } catch (error) {
      const why = error instanceof Error ? error.message : instant(servedAt);
      problems.push({ step: 'when', what: t('requests.problem.item', { item, why }) });
    }
  }
  if (draft.conduct === 'served') {
    if (!draft.letter) problems.push({ step: 'letter', what: t('requests.problem.letter') });
    else for (const what of letterProblems(draft.letter, draft.columns)) problems.push({ step: 'letter', what });
    if (draft.letter && ownDues(draft).length > 0 && !fieldsOf(draft.letter.text).includes('items')) {
      problems.push({ step: 'letter', what: t('requests.problem.unnamed') });
    }
  } else if (!draft.recorded) {
    problems.push({
      step: 'when',
      what: t('requests.problem.recorded'),
    });
  }
  return problems;
}

/** The draft with nothing missing, or null. */
export function ready(draft: DraftBody, recipients: number, servedAt: Millis): ReadyDraft | null {
  const { title, authority, due, letter, conduct, recorded } = draft;
  if (draftProblems(draft, recipients, servedAt).length > 0 || !title || !authority || !due) return null;
  return {
    title,
    authority,
    items: numbered(draft),
    due,
    letter: conduct === 'served' ? letter : null,
    conduct,
    recorded,
    compulsory: draft.follows !== undefined,
    follows: draft.follows ?? null,
    ladder: draft.ladder ?? null,
  };
}
