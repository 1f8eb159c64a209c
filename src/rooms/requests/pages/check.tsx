/** Step 5, check: everything on one page, what will happen in one sentence, what is still missing with a link to its step, and the button. Serving itself stands in ../serve.ts. */
import { setTimeout as sleep } from 'node:timers/promises';

import { Conflict, type Refusal, RuleRefusal } from '../../../base/errors.ts';
import { type Ctx, ROLES, type Role, staff } from '../../../base/route.ts';

import { redirectWith } from '../../../ui/context.ts';
import { Form, Submit } from '../../../ui/form.tsx';
import { Notice } from '../../../ui/notice.tsx';
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

const many = (n: number, one: string, more: string) => `${n.toLocaleString('en-US')} ${n === 1 ? one : more}`;

/** "Serves 23 parties, 21 by mail, 2 have no address; …", without the time at its end. */
export function sentence(counts: Checked['counts'], recorded: boolean): string {
  const { total, withMail } = counts;
  if (recorded)
    return `Writes down that ${many(total, 'party was', 'parties were')} served; no letter leaves from here.`;
  const without = total - withMail;
  const parts = [`Serves ${many(total, 'party', 'parties')}`, `${withMail.toLocaleString('en-US')} by mail`];
  if (without > 0) parts.push(`${without.toLocaleString('en-US')} ${without === 1 ? 'has' : 'have'} no address`);
  return parts.join(', ');
}

async function Due({ at }: { at: Composing }) {
  if (!at.draft.body.due) return <>not set</>;
  const worked = await ifServed(at.services, at.draft.body, at.matter.issuer);
  if ('refused' in worked) return <>{worked.refused}</>;
  return (
    <>
      <IfServed worked={worked} />
      {worked.places ? (
        <p>
          That is by your own calendar. Each recipient’s date is counted by the calendar of its state; it stands beside
          its letter.
        </p>
      ) : null}
    </>
  );
}

function What({ at, checked }: { at: Composing; checked: Checked }) {
  const { body } = at.draft;
  const zone = body.due?.zone ?? 'UTC';
  const leavesAt = leavesAtFor(at.services, body, at.services.clock.now());
  const line = sentence(checked.counts, leavesAt === null);
  if (leavesAt === null) return <p class="lead">{line}</p>;
  if (at.services.config.revokeMinutes === 0)
    return <p class="lead">{line}; letters leave at once and cannot be taken back.</p>;
  return (
    <p class="lead">
      {line}; letters leave at <Time at={new Date(leavesAt)} zone={zone} />, until then you can revoke.
    </p>
  );
}

async function view(c: Ctx, at: Composing, refused: Refusal | null = null) {
  const { draft, services, matter } = at;
  const checked = await checkDraft(services, draft, services.clock.now());
  const { body } = draft;
  const used = columnsUsed(body);
  const due = await Due({ at });
  const mend = (step: 'what' | 'whom' | 'when' | 'letter', text: string) => (
    <a href={stepHref(draft.id, step)}>
      Change<span class="usa-sr-only"> {text}</span>
    </a>
  );
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
        <Notice tone="bad" title="Before this can be served">
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
            name: 'Request',
            value: (
              <>
                {body.title ?? 'no title'} · {mend('what', 'title, authority and items')}
              </>
            ),
          },
          { name: 'Authority', value: body.authority ?? 'missing' },
          ...(body.follows
            ? [
                {
                  name: 'Follows',
                  value: (
                    <>
                      <a href={`/desk/requests/${body.follows.request}`}>the request that left these items open</a>. It
                      is compulsory, and asks each recipient only for what it still owes; the rest is carried over.
                    </>
                  ),
                },
              ]
            : []),
          {
            name: body.items.length === 1 ? 'Item' : 'Items',
            value:
              body.items.length === 0 ? (
                'none'
              ) : (
                <ol>
                  {body.items.map((text) => (
                    <li>{text}</li>
                  ))}
                </ol>
              ),
          },
          {
            name: 'Recipients',
            value: (
              <>
                {many(checked.counts.total, 'recipient', 'recipients')} · {mend('whom', 'recipients')}
              </>
            ),
          },
          {
            name: 'Due',
            value: (
              <>
                {due} {mend('when', 'the due date')}
              </>
            ),
          },
          ...(body.conduct === 'served'
            ? [
                {
                  name: 'What follows',
                  value: (
                    <>
                      {body.ladder ? (
                        <ol>
                          {body.ladder.map((step) => (
                            <li>{stepWords(step)}</li>
                          ))}
                        </ol>
                      ) : (
                        'no steps are set · '
                      )}
                      <a href={`/desk/drafts/${draft.id}/ladder`}>
                        {body.ladder ? 'Change' : 'Set'}
                        <span class="usa-sr-only"> what follows if nobody answers</span>
                      </a>
                    </>
                  ),
                },
                {
                  name: 'Letter',
                  value: (
                    <>
                      {body.letter?.subject ?? 'missing'} · {mend('letter', 'the letter')} ·{' '}
                      <a href={`${stepHref(draft.id, 'letter')}?n=1#preview`}>see each letter</a>
                      {body.letter ? (
                        <details class="working">
                          <summary>The text, before it is filled in</summary>
                          <div class="letter">{body.letter.text}</div>
                        </details>
                      ) : null}
                    </>
                  ),
                },
              ]
            : [
                {
                  name: 'Known from',
                  value: body.recorded
                    ? `${body.recorded.source.publisher}, “${body.recorded.source.title}”, ${body.recorded.source.date}`
                    : 'no source given',
                },
              ]),
          {
            name: 'Who sees it',
            value:
              matter.audience === 'public'
                ? `Everyone: the public record shows the request, its items and who was asked${used.length > 0 ? `, and the values of ${used.join(', ')}` : ''}. Never e-mail addresses.`
                : 'You and each recipient its own. Nothing is public.',
          },
        ]}
      />
      {checked.problems.length === 0 ? (
        <>
          <What at={at} checked={checked} />
          <Form action={`/desk/drafts/${draft.id}/serve`} label="Serve">
            <Submit
              text={body.conduct === 'recorded' ? 'Write it down' : 'Serve'}
              cancel={{ text: 'Back to the letter', href: stepHref(draft.id, 'letter') }}
            />
          </Form>
        </>
      ) : null}
      <details class="working">
        <summary>Delete this draft</summary>
        <p>
          Nothing of it was sent or written to the record. Its text and its list of recipients are deleted for good.
        </p>
        <Form action={`/desk/drafts/${draft.id}/delete`} label="Delete this draft">
          <Submit text="Delete the draft" danger />
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
    what: `Only an ${follows.who} serves this subpoena.`,
    lost: 'Nobody was served; the draft is as it was.',
    next: `Ask an ${follows.who} to serve it.`,
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
  return redirectWith(c, `/desk/matters/${at.matter.id}`, 'The draft is deleted.');
}
