/** Rules of people and offices: who is meant where a name comes twice, who is what in an association, and what may be said anew. Pure. */

import type { NewEntry } from '../../base/append.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
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
        what: t('directory.people.namesake', { name: input.name }),
        lost: t('directory.kept'),
        next: t('directory.people.namesake.next'),
      },
      { who: t('directory.people.namesake.field') },
    );
  }
  const isNew = input.who === null || input.who === 'new';
  if (!isNew && !named.some((one) => one.id === input.who)) {
    throw new InvalidInput('person-unknown', t('directory.people.person-unknown'), {
      who: t('directory.people.person-unknown.field'),
    });
  }
  if (isNew && named.length > 0 && input.note === null) {
    throw new InvalidInput('needs-a-note', t('directory.people.apart'), {
      note: t('directory.people.apart.field'),
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
      { what: t('directory.people.backwards'), lost: t('directory.kept') },
      { until: t('directory.before-first') },
    );
  if (before.from === from && before.until === until)
    throw new RuleRefusal('nothing-new', { what: t('directory.people.same-days'), lost: t('directory.kept') });
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
    what: t('directory.people.no-term'),
    lost: t('directory.nothing-written'),
    next: t('directory.people.no-term.next'),
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
  const refuse = (code: string, what: string, next: string) =>
    new RuleRefusal(code, { what, lost: t('directory.kept'), next });
  if (association.kind !== 'association')
    throw refuse(
      'not-an-association',
      t('directory.people.no-association', { name: association.name }),
      t('directory.people.no-association.next'),
    );
  if (given.member === association.id)
    throw refuse('member-of-itself', t('directory.people.itself'), t('directory.people.itself.next'));
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
      t('directory.people.member-already', { role: given.role }),
      t('directory.people.member-already.next'),
    );
  return { membership, association: association.id, ...given, source: { ...given.source } };
}

const overlap = (a: Days, b: Days): boolean =>
  (a.until ?? '9999') >= (b.from ?? '0000') && (b.until ?? '9999') >= (a.from ?? '0000');
