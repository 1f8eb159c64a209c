/**
 * Plain words, marks and tones for what recipients say, issuers find, clocks show and evidence proves. A state is always a word
 * plus a mark plus, last, a colour; pages take all three from here. Unknown values come back as they are, never hidden.
 */

/** Colour family of a state; never the only carrier of meaning. */
export type Tone = 'quiet' | 'good' | 'mixed' | 'bad' | 'run';

export interface Word {
  readonly word: string;
  /** one character drawn before the word, hidden from screen readers */
  readonly mark: string;
  readonly tone: Tone;
}

const w = (word: string, mark: string, tone: Tone): Word => ({ word, mark, tone });

/** What the recipient says of an item (DESIGN.md, "Two sides of every item"). */
export const DISPOSITIONS: Readonly<Record<string, Word>> = {
  unanswered: w('not answered', '–', 'quiet'),
  'not known': w('not known', '?', 'quiet'),
  produced: w('produced', '●', 'good'),
  'produced in part': w('produced in part', '◐', 'mixed'),
  withheld: w('withheld', '■', 'bad'),
  objected: w('objected', '✕', 'bad'),
  'no responsive records': w('no such records', '○', 'mixed'),
  'already produced': w('already produced', '◉', 'good'),
  certified: w('certified', '✓', 'good'),
  accepted: w('accepted', '✓', 'good'),
  declined: w('declined', '✕', 'bad'),
  tentative: w('tentative', '?', 'mixed'),
  delegated: w('delegated', '→', 'mixed'),
};

/** What the issuer finds. */
export const FINDINGS: Readonly<Record<string, Word>> = {
  'not reviewed': w('not reviewed', '–', 'quiet'),
  'not known': w('not known', '?', 'quiet'),
  accepted: w('accepted', '✓', 'good'),
  deficient: w('deficient', '!', 'bad'),
};

/** State of the clock; the date follows the word. */
export const CLOCKS: Readonly<Record<string, Word>> = {
  running: w('due', '▸', 'run'),
  paused: w('paused', '‖', 'mixed'),
  overdue: w('overdue since', '!', 'bad'),
  stopped: w('answered', '✓', 'good'),
  revoked: w('revoked', '✕', 'quiet'),
  unknown: w('not known', '?', 'quiet'),
};

export interface Rung {
  /** ETSI EN 319 522 event name, as it stands in the entry */
  readonly event: string;
  readonly word: string;
  readonly plain: string;
}

/** The ladder of delivery evidence, lowest rung first. */
export const RUNGS: readonly Rung[] = [
  { event: 'SubmissionAcceptance', word: 'queued', plain: 'this server took the letter to send it' },
  { event: 'ContentConsignment', word: 'sent', plain: 'the mail server of the recipient took the letter' },
  { event: 'NotificationDelivered', word: 'delivered', plain: 'the mail server reported it in the mailbox' },
  { event: 'ContentAccessTracking', word: 'opened', plain: 'the link in the letter was opened' },
  { event: 'ContentHandover', word: 'acknowledged', plain: 'the code from the same mailbox was entered' },
  { event: 'ConsignmentAcceptance', word: 'answered', plain: 'an answer was sent from that mailbox' },
];

/** Evidence beside the ladder. */
const EVENTS: Readonly<Record<string, string>> = {
  SubmissionRejection: 'refused before sending',
  RelayAcceptance: 'taken by a server on the way',
  RelayRejection: 'refused on the way',
  RelayFailure: 'failed on the way',
  ContentConsignmentFailure: 'could not be delivered',
  NotificationDeliveredFailure: 'notice could not be delivered',
  ConsignmentRejection: 'refused by the recipient',
  ConsignmentExpiry: 'expired before it was accepted',
  ContentHandoverFailure: 'could not be handed over',
};

const KINDS: Readonly<Record<string, string>> = {
  'party.registered': 'party entered in the directory',
  'matter.opened': 'matter opened',
  'matter.noted': 'note added',
  'service.evidenced': 'delivery evidence',
  'request.issued': 'request issued',
  'request.served': 'request served',
  'request.revoked': 'request revoked',
  'item.answered': 'item answered',
  'answer.sent': 'answer sent',
  'item.determined': 'item determined',
  'due.extended': 'due date extended',
  'clock.tolled': 'clock paused',
  'clock.resumed': 'clock resumed',
  'service.corrected': 'date of service corrected',
  'closing.added': 'closing added',
  'ladder.set': 'next steps set',
  'step.taken': 'notice sent',
  'step.withdrawn': 'notices taken back',
  'notice.evidenced': 'delivery evidence of a notice',
  'entry.erased': 'entry erased',
  'log.handed-over': 'log handed over to a new key',
  'log.continued': 'log goes on under a new key',
  'document.erased': 'document erased',
};

/** What moved a clock, in a few words: "Extended, as asked", "Paused: fee awaited". */
export function moveWords(move: {
  readonly kind: string;
  readonly cause?: string | null;
  readonly asked?: boolean | null;
}): string {
  switch (move.kind) {
    case 'due.extended':
      return move.asked ? 'Extended, as asked' : 'Extended';
    case 'clock.tolled':
      return move.cause && move.cause !== 'other' ? `Paused: ${move.cause}` : 'Paused';
    case 'clock.resumed':
      return 'Running again';
    case 'service.corrected':
      return 'Date of service corrected';
    default:
      return kindWord(move.kind);
  }
}

/** Words for a value of one of the tables above; an unknown value is shown as it is. */
export function wordFor(table: Readonly<Record<string, Word>>, value: string): Word {
  return Object.hasOwn(table, value) ? (table[value] ?? w(value, '·', 'quiet')) : w(value, '·', 'quiet');
}

export const disposition = (value: string): Word => wordFor(DISPOSITIONS, value);
export const finding = (value: string): Word => wordFor(FINDINGS, value);
export const clockState = (value: string): Word => wordFor(CLOCKS, value);

/** Plain words for an evidence event, the event name itself where none are known. */
export function evidenceWord(event: string): string {
  return (
    RUNGS.find((rung) => rung.event === event)?.word ??
    (Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined) ??
    event
  );
}

/** Plain words for an entry's kind (`request.issued` → "request issued"). */
export function kindWord(kind: string): string {
  return (Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined) ?? kind.replaceAll(/[._-]/g, ' ');
}

/** "1 change", "4 changes"; numbers with thousands separators. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

/** Who has signed what a receipt carries, for papers and mails. */
export function signedByWords(by: {
  readonly signed: number;
  readonly of: number;
  readonly complete: boolean;
}): string {
  if (by.of === 0) return 'The log. No witnesses are configured.';
  const words = `The log and ${by.signed} of ${by.of} ${by.of === 1 ? 'witness' : 'witnesses'}.`;
  return by.complete ? words : `${words} A receipt taken later carries more signatures; this one holds too.`;
}
