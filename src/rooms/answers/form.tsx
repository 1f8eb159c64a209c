/**
 * The recipient's form as it looks: who asks for what until when, and for each item what is said, the note and the files. Shows what it is
 * given and saves nothing.
 */
import type { Millis } from '../../base/clock.ts';
import { filesize } from '../../ui/filesize.ts';
import { fieldId, Radios, TextArea } from '../../ui/form.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Notice } from '../../ui/notice.tsx';
import { answerWords } from '../../ui/script-words.ts';
import { Day, Time } from '../../ui/time.tsx';
import { count, disposition, finding } from '../../ui/words.ts';
import type { Ask, Move, Worked } from '../clock/rules.ts';
import { Moves, Workings } from '../clock-parts.tsx';
import type { Upload } from '../documents/view.ts';
import { receiptLinks, Said } from '../parts.tsx';
import type { Touched } from '../reach.ts';
import type { Item } from '../requests/entries.ts';
import { letterOf } from '../requests/view.ts';
import { OrdersAndConsequences, type TouchLinks } from '../touching-parts.tsx';
import { CHOICES } from './choices.ts';
import { type Clash, type DraftItem, digestOf, isBlank, itemOf } from './draft.ts';
import type { Draft } from './saving.ts';
import { clocksIn, type Exchange, type ItemAnswer, sentItem, standingOf } from './view.ts';

export interface FormView {
  readonly exchange: Exchange;
  readonly draft: Draft;
  readonly uploads: readonly Upload[];
  /** items where this browser and another both changed the text */
  readonly clashes: readonly Clash[];
  /** an answer was sent from another browser since this page was made */
  readonly overtaken: boolean;
  readonly workings: readonly Worked[];
  /** what moved the due date since it was served */
  readonly moves: readonly Move[];
  /** what more time was asked for */
  readonly asks: readonly Ask[];
  /** orders and consequences that reach this recipient, and the addresses of what belongs to them */
  readonly touched: Touched;
  readonly touchLinks: TouchLinks;
  readonly maxFileBytes: number;
  readonly zone: string;
  readonly now: Millis;
}

const documentHref = (document: { readonly sha256: string }) => `/answer/documents/${document.sha256}`;

const dispositionLabel = (one: DraftItem) =>
  CHOICES.find((choice) => choice.value === one.disposition)?.label ?? 'Not answered yet';

export function AnswerForm(view: FormView) {
  const { exchange, draft, zone } = view;
  const { service, request } = exchange;
  const answered = request.items.filter((one) => exchange.items.has(one.item)).length;
  return (
    <>
      <Top view={view} />
      {exchange.answers.length > 0 ? (
        <Notice>
          <p>
            You have answered {answered} of {count(request.items.length, 'item')}. What you sent stays as it was; here
            you can add to it or answer anew. <a href="/answer/history">Everything sent so far, with receipts</a>
          </p>
        </Notice>
      ) : null}
      <Trouble view={view} />
      {exchange.revocation ? (
        <Notice title="This request has been revoked">
          <p>
            {exchange.issuerName} took it back: {exchange.revocation.reason} There is nothing to answer. What you had
            entered is kept.
          </p>
        </Notice>
      ) : (
        <form
          class="form answer"
          method="post"
          action="/answer"
          enctype="multipart/form-data"
          novalidate
          data-words={answerWords()}
        >
          <input type="hidden" name="once" value={draft.body.once} />
          {/* The button that Enter presses: saves, whatever comes first on the page. */}
          <button class="usa-sr-only" type="submit" name="action" value="save" tabindex={-1}>
            Save
          </button>
          {request.items.map((item) => (
            <ItemForm item={item} view={view} />
          ))}
          <div class="submit answer__end">
            <button class="usa-button" type="submit" name="action" value="review">
              Review and send
            </button>
            <button class="usa-button usa-button--outline" type="submit" name="action" value="save">
              Save and go on later
            </button>
            <p class="answer__saved" role="status" data-saved>
              {draft.updatedAt && draft.version > 0 ? (
                <>
                  Saved <Time at={draft.updatedAt} zone={zone} />.{' '}
                </>
              ) : (
                'Nothing entered yet. '
              )}
              You can close this page and come back with the same link.
            </p>
          </div>
        </form>
      )}
      <p>
        Nothing reaches {exchange.issuerName} before you press “Send” on the next page. You can send some items now and
        others later. {service.name} gets a receipt for each answer.
      </p>
      <p>
        <a href="/answer/requests">Everything asked of you</a>, by whom and until when, also in your calendar ·{' '}
        <a href="/answer/reminders">Reminders by mail</a>
      </p>
    </>
  );
}

function Top({ view }: { view: FormView }) {
  const { exchange } = view;
  const { service, request, issuerName } = exchange;
  const letter = letterOf(request, service, issuerName);
  const { whole } = clocksIn(exchange, view.now);
  return (
    <>
      <Heading
        title={request.title}
        lead={
          <>
            {issuerName} {request.compulsory ? 'requires' : 'asks'} {service.name}{' '}
            {request.compulsory ? 'to produce' : 'for'} {count(request.items.length - service.carried.length, 'item')},
            under {request.authority}.
          </>
        }
        {...(exchange.matter.example ? { tags: ['example'] } : {})}
      />
      {service.carried.length > 0 ? (
        <p>
          {count(service.carried.length, 'item')} that you answered in the request before{' '}
          {service.carried.length === 1 ? 'is' : 'are'} carried over and not asked again; you find{' '}
          {service.carried.length === 1 ? 'it' : 'them'} below, each with its receipt.
        </p>
      ) : null}
      <div class="answer__due" id="clock">
        <p>
          <strong>
            {whole.state === 'paused' ? (
              <>
                The clock is paused since <Time at={new Date(whole.since)} zone={view.zone} />
                {whole.words === null ? '' : `: ${whole.words}`}
              </>
            ) : (
              <>
                Due <Day on={'dueOn' in whole ? whole.dueOn : service.dueOn} weekday />
              </>
            )}
          </strong>
          {whole.state === 'overdue' || whole.state === 'unknown'
            ? ' · that day has passed; you can still answer, and the answer shows when it was sent'
            : ''}
          {whole.state === 'paused' ? (
            <>
              {whole.dueOn === null ? '; the due date follows when it runs again' : null}
              {whole.dueOn === null ? null : (
                <>
                  ; due <Day on={whole.dueOn} weekday />
                </>
              )}
              . You can answer all the same.
            </>
          ) : null}
        </p>
        <Workings workings={view.workings} />
        {exchange.revocation === null && exchange.request.conduct === 'served' ? <MoreTime asks={view.asks} /> : null}
        {view.moves.length > 0 ? (
          <details>
            <summary>What moved the due date</summary>
            <Moves
              moves={view.moves}
              names={new Map([[exchange.matter.issuer, issuerName]])}
              zone={view.zone}
              receipt={() => <a href="/answer/history">receipt</a>}
            />
          </details>
        ) : null}
      </div>
      <OrdersAndConsequences touched={view.touched} links={view.touchLinks} items={request.items.length} />
      {letter ? (
        <details class="answer__letter">
          <summary>The letter</summary>
          <p>
            <strong>{letter.subject}</strong>
          </p>
          <div class="letter">{letter.text}</div>
        </details>
      ) : null}
    </>
  );
}

/** The way to ask for more time, or what became of it. */
function MoreTime({ asks }: { asks: readonly Ask[] }) {
  const last = asks.at(-1);
  if (!last) {
    return (
      <p>
        <a href="/answer/extension">Ask for more time</a>
      </p>
    );
  }
  const became = { extended: 'It was given.', refused: 'It was refused.' };
  return (
    <p>
      You asked for time until <Day on={last.until} weekday />.{' '}
      {last.answer === null ? 'It is not answered yet.' : became[last.answer.outcome]}{' '}
      <a href="/answer/extension">See what you asked for</a>
    </p>
  );
}

function Trouble({ view }: { view: FormView }) {
  const { clashes, draft, overtaken } = view;
  return (
    <>
      {overtaken ? (
        <Notice tone="bad" title="This answer was sent from another browser meanwhile">
          <p>
            What was sent is on <a href="/answer/history">the list of answers</a>. What you typed here and was not sent
            is below; you can send it as an addition.
          </p>
        </Notice>
      ) : null}
      {clashes.length > 0 ? (
        <Notice tone="bad" title="Two browsers changed the same item">
          <p>
            Nothing is lost: your text is in the form, the other one is beside it. Make one of them, then save again.
          </p>
          <ul>
            {clashes.map((clash) => (
              <li>
                <a href={`#item-${clash.item}`}>Item {clash.item}</a>
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {draft.body.said.length > 0 ? (
        <Notice tone="bad" title="Not every file came through">
          <ul>
            {draft.body.said.map((said) => (
              <li>
                <bdi>{said.name}</bdi>
                {said.item > 0 ? (
                  <>
                    {' '}
                    (<a href={`#item-${said.item}`}>item {said.item}</a>)
                  </>
                ) : null}
                : {said.what}
              </li>
            ))}
          </ul>
          <p>Everything else is kept.</p>
        </Notice>
      ) : null}
    </>
  );
}

function ItemForm({ item, view }: { item: Item; view: FormView }) {
  const { exchange, draft } = view;
  const clash = view.clashes.find((one) => one.item === item.item);
  const saved = itemOf(draft.body, item.item);
  const files = view.uploads.filter((upload) => upload.item === item.item);
  const before = exchange.items.get(item.item);
  const fields = <ItemFields item={item} typed={clash?.mine ?? saved} saved={saved} files={files} view={view} />;
  return (
    <section class="item" id={`item-${item.item}`} aria-labelledby={`item-${item.item}-head`}>
      <h2 class="item__head" id={`item-${item.item}-head`}>
        <span class="item__number">Item {item.item}</span>
      </h2>
      <p class="item__text">{item.text}</p>
      {clash ? <Other clash={clash} /> : null}
      {before ? (
        <>
          <Before exchange={exchange} item={item.item} zone={view.zone} />
          <details class="item__again" open={clash !== undefined || !isBlank(saved) || files.length > 0}>
            <summary>Add to it or answer anew</summary>
            {fields}
          </details>
        </>
      ) : (
        fields
      )}
    </section>
  );
}

/** What the other browser saved for an item that both changed. */
function Other({ clash }: { clash: Clash }) {
  return (
    <div class="notice notice--plain">
      <p class="notice__title">Saved from another browser</p>
      <p>{dispositionLabel(clash.theirs)}</p>
      {clash.theirs.note === '' ? <p>Without a note.</p> : <div class="said__note">{clash.theirs.note}</div>}
    </div>
  );
}

/** What was sent for an item before, and what the issuer found. */
function Before({ exchange, item, zone }: { exchange: Exchange; item: number; zone: string }) {
  const latest = exchange.items.get(item);
  if (latest?.carriedFrom) return <Carried latest={latest} issuerName={exchange.issuerName} />;
  const sent = latest ? sentItem(exchange, latest.answer, item) : undefined;
  const found = standingOf(exchange, item);
  if (!latest || !sent) return null;
  return (
    <div class="item__before">
      <p class="item__when">
        You sent on <Time at={latest.occurredAt} zone={zone} />:
      </p>
      <Said one={sent} href={documentHref} />
      <p>
        {exchange.issuerName} says: <Mark state={finding(found?.finding ?? 'not reviewed')} />
        {found ? (
          <>
            {' '}
            · <Time at={found.occurredAt} zone={zone} />
          </>
        ) : null}
      </p>
      {found?.reasons ? <div class="said__note">{found.reasons}</div> : null}
    </div>
  );
}

/** An item that was answered in the request before: it is not asked again, and its receipt is at hand. */
function Carried({ latest, issuerName }: { latest: ItemAnswer; issuerName: string }) {
  const words = `your earlier answer to item ${latest.item}`;
  return (
    <div class="item__before">
      <p class="item__when">You answered this before, so it is not asked again. {issuerName} carried it over:</p>
      <p>
        <Mark state={disposition(latest.disposition)} />
        {latest.documents > 0 ? `, ${count(latest.documents, 'file')}` : ''} ·{' '}
        {receiptLinks('/answer/receipts')(latest.entry, words)}
      </p>
    </div>
  );
}

function ItemFields(props: {
  item: Item;
  typed: DraftItem;
  saved: DraftItem;
  files: readonly Upload[];
  view: FormView;
}) {
  const { item, typed, files, view } = props;
  const n = item.item;
  const pick = `files-${n}`;
  return (
    <>
      <input type="hidden" name={`was-${n}`} value={digestOf(props.saved)} />
      <Radios
        name={`disposition-${n}`}
        label={<>What you answer to item {n}</>}
        required
        value={typed.disposition ?? ''}
        choices={[...CHOICES, { value: '', label: 'Not answered yet' }]}
      />
      <TextArea name={`note-${n}`} label={<>Note to the issuer on item {n}</>} value={typed.note} rows={3} />
      <div class="usa-form-group">
        <label class="usa-label" for={fieldId(pick)}>
          Files for item {n}
        </label>
        {files.length > 0 ? (
          <ul class="files">
            {files.map((file) => (
              <li>
                <a href={documentHref(file)} download>
                  <bdi>{file.name}</bdi>
                </a>
                <span>{filesize(file.bytes)}</span>
                <span>
                  <span aria-hidden="true">✓ </span>stored, SHA-256 <Hash hex={file.sha256} />
                </span>
                <button class="linklike" type="submit" name="action" value={`remove-${file.id}`}>
                  <span aria-hidden="true">✕ </span>remove<span class="usa-sr-only"> {file.name}</span>
                </button>
              </li>
            ))}
          </ul>
        ) : null}
        <div class="usa-hint" id={`${fieldId(pick)}-hint`}>
          Choose one or several, then press “Add files”. Up to {filesize(view.maxFileBytes)} at once.
        </div>
        <div class="item__add">
          <input
            class="usa-input file-input"
            type="file"
            multiple
            id={fieldId(pick)}
            name={pick}
            aria-describedby={`${fieldId(pick)}-hint`}
          />
          <button class="usa-button usa-button--outline" type="submit" name="action" value={`add-${n}`}>
            Add files<span class="usa-sr-only"> to item {n}</span>
          </button>
        </div>
      </div>
    </>
  );
}
