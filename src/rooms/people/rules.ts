/** Rules of people and offices: who is meant where a name comes twice, who is what in an association, and what may be said anew. Pure. */
import type { NewEntry } from '../../base/append.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import type { Source } from '../matters/entries.ts';
import type { TermOf } from './entries.ts';

/** What is known of the people of one name, and of the office, when somebody is to be put into it. */
export interface Known {
  readonly named: readonly { readonly id: string; readonly note: string | null }[];
  /** the office with this title, where it is known already */
  readonly office: string | null;
}

export interface HoldingInput {
  readonly name: string;
  /** `new`: another person of this name; an id: that one; null: the only one, or a first */
  readonly who: string | null;
  readonly note: string | null;
  readonly party: string;
  readonly title: string;
  readonly from: string | null;
  readonly until: string | null;
  readonly source: Source;
}

/**
 * Entries for a person in an office: the person and the office where they are new, and the time.
 * @param newId a fresh id with each call @param common what every entry carries
 * @throws InvalidInput `person-ambiguous` where people of this name exist and nobody said which is meant; `needs-a-note`
 */
export function putIntoOffice(
  known: Known,
  input: HoldingInput,
  newId: () => string,
  common: Pick<NewEntry, 'by' | 'occurredAt'>,
): readonly NewEntry[] {
  const { named, office } = known;
  if (input.who === null && named.length > 0) {
    throw new InvalidInput(
      'person-ambiguous',
      {
        what: `There is already somebody called ${input.name}.`,
        lost: 'Nothing was written, and what you entered is kept.',
        next: 'Say whether this is the same person or another one.',
      },
      { who: 'Say which person is meant.' },
    );
  }
  const isNew = input.who === null || input.who === 'new';
  if (!isNew && !named.some((one) => one.id === input.who)) {
    throw new InvalidInput('person-unknown', 'There is no such person of this name.', { who: 'Choose one of them.' });
  }
  if (isNew && named.length > 0 && input.note === null) {
    throw new InvalidInput('needs-a-note', 'Two people of one name have to be told apart.', {
      note: 'Say in a few words who this is.',
    });
  }
  const person = isNew ? newId() : (input.who ?? '');
  const officeId = office ?? newId();
  const entry = (kind: string, body: NewEntry['body']): NewEntry => ({
    kind,
    id: newId(),
    matter: null,
    ...common,
    audience: 'public',
    body,
  });
  const { name, note, party, title, from, until, source } = input;
  return [
    ...(isNew ? [entry('person.registered', { person, name, note })] : []),
    ...(office === null ? [entry('office.registered', { office: officeId, party, title })] : []),
    entry('office.held', { holding: newId(), office: officeId, person, from, until, source: { ...source } }),
  ];
}

const kept = 'Nothing was written, and what you entered is kept.';

/** Days of a holding, a membership or an affiliation, as somebody says them anew. */
export interface Days {
  readonly from: string | null;
  readonly until: string | null;
}

/**
 * The body of `term.stated`.
 * @param before the days as they stand; null where there is no such thing
 * @throws InvalidInput `term-backwards`; RuleRefusal `nothing-new`, `no-such-term`
 */
export function stateDays(
  before: Days | null,
  given: Days & {
    readonly term: string;
    readonly of: TermOf;
    readonly reason: string;
    readonly source: Source | null;
  },
): NewEntry['body'] {
  if (before === null) throw noSuchTerm();
  const { from, until, source } = given;
  if (from !== null && until !== null && until < from)
    throw new InvalidInput(
      'term-backwards',
      { what: 'The last day lies before the first one.', lost: kept },
      { until: 'This day lies before the first one.' },
    );
  if (before.from === from && before.until === until)
    throw new RuleRefusal('nothing-new', { what: 'These are the days that stand there already.', lost: kept });
  return { ...given, source: source && { ...source } };
}

/** The body of `term.withdrawn`: it never was. @throws RuleRefusal `no-such-term` */
export function withdrawDays(
  before: Days | null,
  given: { readonly term: string; readonly of: TermOf; readonly reason: string },
): NewEntry['body'] {
  if (before === null) throw noSuchTerm();
  return { ...given };
}

const noSuchTerm = () =>
  new RuleRefusal('no-such-term', {
    what: 'This is not there, or was taken back already.',
    lost: 'Nothing was written.',
    next: 'Look at the page of the party or the person again.',
  });

/** @throws RuleRefusal `not-an-association`, `member-of-itself`, `member-already` */
export function holdMembership(
  association: { readonly id: string; readonly kind: string; readonly name: string },
  given: Days & {
    readonly person: string | null;
    readonly member: string | null;
    readonly role: string;
    readonly source: Source;
  },
  standing: readonly (Days & {
    readonly person: string | null;
    readonly member: string | null;
    readonly role: string;
  })[],
  membership: string,
): NewEntry['body'] {
  const refuse = (code: string, what: string, next: string) => new RuleRefusal(code, { what, lost: kept, next });
  if (association.kind !== 'association')
    throw refuse(
      'not-an-association',
      `${association.name} is no association.`,
      'Correct its kind first, or note an office.',
    );
  if (given.member === association.id)
    throw refuse(
      'member-of-itself',
      'An association is no member of itself.',
      'Choose the party or person that is meant.',
    );
  const same = standing.find(
    (one) =>
      one.person === given.person &&
      one.member === given.member &&
      one.role.toLowerCase() === given.role.toLowerCase() &&
      overlap(one, given),
  );
  if (same)
    throw refuse(
      'member-already',
      `This stands there already: ${given.role}.`,
      'Where its days were wrong, correct them.',
    );
  return { membership, association: association.id, ...given, source: { ...given.source } };
}

const overlap = (a: Days, b: Days): boolean =>
  (a.until ?? '9999') >= (b.from ?? '0000') && (b.until ?? '9999') >= (a.from ?? '0000');
