/** Rules of people and offices: who is meant where a name comes twice. Pure. */
import type { NewEntry } from '../../base/append.ts';
import { InvalidInput } from '../../base/errors.ts';
import type { Source } from '../matters/entries.ts';

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
