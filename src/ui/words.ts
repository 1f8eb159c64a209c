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

/** What became of a consequence; `blocked` follows from an order in force. */
export const CONSEQUENCES: Readonly<Record<string, Word>> = {
  announced: w('announced', '▸', 'run'),
  imposed: w('imposed', '!', 'bad'),
  blocked: w('blocked by an order', '‖', 'mixed'),
  released: w('released', '✓', 'good'),
};

/** How an order stands. */
export const ORDERS: Readonly<Record<string, Word>> = {
  force: w('in force', '●', 'run'),
  ended: w('ended', '✕', 'quiet'),
  change: w('changes another', '↪', 'quiet'),
};

/** What a consequence is. */
const CONSEQUENCE_KINDS: Readonly<Record<string, string>> = {
  grant: 'Grant: conditions, withholding or return',
  penalty: 'Penalty',
  ineligibility: 'Ineligibility',
};

/** What an order does, in the third person: "stays". */
const EFFECTS: Readonly<Record<string, string>> = {
  stay: 'stays',
  enjoin: 'enjoins',
  compel: 'compels an answer',
  modify: 'modifies',
  vacate: 'vacates',
  lift: 'lifts',
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
  'party.changed': 'change of a party noted',
  'party.corrected': 'description of a party corrected',
  'alias.added': 'further name of a party noted',
  'alias.withdrawn': 'further name of a party taken back',
  'channel.noted': 'address of a party noted',
  'channel.ended': 'address of a party given up',
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
  'extension.asked': 'more time asked for',
  'extension.refused': 'more time refused',
  'clock.tolled': 'clock paused',
  'clock.resumed': 'clock resumed',
  'service.corrected': 'date of service corrected',
  'ladder.set': 'next steps set',
  'reminder.planned': 'reminders set',
  'reminder.written': 'reminder sent before the due date',
  'reminder.wished': 'wish about reminders',
  'step.taken': 'notice sent',
  'step.withdrawn': 'notices taken back',
  'notice.evidenced': 'delivery evidence of a notice',
  'due.recounted': 'due date counted anew',
  'closing.added': 'calendar changed',
  'closing.withdrawn': 'change of the calendar taken back',
  'order.entered': 'court order entered',
  'consequence.announced': 'consequence announced',
  'consequence.status-changed': 'status of a consequence changed',
  'consequence.amount-stated': 'amount of a consequence stated',
  'entry.erased': 'entry erased',
  'log.handed-over': 'log handed over to a new key',
  'log.continued': 'log goes on under a new key',
  'document.erased': 'document erased',
  'person.registered': 'person entered in the directory',
  'person.corrected': 'description of a person corrected',
  'office.registered': 'office entered in the directory',
  'office.held': 'holder of an office noted',
  'membership.held': 'membership noted',
  'affiliation.stated': 'affiliation noted',
  'term.stated': 'days of an office, a membership or an affiliation noted',
  'term.withdrawn': 'office, membership or affiliation taken back',
  'review.set': 'way of reviewing set',
  'source.kept': 'copy of a source kept',
  'statement.made': 'statement recorded',
  'statement.corrected': 'statement corrected',
  'figure.claimed': 'figure recorded',
  'figure.corrected': 'figure corrected',
  'embargo.set': 'embargo set',
  'embargo.moved': 'embargo moved',
  'embargo.lifted': 'embargo lifted',
  'publication.withdrawn': 'taken down',
  'publication.restored': 'put back',
  'figure.ranked': 'figure ranked',
  'meeting.called': 'meeting called',
  'meeting.invited': 'somebody invited to a meeting',
  'participation.stated': 'participation recorded',
  'attendance.taken': 'attendance taken',
  'invitation.served': 'invitation sent',
  'invitation.evidenced': 'delivery evidence of an invitation',
  'invitation.answered': 'invitation answered',
};

/** What moved a clock, in a few words: "Extended, as asked", "Paused: fee awaited". */
export function moveWords(move: {
  readonly kind: string;
  readonly cause?: string | null;
  readonly asked?: boolean | null;
  readonly event?: { readonly type: string; readonly order?: string | undefined } | null;
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
    case 'due.recounted':
      return recountWords(move.event ?? null);
    default:
      return kindWord(move.kind);
  }
}

const ORDERED: Readonly<Record<string, string>> = {
  stayed: 'Stayed',
  lifted: 'Stay lifted',
  compelled: 'Answer ordered',
  extended: 'Extended',
};

/** What a fact that moved many clocks at once did to one: an order by its name, or a calendar. */
function recountWords(event: { readonly type: string; readonly order?: string | undefined } | null): string {
  if (event === null) return 'Counted anew: the calendar changed';
  const what = (Object.hasOwn(ORDERED, event.type) ? ORDERED[event.type] : undefined) ?? 'Counted anew';
  return event.order === undefined ? what : `${what} by ${event.order}`;
}

/** Words for a value of one of the tables above; an unknown value is shown as it is. */
export function wordFor(table: Readonly<Record<string, Word>>, value: string): Word {
  return Object.hasOwn(table, value) ? (table[value] ?? w(value, '·', 'quiet')) : w(value, '·', 'quiet');
}

/** What is said of taking part in a meeting (iCalendar's PARTSTAT words), and what follows: accepted, then declined. */
export const PARTICIPATION: Readonly<Record<string, Word>> = {
  'needs-action': w('no word yet', '–', 'quiet'),
  accepted: w('accepted', '✓', 'good'),
  declined: w('declined', '✕', 'bad'),
  tentative: w('tentative', '?', 'mixed'),
  delegated: w('delegated', '→', 'mixed'),
  withdrew: w('withdrew', '✕', 'bad'),
};

export const participation = (value: string): Word => wordFor(PARTICIPATION, value);
export const disposition = (value: string): Word => wordFor(DISPOSITIONS, value);
export const finding = (value: string): Word => wordFor(FINDINGS, value);
export const clockState = (value: string): Word => wordFor(CLOCKS, value);
export const orderState = (value: string): Word => wordFor(ORDERS, value);
export const consequenceStatus = (value: string): Word => wordFor(CONSEQUENCES, value);

/** "Grant", "Penalty" and the like, with what it can mean. */
export const consequenceKind = (value: string): string =>
  (Object.hasOwn(CONSEQUENCE_KINDS, value) ? CONSEQUENCE_KINDS[value] : undefined) ?? value;

/** "stays", "modifies". */
export const effectWord = (value: string): string =>
  (Object.hasOwn(EFFECTS, value) ? EFFECTS[value] : undefined) ?? value;

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

/** "Item 2", "Items 1 and 3" */
export const itemsWords = (items: readonly number[]): string =>
  items.length === 1 ? `Item ${items[0]}` : `Items ${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
