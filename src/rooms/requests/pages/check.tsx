/** Step 5, check: everything on one page, what will happen in one sentence, what is still missing with a link to its step, and the button. Serving itself stands in ../serve.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from 'hono/jsx';
import { Conflict, type Refusal, RuleRefusal } from '../../../base/errors.ts';
import { t } from '../../../base/language.ts';
import { type Ctx, ROLES, type Role, staff } from '../../../base/route.ts';
import { redirectWith } from '../../../ui/context.ts';
import { Form, Submit } from '../../../ui/form.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { rich } from '../../../ui/rich.tsx';
import { Facts } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';

import { stepWords } from '../../ladder-form.tsx';

import { type Checked, checkDraft, columnsUsed, leavesAtFor } from '../check.ts';

import { countRecipients } from '../draft-recipients.ts';
import { type Draft, deleteDraft } from '../drafts.ts';
import { askServing, CHUNK_SIZE, serveInBackground, startServing } from '../serve.ts';
import { type Composing, composing, servingHref, stepHref, stepPage, whenServing } from './frame.tsx';
import { IfServed, ifServed } from './if-served.tsx';

/** How long a person waits for the next page, ms, while another serving is still under way. */
const PATIENCE = 3_000;

const CHANGE = {
  what: 'requests.check.change.what',
  whom: 'requests.check.change.whom',
  when: 'requests.check.change.when',
  letter: 'requests.check.change.letter',
} as const;

async function Due({ at }: { at: Composing }) {
  if (!at.draft.body.due) return <>{t('requests.check.not-set')}</>;
  const worked = await ifServed(at.services, at.draft.body, at.matter.issuer);
  if ('refused' in worked) return <>{worked.refused}</>;
  return (
    <>
      <IfServed worked={worked} />
      {worked.places ? <p>{t('requests.check.places')}</p> : null}
    </>
  );
}

function What({ at, checked }: { at: Composing; checked: Checked }) {
  const { body } = at.draft;
  const zone = body.due?.zone ?? 'UTC';
  const leavesAt = leavesAtFor(at.services, body, at.services.clock.now());
  const { total: n, withMail: mail } = checked.counts;
  if (leavesAt === null) return <p class="lead">{t('requests.check.records', { n })}</p>;
  const counts = { n, mail, without: n - mail };
  if (at.services.config.revokeMinutes === 0) return <p class="lead">{t('requests.check.serves-now', counts)}</p>;
  const time = <Time at={new Date(leavesAt)} zone={zone} />;
  return <p class="lead">{rich('requests.check.serves', { ...counts, at: time })}</p>;
}

async function view(c: Ctx, at: Composing, refused: Refusal | null = null) {
  const { draft, services, matter } = at;
  const checked = await checkDraft(services, draft, services.clock.now());
  const { body } = draft;
  const used = columnsUsed(body);
  const due = await Due({ at });
  const more = (words: Child) => <span class="usa-sr-only">{words}</span>;
  const mend = (step: keyof typeof CHANGE) => <a href={stepHref(draft.id, step)}>{rich(CHANGE[step], { more })}</a>;
  return stepPage(
    c,
    at,
    { step: 'check', status: refused && c.req.method === 'POST' ? (refused instanceof Conflict ? 409 : 422) : 200 },
    <>
      {refused ? (
        <Notice tone="bad" title={refused.advice.what}>
          <p>
            {refused.advice.lost} {refused.advice.next}
          </p>
        </Notice>
      ) : null}
      {checked.problems.length > 0 ? (
        <Notice tone="bad" title={t('requests.check.before')}>
          <ul>
            {checked.problems.map((problem) => (
              <li>
                <a href={stepHref(draft.id, problem.step)}>{problem.what}</a>
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
      <Facts
        facts={[
          {
            name: t('requests.check.request'),
            value: (
              <>
                {body.title ?? t('requests.no-title')} · {mend('what')}
              </>
            ),
          },
          { name: t('requests.check.authority'), value: body.authority ?? t('requests.check.missing') },
          ...(body.follows
            ? [
                {
                  name: t('requests.check.follows'),
                  value: rich('requests.check.compulsory', {
                    a: (words) => <a href={`/desk/requests/${body.follows?.request}`}>{words}</a>,
                  }),
                },
              ]
            : []),
          {
            name: t('requests.check.items', { n: body.items.length }),
            value:
              body.items.length === 0 ? (
                t('requests.check.none')
              ) : (
                <ol>
                  {body.items.map((text) => (
                    <li>{text}</li>
                  ))}
                </ol>
              ),
          },
          {
            name: t('requests.recipients'),
            value: (
              <>
                {t('ui.count.recipients', { n: checked.counts.total })} · {mend('whom')}
              </>
            ),
          },
          {
            name: t('requests.due'),
            value: (
              <>
                {due} {mend('when')}
              </>
            ),
          },
          ...(body.conduct === 'served'
            ? [
                {
                  name: t('requests.check.then'),
                  value: (
                    <>
                      {body.ladder ? (
                        <ol>
                          {body.ladder.map((step) => (
                            <li>{stepWords(step)}</li>
                          ))}
                        </ol>
                      ) : (
                        `${t('requests.check.no-steps')} · `
                      )}
                      <a href={`/desk/drafts/${draft.id}/ladder`}>
                        {rich(body.ladder ? 'requests.check.steps.change' : 'requests.check.steps.set', { more })}
                      </a>
                    </>
                  ),
                },
                {
                  name: t('requests.check.letter'),
                  value: (
                    <>
                      {body.letter?.subject ?? t('requests.check.missing')} · {mend('letter')} ·{' '}
                      <a href={`${stepHref(draft.id, 'letter')}?n=1#preview`}>{t('requests.check.each')}</a>
                      {body.letter ? (
                        <details class="working">
                          <summary>{t('requests.check.text')}</summary>
                          <div class="letter">{body.letter.text}</div>
                        </details>
                      ) : null}
                    </>
                  ),
                },
              ]
            : [
                {
                  name: t('requests.check.known'),
                  value: body.recorded
                    ? `${body.recorded.source.publisher}, “${body.recorded.source.title}”, ${body.recorded.source.date}`
                    : t('requests.check.no-source'),
                },
              ]),
          {
            name: t('requests.check.sees'),
            value:
              matter.audience !== 'public'
                ? t('requests.check.parties')
                : used.length > 0
                  ? t('requests.check.public-values', { columns: used.join(', ') })
                  : t('requests.check.public'),
          },
        ]}
      />
      {checked.problems.length === 0 ? (
        <>
          <What at={at} checked={checked} />
          <Form action={`/desk/drafts/${draft.id}/serve`} label={t('requests.check.serve')}>
            <Submit
              text={t(body.conduct === 'recorded' ? 'requests.check.write' : 'requests.check.serve')}
              cancel={{ text: t('requests.check.back'), href: stepHref(draft.id, 'letter') }}
            />
          </Form>
        </>
      ) : null}
      <details class="working">
        <summary>{t('requests.check.delete')}</summary>
        <p>{t('requests.check.delete.what')}</p>
        <Form action={`/desk/drafts/${draft.id}/delete`} label={t('requests.check.delete')}>
          <Submit text={t('requests.check.delete.do')} danger />
        </Form>
      </details>
    </>,
  );
}

export async function getCheck(c: Ctx): Promise<Response> {
  const at = await composing(c);
  return whenServing(c, at) ?? (await view(c, at, refusedBefore(at.draft)));
}

/** Why a serving that was asked for was not started, while the draft is as it was then. */
function refusedBefore({ checking, version, recipientsVersion }: Draft): Refusal | null {
  if (!checking?.refused || checking.version !== version || checking.recipientsVersion !== recipientsVersion)
    return null;
  const { code, ...advice } = checking.refused;
  return code === 'draft-changed' ? new Conflict(code, advice) : new RuleRefusal(code, advice);
}

/** A subpoena is served by whom the ladder of the request that it follows names. @throws RuleRefusal `not-your-role` */
function mayServe({ draft }: Composing, role: Role): void {
  const { follows } = draft.body;
  if (!follows || ROLES.indexOf(role) >= ROLES.indexOf(follows.who)) return;
  throw new RuleRefusal('not-your-role', {
    what: t('requests.check.role', { who: follows.who }),
    lost: t('requests.serving.nobody-draft'),
    next: t('requests.check.role.next', { who: follows.who }),
  });
}

/** Starts serving. Clicked twice, or from two windows, it leads to the same serving. */
export async function postServe(c: Ctx): Promise<Response> {
  const at = await composing(c);
  try {
    mayServe(at, staff(c).role);
    const { total } = await countRecipients(at.services.db, at.draft.id);
    if (total > CHUNK_SIZE) {
      // The next page is there at once and shows how far it is; a refusal comes back to this one.
      await askServing(at.services, at.draft.id);
      void serveInBackground(at.services, at.draft.id);
      return c.redirect(servingHref(at.draft.id), 303);
    }
    await startServing(at.services, at.draft.id);
  } catch (error) {
    if (error instanceof RuleRefusal || error instanceof Conflict) return view(c, at, error);
    throw error;
  }
  // A request that fits one append is there before the next page is.
  const done = serveInBackground(at.services, at.draft.id);
  await Promise.race([done, sleep(PATIENCE, undefined, { ref: false })]);
  return c.redirect(servingHref(at.draft.id), 303);
}

export async function postDelete(c: Ctx): Promise<Response> {
  const at = await composing(c);
  await deleteDraft(at.services.db, at.draft.id);
  return redirectWith(c, `/desk/matters/${at.matter.id}`, t('requests.check.deleted'));
}
