/**
 * Plain words, marks and tones for what recipients say, issuers find, clocks show and evidence proves. A state is always a word
 * plus a mark plus, last, a colour; pages take all three from here. Unknown values come back as they are, never hidden.
 */
import { listed, type MessageId, t, wordOf } from '../base/language.ts';

/** Colour family of a state; never the only carrier of meaning. */
export type Tone = 'quiet' | 'good' | 'mixed' | 'bad' | 'run';

export interface Word {
  readonly word: string;
  /** one character drawn before the word, hidden from screen readers */
  readonly mark: string;
  readonly tone: Tone;
}

/** Said when it is asked for, in the language of then. */
const w = (id: MessageId & `words.${string}`, mark: string, tone: Tone): Word => ({
  get word() {
    return wordOf(id, id);
  },
  mark,
  tone,
});

/** What the recipient says of an item (DESIGN.md, "Two sides of every item"). */
export const DISPOSITIONS: Readonly<Record<string, Word>> = {
  unanswered: w('words.disposition.unanswered', '–', 'quiet'),
  'not known': w('words.disposition.not-known', '?', 'quiet'),
  produced: w('words.disposition.produced', '●', 'good'),
  'produced in part': w('words.disposition.produced-in-part', '◐', 'mixed'),
  withheld: w('words.disposition.withheld', '■', 'bad'),
  objected: w('words.disposition.objected', '✕', 'bad'),
  'no responsive records': w('words.disposition.no-responsive-records', '○', 'mixed'),
  'already produced': w('words.disposition.already-produced', '◉', 'good'),
  certified: w('words.disposition.certified', '✓', 'good'),
  accepted: w('words.disposition.accepted', '✓', 'good'),
  declined: w('words.disposition.declined', '✕', 'bad'),
  tentative: w('words.disposition.tentative', '?', 'mixed'),
  delegated: w('words.disposition.delegated', '→', 'mixed'),
};

/** What the issuer finds. */
export const FINDINGS: Readonly<Record<string, Word>> = {
  'not reviewed': w('words.finding.not-reviewed', '–', 'quiet'),
  'not known': w('words.finding.not-known', '?', 'quiet'),
  accepted: w('words.finding.accepted', '✓', 'good'),
  deficient: w('words.finding.deficient', '!', 'bad'),
};

/** State of the clock; the date follows the word. */
export const CLOCKS: Readonly<Record<string, Word>> = {
  running: w('words.clock.running', '▸', 'run'),
  paused: w('words.clock.paused', '‖', 'mixed'),
  overdue: w('words.clock.overdue', '!', 'bad'),
  stopped: w('words.clock.stopped', '✓', 'good'),
  revoked: w('words.clock.revoked', '✕', 'quiet'),
  unknown: w('words.clock.unknown', '?', 'quiet'),
};

/** What became of a consequence; `blocked` follows from an order in force. */
export const CONSEQUENCES: Readonly<Record<string, Word>> = {
  announced: w('words.consequence.announced', '▸', 'run'),
  imposed: w('words.consequence.imposed', '!', 'bad'),
  blocked: w('words.consequence.blocked', '‖', 'mixed'),
  released: w('words.consequence.released', '✓', 'good'),
};

/** How an order stands. */
export const ORDERS: Readonly<Record<string, Word>> = {
  force: w('words.order.force', '●', 'run'),
  ended: w('words.order.ended', '✕', 'quiet'),
  change: w('words.order.change', '↪', 'quiet'),
};

type RungEvent =
  | 'SubmissionAcceptance'
  | 'ContentConsignment'
  | 'NotificationDelivered'
  | 'ContentAccessTracking'
  | 'ContentHandover'
  | 'ConsignmentAcceptance';

export interface Rung {
  /** ETSI EN 319 522 event name, as it stands in the entry */
  readonly event: string;
  readonly word: string;
  readonly plain: string;
}

const rung = (event: RungEvent): Rung => ({
  event,
  get word() {
    return t(`words.rung.${event}`);
  },
  get plain() {
    return t(`words.rung.${event}.plain`);
  },
});

/** The ladder of delivery evidence, lowest rung first. */
export const RUNGS: readonly Rung[] = [
  rung('SubmissionAcceptance'),
  rung('ContentConsignment'),
  rung('NotificationDelivered'),
  rung('ContentAccessTracking'),
  rung('ContentHandover'),
  rung('ConsignmentAcceptance'),
];

/** What moved a clock, in a few words: "Extended, as asked", "Paused: fee awaited". */
export function moveWords(move: {
  readonly kind: string;
  readonly cause?: string | null;
  readonly asked?: boolean | null;
  readonly event?: { readonly type: string; readonly order?: string | undefined } | null;
}): string {
  switch (move.kind) {
    case 'due.extended':
      return move.asked ? t('words.move.extended-asked') : t('words.move.extended');
    case 'clock.tolled':
      return move.cause && move.cause !== 'other'
        ? t('words.move.paused-for', { cause: wordOf(`words.cause.${move.cause.replaceAll(' ', '-')}`, move.cause) })
        : t('words.move.paused');
    case 'clock.resumed':
      return t('words.move.resumed');
    case 'service.corrected':
      return t('words.move.service-corrected');
    case 'due.recounted':
      return recountWords(move.event ?? null);
    default:
      return kindWord(move.kind);
  }
}

/** What a fact that moved many clocks at once did to one: an order by its name, or a calendar. */
function recountWords(event: { readonly type: string; readonly order?: string | undefined } | null): string {
  if (event === null) return t('words.move.calendar');
  const what = wordOf(`words.ordered.${event.type}`, t('words.move.anew'));
  return event.order === undefined ? what : t('words.move.by-order', { what, order: event.order });
}

/** Words for a value of one of the tables above; an unknown value is shown as it is. */
export function wordFor(table: Readonly<Record<string, Word>>, value: string): Word {
  const known = Object.hasOwn(table, value) ? table[value] : undefined;
  return known ?? { word: value, mark: '·', tone: 'quiet' };
}

/** What is said of taking part in a meeting (iCalendar's PARTSTAT words), and what follows: accepted, then declined. */
export const PARTICIPATION: Readonly<Record<string, Word>> = {
  'needs-action': w('words.participation.needs-action', '–', 'quiet'),
  accepted: w('words.participation.accepted', '✓', 'good'),
  declined: w('words.participation.declined', '✕', 'bad'),
  tentative: w('words.participation.tentative', '?', 'mixed'),
  delegated: w('words.participation.delegated', '→', 'mixed'),
  withdrew: w('words.participation.withdrew', '✕', 'bad'),
};

export const participation = (value: string): Word => wordFor(PARTICIPATION, value);
export const disposition = (value: string): Word => wordFor(DISPOSITIONS, value);
export const finding = (value: string): Word => wordFor(FINDINGS, value);
export const clockState = (value: string): Word => wordFor(CLOCKS, value);
export const orderState = (value: string): Word => wordFor(ORDERS, value);
export const consequenceStatus = (value: string): Word => wordFor(CONSEQUENCES, value);

/** "Grant", "Penalty" and the like, with what it can mean. */
export const consequenceKind = (value: string): string => wordOf(`words.consequence-kind.${value}`, value);

/** "stays", "modifies". */
export const effectWord = (value: string): string => wordOf(`words.effect.${value}`, value);

/** Plain words for an evidence event, the event name itself where none are known. */
export const evidenceWord = (event: string): string =>
  wordOf(`words.rung.${event}`, wordOf(`words.event.${event}`, event));

/** Plain words for an entry's kind (`request.issued` → "request issued"). */
export const kindWord = (kind: string): string => wordOf(`words.kind.${kind}`, kind.replaceAll(/[._-]/g, ' '));

/** Who has signed what a receipt carries, for papers and mails. */
export function signedByWords(by: {
  readonly signed: number;
  readonly of: number;
  readonly complete: boolean;
}): string {
  if (by.of === 0) return t('words.signed.log-alone');
  return t(by.complete ? 'words.signed.complete' : 'words.signed.so-far', { signed: by.signed, of: by.of });
}

/** What a party is, in a word: "city". */
export const partyKind = (kind: string): string => wordOf(`words.party.${kind}`, kind);

/** "Item 2", "Items 1 and 3" */
export const itemsWords = (items: readonly number[]): string =>
  t('words.items', { n: items.length, items: listed(items.map(String)) });
