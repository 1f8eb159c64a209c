/**
 * Rules of requests: issue, serve, revoke. Pure: what is known plus the time go in; entries or one named refusal come out.
 */

import { Temporal } from 'temporal-polyfill';
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { ServedCell } from '../clock/entries.ts';
import {
  type Asking,
  type Closing,
  type Recipient as DueFor,
  dateWords,
  dueByPlace,
  type ServedDues,
} from '../clock/rules.ts';
import type { DocumentRef } from '../fields.ts';
import type { Matter } from '../matters/view.ts';
import type { ReadyDraft } from './draft.ts';
import type { CarriedItem } from './entries.ts';
import { fill, LINK_PLACEHOLDER } from './letter.ts';
import type { Recipient } from './recipients.ts';

/** A revocation must be in before the first letter can be on its way: letters start this long after the cut-off. */
export const REVOKE_MARGIN_MS = 2_000;

export interface Serving {
  readonly matter: Matter;
  readonly issuerName: string;
  readonly request: string;
  readonly draft: ReadyDraft;
  /** when the serving was ordered; equal for all recipients of a request */
  readonly now: Millis;
  /** when letters may leave; null for recorded requests */
  readonly leavesAt: Millis | null;
  readonly recipients: number;
}

function audienceOf(matter: Matter): 'public' | 'parties' {
  return matter.audience === 'public' ? 'public' : 'parties';
}

/** The moment that counts as service: when letters leave, or, for recorded requests, what the source says. */
export function servedAt(serving: Pick<Serving, 'draft' | 'now' | 'leavesAt'>): Millis {
  return serving.draft.recorded ? Date.parse(serving.draft.recorded.servedAt) : (serving.leavesAt ?? serving.now);
}

/** `request.issued`, once a request. */
export function issue(serving: Serving, id: string): NewEntry {
  const { draft, matter } = serving;
  return {
    kind: 'request.issued',
    id,
    matter: matter.id,
    by: matter.issuer,
    occurredAt: instant(draft.recorded ? servedAt(serving) : serving.now),
    audience: audienceOf(matter),
    body: {
      request: serving.request,
      title: draft.title,
      authority: draft.authority,
      compulsory: draft.compulsory,
      conduct: draft.conduct,
      items: draft.items.map(({ item, text, due }) => ({
        item,
        text,
        ...(due === undefined ? {} : { due: { ...due } }),
      })),
      due: { ...draft.due },
      letter: draft.letter ? { ...draft.letter } : null,
      source: draft.recorded ? { ...draft.recorded.source } : null,
      recipients: serving.recipients,
      ...(draft.follows ? { predecessor: draft.follows.request } : {}),
      ...(draft.ladder ? { ladder: draft.ladder.map((step) => ({ ...step })) } : {}),
    },
  };
}

/** What the due dates of a request are counted from. */
export const askingOf = (
  issuer: string,
  { due, items }: Pick<ReadyDraft, 'due' | 'items'>,
  closings: readonly Closing[],
): Asking => ({
  issuer,
  rule: due,
  items: items.map((one) => one.item),
  own: new Map(items.flatMap((one) => (one.due === undefined ? [] : [[one.item, one.due] as const]))),
  closings,
});

/** The due dates of each service of one serving. @throws RuleRefusal `due-before-service`, `calendar-unknown`, from what it gives */
export function dueFor(serving: Serving, closings: readonly Closing[]): (to: DueFor) => ServedDues {
  return dueByPlace(askingOf(serving.matter.issuer, serving.draft, closings), servedAt(serving));
}

// All letters of a request name one due date; writing a date out costs more than the rest of a letter.
let written = { on: '', words: '' };
function dueWords(on: string): string {
  if (written.on !== on) written = { on, words: dateWords(Temporal.PlainDate.from(on)) };
  return written.words;
}

/** The date that a letter names, and those of its items where they differ. */
export interface LetterDue {
  readonly on: string;
  readonly cells: readonly Pick<ServedCell, 'items' | 'on'>[] | null;
}

/** " (due Fri 6 Mar 2026)" behind an item, where items differ. Part of what is hashed: the same in every language. */
function itemDue(cells: LetterDue['cells'], item: number): string {
  const cell = cells?.find((one) => one.items === null || one.items.includes(item));
  return cell ? ` (due ${dueWords(cell.on)})` : '';
}

/** The letter to one recipient, with a link or the placeholder for it. @throws RuleRefusal `merge-field-empty` */
export function letterTo(
  serving: Pick<Serving, 'issuerName'> & {
    readonly draft: Pick<ReadyDraft, 'letter' | 'title' | 'authority' | 'items'>;
  },
  to: Pick<Recipient, 'name' | 'state' | 'merge'> & { readonly carried?: readonly CarriedItem[] },
  due: LetterDue,
  link: string = LINK_PLACEHOLDER,
): { readonly subject: string; readonly text: string } {
  const { letter } = serving.draft;
  if (!letter) throw new RuleRefusal('no-letter', t('requests.no-letter'));
  const { carried = [] } = to;
  const before = new Set(carried.map((one) => one.item));
  const values = {
    carried,
    recipient: to.name,
    state: to.state ?? '',
    issuer: serving.issuerName,
    title: serving.draft.title,
    authority: serving.draft.authority,
    items: serving.draft.items
      .filter(({ item }) => !before.has(item))
      .map(({ item, text }) => ({ item, text: `${text}${itemDue(due.cells, item)}` })),
    dueDate: dueWords(due.on),
    merge: to.merge,
  };
  return { subject: fill(letter.subject, values, link), text: fill(letter.text, values, link) };
}

/** Where a recipient was asked before, and what it answered there. */
export interface Before {
  readonly service: string;
  readonly carried: readonly CarriedItem[];
}
// In the order of canonical JSON, as the whole body.
const cellJson = ({ at, items, on, working }: ServedCell) => ({
  at,
  items: items === null ? null : [...items],
  on,
  working: [...working],
});

export interface Served {
  readonly entry: NewEntry;
  readonly service: string;
}

/** `request.served` for one recipient. `hash` gives the SHA-256 of the letter's text, in hex. */
export function serve(
  serving: Serving,
  { due, cells, zone }: ServedDues,
  to: Recipient & { readonly party: string; readonly before?: Before | null },
  id: string,
  hash: (text: string) => string,
): Served {
  const carried = to.before?.carried ?? [];
  const text = serving.draft.letter ? letterTo(serving, { ...to, carried }, { on: due.on, cells }).text : null;
  const letter: DocumentRef | null =
    text === null
      ? null
      : { bytes: Buffer.byteLength(text), name: 'letter.txt', sha256: hash(text), type: 'text/plain' };
  const recorded = serving.draft.conduct === 'recorded';
  const entry: NewEntry = {
    kind: 'request.served',
    id,
    matter: serving.matter.id,
    by: serving.matter.issuer,
    occurredAt: instant(recorded ? servedAt(serving) : serving.now),
    audience: audienceOf(serving.matter),
    // In the order of canonical JSON, which is then made in a fraction of the time: there may be 90,000 of these.
    body: {
      ...(to.before
        ? {
            carried: carried.map((one) => ({ ...one, found: one.found && { ...one.found } })),
            predecessor: to.before.service,
          }
        : {}),
      ...(cells === null ? {} : { cells: cells.map((cell) => cellJson(cell)) }),
      channel: recorded ? 'recorded' : to.email ? 'mail' : 'no address',
      due: { at: due.at, on: due.on, working: [...due.working] },
      kind: to.kind,
      leavesAt: recorded || serving.leavesAt === null ? null : instant(serving.leavesAt),
      letter: letter ? { ...letter } : null,
      merge: { ...to.merge },
      name: to.name,
      ocdId: to.ocdId,
      recipient: to.party,
      request: serving.request,
      service: id,
      state: to.state,
      ...(zone === null ? {} : { zone }),
    },
  };
  return { entry, service: id };
}

/**
 * `request.revoked`: until letters leave, a request can be taken back whole.
 * @throws RuleRefusal `already-revoked` or `letters-left`
 */
export function revoke(
  state: {
    readonly matter: Matter;
    readonly request: string;
    readonly revoked: boolean;
    readonly leavesAt: Millis | null;
  },
  reason: string,
  id: string,
  now: Millis,
): NewEntry {
  if (state.revoked) throw new RuleRefusal('already-revoked', t('requests.revoke.already'));
  if (state.leavesAt === null || now > state.leavesAt - REVOKE_MARGIN_MS) {
    throw new RuleRefusal('letters-left', {
      what: t('requests.revoke.left'),
      lost: t('requests.unchanged'),
      next: t('requests.revoke.left.next'),
    });
  }
  return {
    kind: 'request.revoked',
    id,
    matter: state.matter.id,
    by: state.matter.issuer,
    occurredAt: instant(now),
    audience: audienceOf(state.matter),
    body: { request: state.request, reason },
  };
}
