/**
 * What the pages of composing share: reading a form, the frame with its five steps, and saving a step so that another window is
 * never overwritten unseen. Holds no step of its own.
 */
import type { Child } from 'hono/jsx';
import { Conflict, Refusal } from '../../../base/errors.ts';
import { bodyOf } from '../../../base/form.ts';
import { uuidv7 } from '../../../base/ids.ts';
import { type MessageId, t } from '../../../base/language.ts';
import type { Ctx } from '../../../base/route.ts';
import type { Services } from '../../../base/services.ts';
import { redirectWith } from '../../../ui/context.ts';
import type { Errors } from '../../../ui/form.tsx';
import { Heading } from '../../../ui/heading.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { page } from '../../../ui/page.tsx';
import { composeSteps, Steps } from '../../../ui/steps.tsx';
import { type Matter, matterById } from '../../matters/view.ts';
import { type DraftBody, STEPS, type Step } from '../draft.ts';
import { type Draft, isChecked, loadDraft, saveDraft } from '../drafts.ts';

/** Fields of a posted form as text; what is missing or a file reads as ''. */
export async function formOf(c: Ctx): Promise<(name: string) => string> {
  const body = await bodyOf(c);
  return (name) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    return typeof value === 'string' ? value : '';
  };
}

/** A fresh idempotency key for a form. */
export const newOnce = (services: Services): string => uuidv7(services.clock.now(), services.random);

export interface Composing {
  readonly services: Services;
  readonly draft: Draft;
  readonly matter: Matter;
}

/** The draft of the path with its matter. @throws NotFound */
export async function composing(c: Ctx): Promise<Composing> {
  const services = c.get('services');
  const draft = await loadDraft(services.db, c.req.param('draft') ?? '');
  const matter = await matterById(services.db, draft.matter);
  if (!matter) throw new Error('a draft stands in a matter that does not exist');
  return { services, draft, matter };
}

export const stepHref = (draft: string, step: Step): string => `/desk/drafts/${draft}/${step}`;
export const readingHref = (draft: string): string => `/desk/drafts/${draft}/whom/reading`;
export const servingHref = (draft: string): string => `/desk/drafts/${draft}/serving`;

const TITLES = {
  what: 'requests.step.what',
  whom: 'requests.step.whom',
  when: 'requests.step.when',
  letter: 'requests.step.letter',
  check: 'requests.step.check',
} as const satisfies Readonly<Record<Step, MessageId>>;

export interface StepPage {
  readonly step: Step;
  readonly wide?: boolean;
  readonly status?: 200 | 409 | 422;
  readonly lead?: Child;
}

/** A step in its frame. */
export function stepPage(c: Ctx, { draft, matter }: Composing, options: StepPage, body: Child) {
  const name = draft.body.title ?? t('requests.new');
  return page(
    c,
    {
      title: `${t(TITLES[options.step])} · ${name}`,
      area: 'staff',
      wide: options.wide === true,
      status: options.status ?? 200,
    },
    <>
      <Heading
        title={t(TITLES[options.step])}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
          { text: name, href: stepHref(draft.id, 'check') },
        ]}
        lead={options.lead}
      />
      <Steps
        steps={composeSteps().map((text, i) => ({ name: text, href: stepHref(draft.id, STEPS[i] ?? 'what') }))}
        current={STEPS.indexOf(options.step)}
      />
      {body}
    </>,
  );
}

/** Steps of a draft whose serving was asked for or has started lead to its progress; null while it can still be changed. */
export function whenServing(c: Ctx, { draft }: Composing): Response | null {
  return draft.serving || isChecked(draft) ? c.redirect(servingHref(draft.id), 303) : null;
}

export type Saved = { readonly draft: Draft } | { readonly conflict: Draft; readonly why: Conflict };

/** Saves what a form says, if nobody saved since the form was read. */
export async function saveStep(
  services: Services,
  draft: Draft,
  form: (name: string) => string,
  body: DraftBody,
): Promise<Saved> {
  try {
    const version = await saveDraft(services, draft.id, Number(form('version')), body);
    return { draft: { ...draft, body, version } };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return { conflict: await loadDraft(services.db, draft.id), why: error };
  }
}

/** What to say where another window saved first: nothing of either side is lost. */
export function ConflictNotice({ why, children }: { why: Conflict; children?: Child }) {
  return (
    <Notice tone="bad" title={why.advice.what}>
      <p>
        {why.advice.lost} {why.advice.next}
      </p>
      {children}
    </Notice>
  );
}

/** A refusal as errors of a form: by field, or on top. */
export function errorsOf(error: unknown): Errors {
  if (!(error instanceof Refusal)) throw error;
  return Object.keys(error.fields).length > 0 ? error.fields : { '': error.advice.what };
}

/** After a step was saved: to the next one, or back to it. */
export function onward(c: Ctx, draft: string, step: Step, go: boolean): Response {
  const next = STEPS[STEPS.indexOf(step) + 1];
  return go && next
    ? c.redirect(stepHref(draft, next), 303)
    : redirectWith(c, stepHref(draft, step), t('requests.saved'));
}
