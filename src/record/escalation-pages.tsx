/** What follows a request: its ladder, who is due for the next step, the notices sent and how to take them back. It decides nothing: rules do. */
import { z } from 'zod';
import { Conflict, InvalidInput, RuleRefusal } from '../base/errors.ts';
import { bodyOf, bodyWithAll } from '../base/form.ts';
import { uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
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
import { rich } from '../ui/rich.tsx';
import { Table } from '../ui/table.tsx';
import { Day, Time } from '../ui/time.tsx';
import { allDueStep, countDueSteps, listDueStep, stepKind } from './desk-steps.ts';
import { composeFollowing } from './following.ts';

const MOST_LISTED = 200;

const requestId = (c: Ctx) => c.req.param('request') ?? '';
const crumbs = (state: AskedRequest) => [
  { text: t('ui.nav.desk'), href: '/desk' },
  { text: state.title, href: `/desk/requests/${state.request}` },
];
const newOnce = (c: Ctx) => uuidv7(c.get('services').clock.now(), c.get('services').random);
const onceIn = (c: Ctx, value: unknown) => {
  const sent = uuid.safeParse(value);
  return sent.success ? sent.data : newOnce(c);
};

/** Why some were left out of a run, in a few words. */
const LEFT_OUT = {
  'item-answered': 'desk.steps.left.answered',
  'clock-paused': 'desk.steps.left.paused',
  'clock-stayed': 'desk.steps.left.stayed',
  'too-early': 'desk.steps.left.early',
  'step-taken-already': 'desk.steps.left.taken',
  'earlier-step-first': 'desk.steps.left.earlier',
  'followed-already': 'desk.steps.left.followed',
  'request-revoked': 'desk.steps.left.revoked',
  'no-such-step': 'desk.steps.left.no-step',
} as const;
const isLeftOut = (code: string): code is keyof typeof LEFT_OUT => Object.hasOwn(LEFT_OUT, code);
const leftOutWords = (code: string, n: number) =>
  isLeftOut(code) ? t(LEFT_OUT[code], { n }) : t('desk.steps.left.other', { n, code });

function outcomeWords({ outcomes, total }: RunLine): string {
  const { taken = 0, 'to do': open = 0, ...left } = outcomes;
  const parts = [t('desk.steps.outcome', { n: taken, total })];
  if (open > 0) parts.push(t('desk.steps.outcome.open', { n: open }));
  for (const [code, n] of Object.entries(left)) parts.push(leftOutWords(code, n));
  return parts.join('; ');
}

function Runs({ c, state, runs, errors }: { c: Ctx; state: AskedRequest; runs: readonly RunLine[]; errors: Errors }) {
  const now = c.get('services').clock.now();
  const zone = zoneOf(c);
  const writes = staff(c).role !== 'viewer';
  if (runs.length === 0) return null;
  return (
    <>
      <h2>{t('desk.steps.sent')}</h2>
      <ul class="entries">
        {runs.map((run) => {
          const until = run.withdrawn === null ? withdrawableUntil(run.leavesAt.getTime(), now) : null;
          return (
            <li>
              <p>{t('desk.steps.run', { kind: stepKind(run.kind), outcome: outcomeWords(run) })}</p>
              <p class="entries__when">
                <Time at={run.startedAt} zone={zone} />
                {run.withdrawn !== null ? (
                  <> {t('desk.steps.run.back', { reason: run.withdrawn })}</>
                ) : until !== null ? (
                  <> {rich('desk.steps.run.leaves', { at: <Time at={run.leavesAt} zone={zone} /> })}</>
                ) : null}
                {run.trouble === null ? '' : <> {t('desk.steps.run.stopped', { trouble: run.trouble })}</>}
              </p>
              {run.trouble !== null && writes ? (
                <Form
                  action={`/desk/requests/${state.request}/steps/go-on`}
                  hidden={{ run: run.id }}
                  label={t('desk.go-on')}
                >
                  <Submit text={t('desk.go-on')} />
                </Form>
              ) : null}
              {until !== null && writes ? (
                <details open={errors['reason'] !== undefined}>
                  <summary>{t('desk.steps.take-back')}</summary>
                  <Form
                    action={`/desk/requests/${state.request}/steps/take-back`}
                    hidden={{ run: run.id, once: newOnce(c) }}
                    label={t('desk.steps.take-back.form')}
                  >
                    <TextArea
                      name="reason"
                      id={`f-reason-${run.id}`}
                      label={t('desk.steps.take-back.why')}
                      rows={2}
                      required
                      errors={errors}
                      hint={t('desk.steps.take-back.hint')}
                    />
                    <Submit text={t('desk.steps.take-back')} danger />
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
    { title: t('desk.steps.page', { title: state.title }), area: 'staff', status: bad ? 422 : 200 },
    <>
      <ErrorSummary errors={errors} what={t('desk.nothing-changed.period')} />
      <Heading title={t('desk.steps.follows')} crumbs={crumbs(state)} lead={state.title} />
      {state.revoked ? <p>{t('desk.steps.revoked')}</p> : null}
      {state.recorded ? <p>{t('desk.steps.recorded')}</p> : null}
      {state.ladder.length === 0 ? (
        <Empty
          what={t('desk.steps.none')}
          how={t('desk.steps.none.how')}
          {...(role === 'viewer' || state.revoked || state.recorded
            ? {}
            : { action: { text: t('desk.steps.set'), href: `${base}/ladder` } })}
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
                      t('desk.steps.nobody-due')
                    ) : (
                      <>
                        <a href={`${base}?step=${step.step}`}>{t('desk.steps.due', { n: waiting.n })}</a>
                        {may ? (
                          <>
                            {' '}
                            ·{' '}
                            <a href={`${base}/steps/${step.step}`}>
                              {t('desk.steps.send-link', { kind: stepKind(step.kind) })}
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
              <a href={`${base}/ladder`}>{t('desk.steps.change')}</a>
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
    { title: t('desk.steps.set.page', { title: state.title }), area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title={t('desk.steps.set')}
        crumbs={[...crumbs(state), { text: t('desk.steps.follows'), href: `${base}/steps` }]}
        lead={t('desk.steps.set.lead')}
      />
      <Form
        action={`${base}/ladder`}
        hidden={{ once: once ?? newOnce(c) }}
        errors={errors}
        label={t('desk.steps.title')}
      >
        <LadderRows
          fields={fields ?? ladderFields(state.ladder.length > 0 ? state.ladder : FIRST_LADDER)}
          errors={errors}
        />
        <Submit text={t('desk.steps.set')} cancel={{ text: t('desk.back'), href: `${base}/steps` }} />
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
  return redirectWith(c, `/desk/requests/${requestId(c)}/steps`, t('desk.steps.set.done'));
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
  const send = step ? t('desk.steps.send', { kind: stepKind(step.kind) }) : '';
  const title = step ? send : t('desk.steps.no-such');
  const leaves = services.config.revokeMinutes;
  return page(
    c,
    { title: t('desk.steps.one.page', { step: title, title: state.title }), area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title={title}
        crumbs={[...crumbs(state), { text: t('desk.steps.follows'), href: `${base}/steps` }]}
        {...(step ? { lead: stepWords(step) } : {})}
      />
      {!step || rows.length === 0 ? (
        <>
          <ErrorSummary errors={errors} what={t('desk.steps.not-sent')} />
          <Empty
            what={step ? t('desk.steps.nobody-now') : t('desk.steps.no-such.ladder')}
            how={t('desk.steps.nobody-now.how')}
            action={{ text: t('desk.back'), href: `${base}/steps` }}
          />
        </>
      ) : (
        <Form action={`${base}/steps/${number}`} hidden={{ once: once ?? newOnce(c) }} errors={errors} label={title}>
          <Radios
            name="scope"
            label={t('desk.steps.to-whom')}
            required
            value={chosen?.scope ?? 'chosen'}
            errors={errors}
            choices={[
              { value: 'chosen', label: t('desk.steps.chosen') },
              { value: 'all', label: t('desk.steps.all', { n: total }) },
            ]}
          />
          <Table
            caption={t('desk.steps.caption')}
            rows={rows}
            empty={{ what: t('desk.steps.nobody'), how: t('desk.steps.nobody.how') }}
            columns={[
              {
                head: t('desk.steps.choose'),
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
                      <span class="usa-sr-only">{t('desk.steps.choose.one', { name: row.name })}</span>
                    </label>
                  </span>
                ),
              },
              {
                head: t('desk.steps.recipient'),
                names: true,
                cell: (row) => <a href={`/desk/services/${row.service}`}>{row.name}</a>,
              },
              {
                head: t('desk.steps.was-due'),
                cell: (row) => (
                  <a href={`/desk/services/${row.service}#clock`}>
                    <Day on={row.dueOn} weekday />
                  </a>
                ),
              },
              {
                head: t('desk.steps.open-items'),
                numeric: true,
                cell: (row) => t('desk.steps.open-items.n', { open: row.open, all: state.of.items.length }),
              },
              {
                head: t('desk.steps.by-mail'),
                cell: (row) => (row.address ? t('desk.steps.yes') : t('desk.directory.no-address')),
              },
            ]}
          />
          {total > rows.length ? <p>{t('desk.steps.more', { n: total - rows.length })}</p> : null}
          {subpoena ? (
            <Notice>
              <p>{t('desk.steps.compose.what')}</p>
            </Notice>
          ) : (
            <>
              <TextArea
                name="words"
                label={t('desk.steps.add')}
                hint={t(state.audience === 'public' ? 'desk.steps.add.hint.public' : 'desk.steps.add.hint', {
                  kind: stepKind(step.kind),
                })}
                rows={4}
                maxlength={2000}
                value={chosen?.words ?? ''}
                errors={errors}
              />
              <p>{leaves === 0 ? t('desk.steps.leave-now') : t('desk.steps.leave-in', { n: leaves })}</p>
            </>
          )}
          <Submit text={send} cancel={{ text: t('desk.back'), href: `${base}/steps` }} />
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
      return redirectWith(c, `/desk/drafts/${draft}/when`, t('desk.steps.draft-stands'));
    }
    const run = await startRun(services, request, { step, services: ids, words: chosen.words, role }, once);
    void takeInBackground(services, run);
  } catch (error) {
    if (!isSaid(error)) throw error;
    return await viewStep(c, chosen, errorsOf(error), once);
  }
  return redirectWith(c, `/desk/requests/${request}/steps`, t('desk.steps.being-written'));
}

async function postTakeBack(c: Ctx): Promise<Response> {
  const body = await bodyOf(c);
  const run = uuid.safeParse(body['run']);
  const reason = typeof body['reason'] === 'string' ? body['reason'] : '';
  try {
    if (!run.success) throw new InvalidInput('input-refused', t('desk.steps.choose-notices'));
    await withdrawRun(c.get('services'), requestId(c), run.data, { reason }, onceIn(c, body['once']));
  } catch (error) {
    if (!isSaid(error)) throw error;
    return await viewSteps(c, errorsOf(error));
  }
  return redirectWith(c, `/desk/requests/${requestId(c)}/steps`, t('desk.steps.taken-back'));
}

async function postGoOn(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const runs = await runsOf(services, requestId(c));
  const body = await bodyOf(c);
  const run = runs.find((one) => one.id === body['run']);
  if (run) void takeInBackground(services, run.id);
  return redirectWith(c, `/desk/requests/${requestId(c)}/steps`, t('desk.steps.going-on'));
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
