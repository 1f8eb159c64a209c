/**
 * The last look before an answer leaves: exactly what will be sent, to whom, and who will see what; then the name of the person who
 * acts, and sending. Sending the same answer twice shows the same slip.
 */

import { Conflict, InvalidInput, Refusal, RuleRefusal } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { listed, t } from '../../base/language.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { quiet } from '../../ui/quiet.tsx';
import { rich } from '../../ui/rich.tsx';
import { Facts } from '../../ui/table.tsx';
import { Day } from '../../ui/time.tsx';
import { type Upload, uploadsOf } from '../documents/view.ts';
import { Said } from '../parts.tsx';
import { currentDraft, ownExchange, problemsOf, sendAnswer } from './commands.ts';
import { type DraftBody, type Reviewed, reviewOf } from './draft.ts';
import { type Draft, saveActor } from './saving.ts';
import type { Exchange } from './view.ts';

interface ReviewView {
  readonly exchange: Exchange;
  readonly draft: Draft;
  readonly uploads: readonly Upload[];
  readonly address: string;
  readonly actor: DraftBody['actor'];
  readonly errors: Errors;
  /** why the last try was not taken */
  readonly refusal: Refusal | null;
}

const numbered = (items: readonly number[]) => ({ n: items.length, items: listed(items.map(String)) });

/** Who answers whom on what, and the date of the item that is due first, as it stands. */
function Lead({ exchange }: { exchange: Exchange }) {
  const [first] = exchange.request.items.flatMap(({ item }) => exchange.due(item).on ?? []).sort();
  const who = { recipient: exchange.service.name, issuer: exchange.issuerName, title: exchange.request.title };
  return first === undefined
    ? t('answers.review.lead.paused', who)
    : rich('answers.review.lead', {
        ...who,
        a: (words) => <a href="/answer#clock">{words}</a>,
        on: <Day on={first} weekday />,
      });
}

function Review(view: ReviewView) {
  const { exchange, draft } = view;
  const { request } = exchange;
  const reviewed = reviewOf(
    draft.body,
    view.uploads,
    request.items.map((one) => one.item),
  );
  const problems = problemsOf(exchange, reviewed);
  return (
    <>
      <Heading
        title={t('answers.review.title')}
        crumbs={[{ text: t('answers.shared.yours'), href: '/answer' }]}
        lead={<Lead exchange={exchange} />}
      />
      <ErrorSummary errors={view.errors} />
      {view.refusal ? (
        <Notice tone="bad" title={t('answers.review.not-sent')}>
          <p>{view.refusal.advice.what}</p>
          {view.refusal.advice.lost ? <p>{view.refusal.advice.lost}</p> : null}
          {view.refusal.advice.next ? <p>{view.refusal.advice.next}</p> : null}
        </Notice>
      ) : null}
      {problems.length > 0 ? (
        <Notice tone="bad" title={t('answers.review.before')}>
          <ul>
            {problems.map((problem) => (
              <li>{problem.item > 0 ? <a href={`/answer#item-${problem.item}`}>{problem.what}</a> : problem.what}</li>
            ))}
          </ul>
          <p>{t('answers.review.kept')}</p>
        </Notice>
      ) : null}
      <Missing reviewed={reviewed} exchange={exchange} />
      <h2>{t('answers.review.what')}</h2>
      {reviewed.items.length === 0 ? (
        <p>{rich('answers.review.nothing', { a: (words) => <a href="/answer">{words}</a> })}</p>
      ) : (
        <ol class="entries">
          {reviewed.items.map((one) => (
            <li>
              <h3>{t('answers.shared.item', { item: one.item })}</h3>
              <p>{request.items.find((item) => item.item === one.item)?.text}</p>
              <Said one={one} whole href={(document) => `/answer/documents/${document.sha256}`} />
              <p>
                <a href={`/answer#item-${one.item}`}>
                  {rich('answers.review.change', {
                    item: one.item,
                    more: quiet,
                  })}
                </a>
              </p>
            </li>
          ))}
        </ol>
      )}
      <Seen view={view} />
      {problems.length === 0 ? <SendForm view={view} n={reviewed.items.length} /> : null}
    </>
  );
}

/** What a partial answer leaves out, said before it is sent. */
function Missing({ reviewed, exchange }: { reviewed: Reviewed; exchange: Exchange }) {
  const open = reviewed.blank.filter((item) => !exchange.items.has(item));
  return (
    <>
      {reviewed.undecided.length > 0 ? (
        <Notice tone="bad" title={t('answers.review.undecided', numbered(reviewed.undecided))}>
          <p>
            {t('answers.review.undecided.why')}{' '}
            {reviewed.undecided.map((item) => (
              <a class="answer__jump" href={`/answer#item-${item}`}>
                {t('answers.review.choose', { item })}
              </a>
            ))}
          </p>
        </Notice>
      ) : null}
      {open.length > 0 && reviewed.items.length > 0 ? (
        <Notice title={t('answers.review.partial')}>
          <p>{t('answers.review.partial.open', numbered(open))}</p>
        </Notice>
      ) : null}
    </>
  );
}

function Seen({ view }: { view: ReviewView }) {
  const { exchange, address } = view;
  const isPublic = exchange.request.audience === 'public';
  return (
    <>
      <h2>{t('answers.review.seen')}</h2>
      <Facts
        facts={[
          {
            name: exchange.issuerName,
            value: t('answers.review.seen.issuer', { address }),
          },
          {
            name: t(isPublic ? 'answers.review.seen.record' : 'answers.review.seen.others'),
            value: t(isPublic ? 'answers.review.seen.record.what' : 'answers.review.seen.others.what'),
          },
          { name: t('answers.review.seen.you'), value: t('answers.review.seen.you.what', { address }) },
        ]}
      />
    </>
  );
}

function SendForm({ view, n }: { view: ReviewView; n: number }) {
  const { draft, actor, errors } = view;
  return (
    <Form
      action="/answer/send"
      hidden={{ once: draft.body.once, version: String(draft.version) }}
      label={t('answers.review.form')}
    >
      <h2>{t('answers.review.who')}</h2>
      <Field
        name="name"
        label={t('answers.shared.your-name')}
        required
        autocomplete="name"
        width="medium"
        value={actor.name}
        errors={errors}
      />
      <Field
        name="title"
        label={t('answers.review.job.label')}
        hint={t('answers.review.job.hint')}
        autocomplete="organization-title"
        width="medium"
        value={actor.title}
        errors={errors}
      />
      <p class="answer__once">{t('answers.review.once')}</p>
      <Submit text={t('answers.review.send', { n })} cancel={{ text: t('answers.review.back'), href: '/answer' }} />
    </Form>
  );
}

async function show(
  c: Ctx,
  more: { actor?: DraftBody['actor']; errors?: Errors; refusal?: Refusal; status?: 200 | 409 | 422 },
): Promise<Response> {
  const services = c.get('services');
  const { service, address } = recipient(c);
  const exchange = await ownExchange(services, service);
  const draft = await currentDraft(services, service);
  return await page(
    c,
    { title: t('answers.review.title'), area: 'recipient', status: more.status ?? 200 },
    <Review
      exchange={exchange}
      draft={draft}
      uploads={await uploadsOf(services.db, service)}
      address={address}
      actor={more.actor ?? draft.body.actor}
      errors={more.errors ?? {}}
      refusal={more.refusal ?? null}
    />,
  );
}

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 1000) : '');

async function postSend(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { service, address } = recipient(c);
  const form = await bodyOf(c);
  const actor = { name: text(form.name).replaceAll('\u0000', ''), title: text(form.title).replaceAll('\u0000', '') };
  const reviewed = { once: text(form.once), version: Number(text(form.version)) };
  try {
    const sent = await sendAnswer(services, service, { ...reviewed, actor, address });
    await services.ledger.published(sent.position, 1000);
    const to = `/answer/sent/${sent.answer}`;
    return sent.repeated ? redirectWith(c, to, t('answers.review.repeated')) : c.redirect(to, 303);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // The name as typed survives, here and for the next visit.
    if (error instanceof InvalidInput) return await show(c, { actor, errors: error.fields, status: 422 });
    if (error instanceof Conflict || error instanceof RuleRefusal) {
      await saveActor(services, service, actor);
      return await show(c, { actor, refusal: error, status: 409 });
    }
    throw error;
  }
}

export const reviewRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/review', access: RECIPIENT, handler: (c) => show(c, {}) },
  { method: 'POST', path: '/answer/send', access: RECIPIENT, handler: postSend },
];
