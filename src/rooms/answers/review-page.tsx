/**
 * The last look before an answer leaves: exactly what will be sent, to whom, and who will see what; then the name of the person who
 * acts, and sending. Sending the same answer twice shows the same slip.
 */
import { Conflict, InvalidInput, Refusal, RuleRefusal } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { Facts } from '../../ui/table.tsx';
import { Day } from '../../ui/time.tsx';
import { count } from '../../ui/words.ts';
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

const sentence = (numbers: readonly number[]) =>
  numbers.length === 1 ? `Item ${numbers[0]}` : `Items ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;

/** The date of the item that is due first, as it stands. */
function DueNow({ exchange }: { exchange: Exchange }) {
  const dates = exchange.request.items.flatMap(({ item }) => exchange.due(item).on ?? []).sort();
  const [first] = dates;
  return first === undefined ? (
    <>while the clock is paused</>
  ) : (
    <>
      <a href="/answer#clock">
        due <Day on={first} weekday />
      </a>
    </>
  );
}

function Review(view: ReviewView) {
  const { exchange, draft } = view;
  const { request, service, issuerName } = exchange;
  const reviewed = reviewOf(
    draft.body,
    view.uploads,
    request.items.map((one) => one.item),
  );
  const problems = problemsOf(exchange, reviewed);
  return (
    <>
      <Heading
        title="Review and send"
        crumbs={[{ text: 'Your answer', href: '/answer' }]}
        lead={
          <>
            {service.name} answers {issuerName} on “{request.title}”, <DueNow exchange={exchange} />.
          </>
        }
      />
      <ErrorSummary errors={view.errors} />
      {view.refusal ? (
        <Notice tone="bad" title="Not sent">
          <p>{view.refusal.advice.what}</p>
          {view.refusal.advice.lost ? <p>{view.refusal.advice.lost}</p> : null}
          {view.refusal.advice.next ? <p>{view.refusal.advice.next}</p> : null}
        </Notice>
      ) : null}
      {problems.length > 0 ? (
        <Notice tone="bad" title="Before it can be sent">
          <ul>
            {problems.map((problem) => (
              <li>{problem.item > 0 ? <a href={`/answer#item-${problem.item}`}>{problem.what}</a> : problem.what}</li>
            ))}
          </ul>
          <p>Everything you entered is kept.</p>
        </Notice>
      ) : null}
      <Missing reviewed={reviewed} exchange={exchange} />
      <h2>What will be sent</h2>
      {reviewed.items.length === 0 ? (
        <p>
          Nothing yet. Go <a href="/answer">back to the items</a> and choose an answer for one of them.
        </p>
      ) : (
        <ol class="entries">
          {reviewed.items.map((one) => (
            <li>
              <h3>Item {one.item}</h3>
              <p>{request.items.find((item) => item.item === one.item)?.text}</p>
              <Said one={one} whole href={(document) => `/answer/documents/${document.sha256}`} />
              <p>
                <a href={`/answer#item-${one.item}`}>
                  Change<span class="usa-sr-only"> item {one.item}</span>
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
        <Notice tone="bad" title={`${sentence(reviewed.undecided)} will not be sent`}>
          <p>
            There is a note or a file, but no answer is chosen. It stays in your draft.{' '}
            {reviewed.undecided.map((item) => (
              <a class="answer__jump" href={`/answer#item-${item}`}>
                Choose an answer for item {item}
              </a>
            ))}
          </p>
        </Notice>
      ) : null}
      {open.length > 0 && reviewed.items.length > 0 ? (
        <Notice title="This is a partial answer">
          <p>
            {sentence(open)} {open.length === 1 ? 'is' : 'are'} not answered yet and{' '}
            {open.length === 1 ? 'stays' : 'stay'} open. You can answer {open.length === 1 ? 'it' : 'them'} later with
            the same link.
          </p>
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
      <h2>Who will see what</h2>
      <Facts
        facts={[
          {
            name: exchange.issuerName,
            value: `everything above: answers, notes and files; your name and title; the mailbox ${address}`,
          },
          {
            name: isPublic ? 'The public record' : 'Everybody else',
            value: isPublic
              ? 'for each item only the answer in its one or two words, the number of files, and the time; no notes, no files, no names'
              : 'nothing; this request is not public',
          },
          { name: 'You', value: `a receipt of it all, on the next page and by mail to ${address}` },
        ]}
      />
    </>
  );
}

function SendForm({ view, n }: { view: ReviewView; n: number }) {
  const { draft, actor, errors } = view;
  return (
    <Form action="/answer/send" hidden={{ once: draft.body.once, version: String(draft.version) }} label="Send">
      <h2>Who sends it</h2>
      <Field
        name="name"
        label="Your name"
        required
        autocomplete="name"
        width="medium"
        value={actor.name}
        errors={errors}
      />
      <Field
        name="title"
        label="Your title or office"
        hint="For instance City Clerk"
        autocomplete="organization-title"
        width="medium"
        value={actor.title}
        errors={errors}
      />
      <p class="answer__once">
        Once sent, an answer cannot be changed or taken back. You can add to it with another one. Your receipt follows
        on the next page.
      </p>
      <Submit text={`Send ${count(n, 'item')}`} cancel={{ text: 'Back to the items', href: '/answer' }} />
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
    { title: 'Review and send', area: 'recipient', status: more.status ?? 200 },
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
    return sent.repeated
      ? redirectWith(c, to, 'This answer had been sent already, here or from another browser; it was not sent twice.')
      : c.redirect(to, 303);
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
