/**
 * The recipient's form as it looks: who asks for what until when, and for each item what is said, the note and the files. Shows what it is
 * given and saves nothing.
 */

import type { Child } from 'hono/jsx';
import type { Millis } from '../../base/clock.ts';
import { t } from '../../base/language.ts';
import { filesize } from '../../ui/filesize.ts';
import { fieldId, Radios, TextArea } from '../../ui/form.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Notice } from '../../ui/notice.tsx';
import { quiet } from '../../ui/quiet.tsx';
import { rich } from '../../ui/rich.tsx';
import { answerWords } from '../../ui/script-words.ts';
import { Day, Time } from '../../ui/time.tsx';
import { disposition, finding } from '../../ui/words.ts';
import type { Ask, ClockState, Move, Worked } from '../clock/rules.ts';
import { Moves, Workings } from '../clock-parts.tsx';
import type { Upload } from '../documents/view.ts';
import { receiptLinks, Said } from '../parts.tsx';
import type { Touched } from '../reach.ts';
import type { Item } from '../requests/entries.ts';
import { letterOf } from '../requests/view.ts';
import { OrdersAndConsequences, type TouchLinks } from '../touching-parts.tsx';
import { choices } from './choices.ts';
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
  choices().find((choice) => choice.value === one.disposition)?.label ?? t('answers.choice.none');

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
            {rich('answers.form.answered', {
              answered,
              n: request.items.length,
              a: (words) => <a href="/answer/history">{words}</a>,
            })}
          </p>
        </Notice>
      ) : null}
      <Trouble view={view} />
      {exchange.revocation ? (
        <Notice title={t('answers.form.revoked')}>
          <p>{t('answers.form.revoked.why', { issuer: exchange.issuerName, reason: exchange.revocation.reason })}</p>
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
            {t('answers.form.save')}
          </button>
          {request.items.map((item) => (
            <ItemForm item={item} view={view} />
          ))}
          <div class="submit answer__end">
            <button class="usa-button" type="submit" name="action" value="review">
              {t('answers.review.title')}
            </button>
            <button class="usa-button usa-button--outline" type="submit" name="action" value="save">
              {t('answers.form.later')}
            </button>
            <p class="answer__saved" role="status" data-saved>
              {draft.updatedAt && draft.version > 0
                ? rich('answers.form.saved-at', { at: <Time at={draft.updatedAt} zone={zone} /> })
                : t('answers.form.unsaved')}
            </p>
          </div>
        </form>
      )}
      <p>{t('answers.form.reaches', { issuer: exchange.issuerName, recipient: service.name })}</p>
      <p>
        {rich('answers.form.more', {
          list: (words) => <a href="/answer/requests">{words}</a>,
          reminders: (words) => <a href="/answer/reminders">{words}</a>,
        })}
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
        lead={t('answers.form.lead', {
          compulsory: request.compulsory ? 'yes' : 'no',
          issuer: issuerName,
          recipient: service.name,
          n: request.items.length - service.carried.length,
          authority: request.authority,
        })}
        {...(exchange.matter.example ? { tags: [t('answers.shared.example')] } : {})}
      />
      {service.carried.length > 0 ? <p>{t('answers.form.carried', { n: service.carried.length })}</p> : null}
      <div class="answer__due" id="clock">
        <p>
          <Due whole={whole} servedDueOn={service.dueOn} zone={view.zone} />
        </p>
        <Workings workings={view.workings} />
        {exchange.revocation === null && exchange.request.conduct === 'served' ? <MoreTime asks={view.asks} /> : null}
        {view.moves.length > 0 ? (
          <details>
            <summary>{t('answers.form.moved')}</summary>
            <Moves
              moves={view.moves}
              names={new Map([[exchange.matter.issuer, issuerName]])}
              zone={view.zone}
              receipt={() => <a href="/answer/history">{t('answers.form.receipt')}</a>}
            />
          </details>
        ) : null}
      </div>
      <OrdersAndConsequences touched={view.touched} links={view.touchLinks} items={request.items.length} />
      {letter ? (
        <details class="answer__letter">
          <summary>{t('answers.form.letter')}</summary>
          <p>
            <strong>{letter.subject}</strong>
          </p>
          <div class="letter">{letter.text}</div>
        </details>
      ) : null}
    </>
  );
}

/** When it is due, or since when the clock stands still. */
function Due({ whole, servedDueOn, zone }: { whole: ClockState; servedDueOn: string; zone: string }) {
  const strong = (words: Child) => <strong>{words}</strong>;
  if (whole.state === 'paused') {
    return rich('answers.form.paused', {
      strong,
      since: <Time at={new Date(whole.since)} zone={zone} />,
      why: whole.words === null ? 'no' : 'yes',
      words: whole.words ?? '',
      dated: whole.dueOn === null ? 'no' : 'yes',
      due: whole.dueOn === null ? '' : <Day on={whole.dueOn} weekday />,
    });
  }
  const passed = whole.state === 'overdue' || whole.state === 'unknown';
  const on = <Day on={'dueOn' in whole ? whole.dueOn : servedDueOn} weekday />;
  return rich(passed ? 'answers.form.passed' : 'answers.form.due', { strong, on });
}

/** The way to ask for more time, or what became of it. */
function MoreTime({ asks }: { asks: readonly Ask[] }) {
  const last = asks.at(-1);
  if (!last) {
    return (
      <p>
        <a href="/answer/extension">{t('answers.time.title')}</a>
      </p>
    );
  }
  return (
    <p>
      {rich('answers.form.asked', {
        until: <Day on={last.until} weekday />,
        became: last.answer?.outcome ?? 'waiting',
        a: (words) => <a href="/answer/extension">{words}</a>,
      })}
    </p>
  );
}

function Trouble({ view }: { view: FormView }) {
  const { clashes, draft, overtaken } = view;
  return (
    <>
      {overtaken ? (
        <Notice tone="bad" title={t('answers.form.overtaken')}>
          <p>{rich('answers.form.overtaken.what', { a: (words) => <a href="/answer/history">{words}</a> })}</p>
        </Notice>
      ) : null}
      {clashes.length > 0 ? (
        <Notice tone="bad" title={t('answers.form.clash')}>
          <p>{t('answers.form.clash.kept')}</p>
          <ul>
            {clashes.map((clash) => (
              <li>
                <a href={`#item-${clash.item}`}>{t('answers.shared.item', { item: clash.item })}</a>
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {draft.body.said.length > 0 ? (
        <Notice tone="bad" title={t('answers.form.files')}>
          <ul>
            {draft.body.said.map((said) => (
              <li>
                {rich('answers.form.files.said', {
                  name: <bdi>{said.name}</bdi>,
                  item: said.item,
                  a: (words) => <a href={`#item-${said.item}`}>{words}</a>,
                  what: said.what,
                })}
              </li>
            ))}
          </ul>
          <p>{t('answers.form.files.kept')}</p>
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
        <span class="item__number">{t('answers.shared.item', { item: item.item })}</span>
      </h2>
      <p class="item__text">{item.text}</p>
      {clash ? <Other clash={clash} /> : null}
      {before ? (
        <>
          <Before exchange={exchange} item={item.item} zone={view.zone} />
          <details class="item__again" open={clash !== undefined || !isBlank(saved) || files.length > 0}>
            <summary>{t('answers.form.again')}</summary>
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
      <p class="notice__title">{t('answers.form.other')}</p>
      <p>{dispositionLabel(clash.theirs)}</p>
      {clash.theirs.note === '' ? (
        <p>{t('answers.form.other.no-note')}</p>
      ) : (
        <div class="said__note">{clash.theirs.note}</div>
      )}
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
      <p class="item__when">{rich('answers.form.sent-on', { at: <Time at={latest.occurredAt} zone={zone} /> })}</p>
      <Said one={sent} href={documentHref} />
      <p>
        {found
          ? rich('answers.shared.says-at', {
              issuer: exchange.issuerName,
              found: <Mark state={finding(found.finding)} />,
              at: <Time at={found.occurredAt} zone={zone} />,
            })
          : rich('answers.shared.says', {
              issuer: exchange.issuerName,
              found: <Mark state={finding('not reviewed')} />,
            })}
      </p>
      {found?.reasons ? <div class="said__note">{found.reasons}</div> : null}
    </div>
  );
}

/** An item that was answered in the request before: it is not asked again, and its receipt is at hand. */
function Carried({ latest, issuerName }: { latest: ItemAnswer; issuerName: string }) {
  return (
    <div class="item__before">
      <p class="item__when">{t('answers.form.before', { issuer: issuerName })}</p>
      <p>
        {rich('answers.form.before.said', {
          said: <Mark state={disposition(latest.disposition)} />,
          n: latest.documents,
          receipt: receiptLinks('/answer/receipts')(latest.entry, t('answers.form.earlier', { item: latest.item })),
        })}
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
        label={t('answers.form.what', { item: n })}
        required
        value={typed.disposition ?? ''}
        choices={[...choices(), { value: '', label: t('answers.choice.none') }]}
      />
      <TextArea name={`note-${n}`} label={t('answers.form.note', { item: n })} value={typed.note} rows={3} />
      <div class="usa-form-group">
        <label class="usa-label" for={fieldId(pick)}>
          {t('answers.form.item-files', { item: n })}
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
                  <span aria-hidden="true">✓ </span>
                  {rich('answers.form.stored', { hash: <Hash hex={file.sha256} /> })}
                </span>
                <button class="linklike" type="submit" name="action" value={`remove-${file.id}`}>
                  <span aria-hidden="true">✕ </span>
                  {rich('answers.form.remove', {
                    name: file.name,
                    more: quiet,
                  })}
                </button>
              </li>
            ))}
          </ul>
        ) : null}
        <div class="usa-hint" id={`${fieldId(pick)}-hint`}>
          {t('answers.form.item-files.hint', { most: filesize(view.maxFileBytes) })}
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
            {rich('answers.form.add', { item: n, more: quiet })}
          </button>
        </div>
      </div>
    </>
  );
}
