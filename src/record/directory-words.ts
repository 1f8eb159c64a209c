/** Entries about parties and people in one sentence, as their receipts name them. Knows no entry that is not public. */
import type { Entry } from '../proof/index.ts';
import {
  aliasAdded,
  aliasWithdrawn,
  partyChanged,
  partyCorrected,
  partyRegistered,
} from '../rooms/directory/entries.ts';
import {
  affiliationStated,
  membershipHeld,
  officeRegistered,
  personCorrected,
  personRegistered,
  termStated,
  termWithdrawn,
} from '../rooms/people/entries.ts';

interface Said {
  readonly title: string;
  readonly text: string | null;
}

/** Null for an entry of another kind. */
export function directoryWords({ kind, body }: Pick<Entry, 'kind' | 'body'>): Said | null {
  switch (kind) {
    case 'party.registered':
      return { title: `In the directory: ${partyRegistered.parse(body).name}`, text: null };
    case 'party.changed': {
      const b = partyChanged.parse(body);
      return { title: b.ended ? `${b.name} is no more` : `A party became ${b.name}`, text: b.reason };
    }
    case 'party.corrected': {
      const b = partyCorrected.parse(body);
      return { title: `Corrected: ${b.name}`, text: b.reason };
    }
    case 'alias.added': {
      const b = aliasAdded.parse(body);
      return { title: `A party is also ${b.of === 'name' ? 'called' : 'known by the id'} ${b.value}`, text: b.note };
    }
    case 'alias.withdrawn':
      return { title: 'A further name was taken back', text: aliasWithdrawn.parse(body).reason };
    case 'person.registered':
      return { title: `In the directory: ${personRegistered.parse(body).name}`, text: null };
    case 'person.corrected': {
      const b = personCorrected.parse(body);
      return { title: `Corrected: ${b.name}`, text: b.reason };
    }
    case 'office.registered':
      return { title: `An office: ${officeRegistered.parse(body).title}`, text: null };
    case 'membership.held':
      return { title: `Role in an association: ${membershipHeld.parse(body).role}`, text: null };
    case 'affiliation.stated': {
      const b = affiliationStated.parse(body);
      return { title: `Affiliation: ${b.with}, according to ${b.source.publisher}`, text: null };
    }
    case 'term.stated':
      return { title: `Days of ${termWords(termStated.parse(body).of)} noted`, text: termStated.parse(body).reason };
    case 'term.withdrawn':
      return {
        title: `Taken back: ${termWords(termWithdrawn.parse(body).of)}`,
        text: termWithdrawn.parse(body).reason,
      };
    default:
      return null;
  }
}

const termWords = (of: 'holding' | 'membership' | 'affiliation') =>
  ({ holding: 'an office held', membership: 'a membership', affiliation: 'an affiliation' })[of];
