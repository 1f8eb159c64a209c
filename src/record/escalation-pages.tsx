/** What follows a request: its ladder, who is due for the next step, the notices sent and how to take them back. It decides nothing: rules do. */
import { z } from 'zod';
import { Conflict, InvalidInput, RuleRefusal } from '../base/errors.ts';
import { bodyOf, bodyWithAll } from '../base/form.ts';
import { uuidv7 } from '../base/ids.ts';
import { type Ctx, EDITOR, ROLES, type Route, staff, VIEWER } from '../base/route.ts';
import { setLadderOf, withdrawRun } from '../rooms/escalation/commands.ts';
import { type AskedRequest, askedOf } from '../rooms/escalation/facts.ts';
import { withdrawableUntil } from '../rooms/escalation/rules.ts';
import { type RunLine, runsOf, startRun, takeInBackground } from '../rooms/escalation/taking.ts';
import { uuid } from '../rooms/fields.ts';
import { FIRST_LADDER } from '../rooms/ladder.ts';
import {
  LADDER_NAMES,
  type LadderFields,
  LadderRows,
  ladderFields,
  readLadder,
  stepWords,
} from '../rooms/ladder-form.tsx';
import { redirectWith, zoneOf } from '../ui/context.ts';
import { Empty } from '../ui/empty.tsx';
import { ErrorSummary, type Errors, Form, Radios, Submit, TextArea } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { Table } from '../ui/table.tsx';
import { Day, Time } from '../ui/time.tsx';
import { count } from '../ui/words.ts';
import { allDueStep, countDueSteps, listDueStep } from './desk-steps.ts';
import { composeFollowing } from './following.ts';

const MOST_LISTED = 200;

const requestId = (c: Ctx) => c.req.param('request') ?? '';
const crumbs = (state: AskedRequest) => [
  { text: 'Desk', href: '/desk' },
  { text: state.title, href: `/desk/requests/${state.request}` },
];
const newOnce = (c: Ctx) => uuidv7(c.get('services').clock.now(), c.get('services').random);
const onceIn = (c: Ctx, value: unknown) => {
  const sent = uuid.safeParse(value);
  return sent.success ? sent.data : newOnce(c);
};

/** Why some were left out of a run, in a few words. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'item-answered': 'answered meanwhile',
  'clock-paused': 'the clock is paused',
  'clock-stayed': 'an order stays it',
  'too-early': 'not yet time',
  'step-taken-already': 'had it already',
  'earlier-step-first': 'an earlier step comes first',
  'followed-already': 'a subpoena was served',
  'request-revoked': 'the request was revoked',
  'no-such-step': 'the steps were changed',
};

function outcomeWords({ outcomes, total }: RunLine): string {
  const { taken = 0, 'to do': open = 0, ...left } = outcomes;
  const parts = [`${taken.toLocaleString('en-US')} of ${count(total, 'recipient')}`];
  if (open > 0) parts.push(`${open.toLocaleString('en-US')} to do`);
  for (const [code, n] of Object.entries(left))
    parts.push(`${n.toLocaleString('en-US')} left out: ${LEFT_OUT[code] ?? code}`);
  return parts.join('; ');
}

function Runs({ c, state, runs, errors }: { c: Ctx; state: AskedRequest; runs: readonly RunLine[]; errors: Errors }) {
  const now = c.get('services').clock.now();
  const zone = zoneOf(c);
  const writes = staff(c).role !== 'viewer';
  if (runs.length === 0) return null;
  return (
    <>
      <h2>Sent</h2>
      <ul class="entries">
        {runs.map((run) => {
          const until = run.withdrawn === null ? withdrawableUntil(run.leavesAt.getTime(), now) : null;
          return (
            <li>
              <p>
                {run.kind.charAt(0).toUpperCase() + run.kind.slice(1)}: {outcomeWords(run)}
              </p>
              <p class="entries__when">
                <Time at={run.startedAt} zone={zone} />
                {run.withdrawn !== null ? (
                  <> · taken back: {run.withdrawn}</>
                ) : until !== null ? (
                  <>
                    {' '}
                    · mails leave at <Time at={run.leavesAt} zone={zone} />
                  </>
                ) : null}
                {run.trouble === null ? '' : ` · stopped: ${run.trouble}`}
              </p>
              {run.trouble !== null && writes ? (
                <Form action={`/desk/requests/${state.request}/steps/go-on`} hidden={{ run: run.id }} label="Go on">
                  <Submit text="Go on" />
                </Form>
              ) : null}
              {until !== null && writes ? (
                <details open={errors['reason'] !== undefined}>
                  <summary>Take them back</summary>
                  <Form
                    action={`/desk/requests/${state.request}/steps/take-back`}
                    hidden={{ run: run.id, once: newOnce(c) }}
                    label="Take the notices back"
                  >
                    <TextArea
                      name="reason"
                      id={`f-reason-${run.id}`}
                      label="Why they are taken back"
                      rows={2}
                      required
                      errors={errors}
                      hint="It stands in the record beside them. No mail leaves."
                    />
                    <Submit text="Take them back" danger />
                  </Form>
                </details>
              ) : null}
            </li>
          );
        })}
      </ul>
    </>
  );
}

async function viewSteps(c: Ctx, errors: Errors = {}): Promise<Response> {
  const services = c.get('services');
  const state = await askedOf(services.db, requestId(c));
  const now = new Date(services.clock.now());
  const [due, runs] = await Promise.all([
    countDueSteps(services.db, { request: state.request }, now),
    runsOf(services, state.request),
  ]);
  const { role } = staff(c);
  const bad = Object.keys(errors).length > 0;
  const base = `/desk/requests/${state.request}`;
  return page(
    c,
    { title: `What follows · ${state.title}`, area: 'staff', status: bad ? 422 : 200 },
    <>
      <ErrorSummary errors={errors} what="Nothing was changed." />
      <Heading title="What follows" crumbs={crumbs(state)} lead={state.title} />
      {state.revoked ? <p>The request was revoked, so nothing follows it.</p> : null}
      {state.recorded ? <p>It was conducted elsewhere, so its next steps are not taken here.</p> : null}
      {state.ladder.length === 0 ? (
        <Empty
          what="No steps are set"
          how="A ladder says who may send a reminder, a final notice or a subpoena, and from when on. Nothing is ever sent by itself."
          {...(role === 'viewer' || state.revoked || state.recorded
            ? {}
            : { action: { text: 'Set the steps', href: `${base}/ladder` } })}
        />
      ) : (
        <>
          <ol class="entries">
            {state.ladder.map((step) => {
              const waiting = due.find((one) => one.step === step.step);
              const may = ROLES.indexOf(role) >= ROLES.indexOf(step.who);
              return (
                <li>
                  <p>{stepWords(step)}</p>
                  <p class="entries__when">
                    {waiting === undefined ? (
                      'nobody is due for it now'
                    ) : (
                      <>
                        <a href={`${base}?step=${step.step}`}>
                          {count(waiting.n, 'recipient is', 'recipients are')} due for it
                        </a>
                        {may ? (
                          <>
                            {' '}
                            ·{' '}
                            <a href={`${base}/steps/${step.step}`}>
                              {step.kind === 'subpoena' ? 'Compose the subpoena…' : `Send the ${step.kind}…`}
                            </a>
                          </>
                        ) : null}
                      </>
                    )}
                  </p>
                </li>
              );
            })}
          </ol>
          {role === 'viewer' || state.revoked ? null : (
            <p>
              <a href={`${base}/ladder`}>Change the steps</a>
            </p>
          )}
        </>
      )}
      <Runs c={c} state={state} runs={runs} errors={errors} />
    </>,
  );
}

async function viewLadder(c: Ctx, fields?: LadderFields, errors: Errors = {}, once?: string): Promise<Response> {
  const state = await askedOf(c.get('services').db, requestId(c));
  const bad = Object.keys(errors).length > 0;
  const base = `/desk/requests/${state.request}`;
  return page(
    c,
    { title: `Set the steps · ${state.title}`, area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title="Set the steps"
        crumbs={[...crumbs(state), { text: 'What follows', href: `${base}/steps` }]}
        lead="What may follow the due date, who takes it, and from when on. It is written to the record; nothing is sent by itself."
      />
      <Form action={`${base}/ladder`} hidden={{ once: once ?? newOnce(c) }} errors={errors} label="Steps">
        <LadderRows
          fields={fields ?? ladderFields(state.ladder.length > 0 ? state.ladder : FIRST_LADDER)}
          errors={errors}
        />
        <Submit text="Set the steps" cancel={{ text: 'Back', href: `${base}/steps` }} />
      </Form>
    </>,
  );
}

const errorsOf = (error: InvalidInput | RuleRefusal | Conflict): Errors =>
  Object.keys(error.fields).length > 0
    ? error.fields
    : { '': [error.advice.what, error.advice.next ?? ''].join(' ').trim() };

const isSaid = (error: unknown): error is InvalidInput | RuleRefusal | Conflict =>
  error instanceof InvalidInput || error instanceof RuleRefusal || error instanceof Conflict;

async function postLadder(c: Ctx): Promise<Response> {
  const body = await bodyOf(c);
  const field = (name: string) => (typeof body[name] === 'string' ? body[name] : '');
  const once = onceIn(c, body['once']);
  try {
    await setLadderOf(c.get('services'), requestId(c), readLadder(field), once);
  } catch (error) {
    if (!isSaid(error)) throw error;
    return await viewLadder(
      c,
      Object.fromEntries(LADDER_NAMES.map((name) => [name, field(name)])),
      errorsOf(error),
      once,
    );
  }
  return redirectWith(c, `/desk/requests/${requestId(c)}/steps`, 'The steps are set.');
}

interface Chosen {
  readonly services: readonly string[];
  readonly scope: string;
  readonly words: string;
}

async function viewStep(c: Ctx, chosen: Chosen | null = null, errors: Errors = {}, once?: string): Promise<Response> {
  const services = c.get('services');
  const state = await askedOf(services.db, requestId(c));
  const now = new Date(services.clock.now());
  const number = Number(c.req.param('step'));
  const step = state.ladder.find((one) => one.step === number);
  const base = `/desk/requests/${state.request}`;
  const [waiting] = (await countDueSteps(services.db, { request: state.request }, now)).filter(
    (one) => one.step === number,
  );
  const rows = waiting
    ? await listDueStep(services.db, state.request, number, now, { size: MOST_LISTED, skip: 0 })
    : [];
  const total = waiting?.n ?? 0;
  const bad = Object.keys(errors).length > 0;
  const subpoena = step?.kind === 'subpoena';
  const title = !step ? 'No such step' : subpoena ? 'Compose the subpoena' : `Send the ${step.kind}`;
  const leaves = services.config.revokeMinutes;
  return page(
    c,
    { title: `${title} · ${state.title}`, area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title={title}
        crumbs={[...crumbs(state), { text: 'What follows', href: `${base}/steps` }]}
        {...(step ? { lead: stepWords(step) } : {})}
      />
      {!step || rows.length === 0 ? (
        <>
          <ErrorSummary errors={errors} what="Nothing was sent." />
          <Empty
            what={step ? 'Nobody is due for this step now' : 'The ladder has no such step'}
            how="Whoever answered, whose clock is paused or stayed, and whose day has not come is not listed."
            action={{ text: 'Back', href: `${base}/steps` }}
          />
        </>
      ) : (
        <Form action={`${base}/steps/${number}`} hidden={{ once: once ?? newOnce(c) }} errors={errors} label={title}>
          <Radios
            name="scope"
            label="To whom"
            required
            value={chosen?.scope ?? 'chosen'}
            errors={errors}
            choices={[
              { value: 'chosen', label: 'Those chosen in the list' },
              { value: 'all', label: `All ${count(total, 'recipient')} due for this step` },
            ]}
          />
          <Table
            caption="Due for this step"
            rows={rows}
            empty={{ what: 'Nobody', how: 'Nobody is due.' }}
            columns={[
              {
                head: 'Choose',
                cell: (row) => (
                  <span class="choice">
                    <input
                      class="choice__input"
                      type="checkbox"
                      name="service"
                      id={`s-${row.service}`}
                      value={row.service}
                      checked={chosen?.services.includes(row.service) === true}
                    />
                    <label class="choice__label" for={`s-${row.service}`}>
                      <span class="usa-sr-only">Choose {row.name}</span>
                    </label>
                  </span>
                ),
              },
              {
                head: 'Recipient',
                names: true,
                cell: (row) => <a href={`/desk/services/${row.service}`}>{row.name}</a>,
              },
              {
                head: 'Was due',
                cell: (row) => (
                  <a href={`/desk/services/${row.service}#clock`}>
                    <Day on={row.dueOn} weekday />
                  </a>
                ),
              },
              { head: 'Open items', numeric: true, cell: (row) => `${row.open} of ${state.of.items.length}` },
              { head: 'By mail', cell: (row) => (row.address ? 'yes' : 'no address') },
            ]}
          />
          {total > rows.length ? (
            <p>{count(total - rows.length, 'more recipient')} not listed here; “all” means them too.</p>
          ) : null}
          {subpoena ? (
            <Notice>
              <p>
                This makes a draft: a compulsory request that names this one, to those chosen, for the items that each
                still owes. What they answered is carried over and not asked again. Nothing is served before you serve
                it.
              </p>
            </Notice>
          ) : (
            <>
              <TextArea
                name="words"
                label="What you add"
                hint={`The ${step.kind} names the items still open and the due date by itself.${state.audience === 'public' ? ' What you add stands in the public record.' : ''}`}
                rows={4}
                maxlength={2000}
                value={chosen?.words ?? ''}
                errors={errors}
              />
              <p>
                {leaves === 0
                  ? 'Mails leave at once and cannot be taken back.'
                  : `Mails leave in ${count(leaves, 'minute')}; until then you can take them back.`}
              </p>
            </>
          )}
          <Submit
            text={subpoena ? 'Compose the subpoena' : `Send the ${step.kind}`}
            cancel={{ text: 'Back', href: `${base}/steps` }}
          />
        </Form>
      )}
    </>,
  );
}

const stepNumber = z.coerce.number().int().min(1).max(9);

async function postStep(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { role } = staff(c);
  const body = await bodyWithAll(c);
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : '');
  const sent = [body['service']].flat();
  const listed = sent.flatMap((one) => uuid.safeParse(one).data ?? []);
  const chosen = { services: listed, scope: text('scope') === 'all' ? 'all' : 'chosen', words: text('words') };
  const once = onceIn(c, text('once'));
  const step = stepNumber.safeParse(c.req.param('step')).data ?? 0;
  const request = requestId(c);
  try {
    const state = await askedOf(services.db, request);
    const now = new Date(services.clock.now());
    const ids = chosen.scope === 'all' ? await allDueStep(services.db, request, step, now) : listed;
    if (state.ladder.find((one) => one.step === step)?.kind === 'subpoena') {
      const draft = await composeFollowing(services, state, { step, services: ids, role }, once);
      return redirectWith(
        c,
        `/desk/drafts/${draft}/when`,
        'The draft stands. Set its due date, look at the letter, then serve it.',
      );
    }
    const run = await startRun(services, request, { step, services: ids, words: chosen.words, role }, once);
    void takeInBackground(services, run);
  } catch (error) {
    if (!isSaid(error)) throw error;
    return await viewStep(c, chosen, errorsOf(error), once);
  }
  return redirectWith(c, `/desk/requests/${request}/steps`, 'The notices are being written.');
}

async function postTakeBack(c: Ctx): Promise<Response> {
  const body = await bodyOf(c);
  const run = uuid.safeParse(body['run']);
  const reason = typeof body['reason'] === 'string' ? body['reason'] : '';
  try {
    if (!run.success) throw new InvalidInput('input-refused', 'Choose which notices are taken back.');
    await withdrawRun(c.get('services'), requestId(c), run.data, { reason }, onceIn(c, body['once']));
  } catch (error) {
    if (!isSaid(error)) throw error;
    return await viewSteps(c, errorsOf(error));
  }
  return redirectWith(c, `/desk/requests/${requestId(c)}/steps`, 'They are taken back. No mail leaves.');
}

async function postGoOn(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const runs = await runsOf(services, requestId(c));
  const body = await bodyOf(c);
  const run = runs.find((one) => one.id === body['run']);
  if (run) void takeInBackground(services, run.id);
  return redirectWith(c, `/desk/requests/${requestId(c)}/steps`, 'Going on where it stopped.');
}

const REQUEST = '/desk/requests/:request';
export const escalationRoutes: readonly Route[] = [
  { method: 'GET', path: `${REQUEST}/steps`, access: VIEWER, handler: (c) => viewSteps(c) },
  { method: 'GET', path: `${REQUEST}/ladder`, access: EDITOR, handler: (c) => viewLadder(c) },
  { method: 'POST', path: `${REQUEST}/ladder`, access: EDITOR, handler: postLadder },
  { method: 'POST', path: `${REQUEST}/steps/take-back`, access: EDITOR, handler: postTakeBack },
  { method: 'POST', path: `${REQUEST}/steps/go-on`, access: EDITOR, handler: postGoOn },
  { method: 'GET', path: `${REQUEST}/steps/:step`, access: EDITOR, handler: (c) => viewStep(c) },
  { method: 'POST', path: `${REQUEST}/steps/:step`, access: EDITOR, handler: postStep },
];
