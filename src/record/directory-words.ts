/** Entries about parties and people in one sentence, as their receipts name them, and the kinds of parties. Knows no entry that is not public. */
import { t } from '../base/language.ts';
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
import { partyKind } from '../ui/words.ts';

interface Said {
  readonly title: string;
  readonly text: string | null;
}

/** Null for an entry of another kind. */
export function directoryWords({ kind, body }: Pick<Entry, 'kind' | 'body'>): Said | null {
  switch (kind) {
    case 'party.registered':
      return { title: t('desk.said.party', { name: partyRegistered.parse(body).name }), text: null };
    case 'party.changed': {
      const b = partyChanged.parse(body);
      const { name, ended, reason } = b;
      return { title: ended ? t('desk.said.ended', { name }) : t('desk.said.became', { name }), text: reason };
    }
    case 'party.corrected': {
      const b = partyCorrected.parse(body);
      return { title: t('desk.said.corrected', { name: b.name }), text: b.reason };
    }
    case 'alias.added': {
      const b = aliasAdded.parse(body);
      return { title: t('desk.said.alias', { of: b.of, value: b.value }), text: b.note };
    }
    case 'alias.withdrawn':
      return { title: t('desk.said.alias-back'), text: aliasWithdrawn.parse(body).reason };
    case 'person.registered':
      return { title: t('desk.said.party', { name: personRegistered.parse(body).name }), text: null };
    case 'person.corrected': {
      const b = personCorrected.parse(body);
      return { title: t('desk.said.corrected', { name: b.name }), text: b.reason };
    }
    case 'office.registered':
      return { title: t('desk.said.office', { title: officeRegistered.parse(body).title }), text: null };
    case 'membership.held':
      return { title: t('desk.said.role', { role: membershipHeld.parse(body).role }), text: null };
    case 'affiliation.stated': {
      const b = affiliationStated.parse(body);
      return { title: t('desk.said.affiliation', { with: b.with, publisher: b.source.publisher }), text: null };
    }
    case 'term.stated':
      return { title: t('desk.said.days', { of: termStated.parse(body).of }), text: termStated.parse(body).reason };
    case 'term.withdrawn':
      return {
        title: t('desk.said.term-back', { of: termWithdrawn.parse(body).of }),
        text: termWithdrawn.parse(body).reason,
      };
    default:
      return null;
  }
}

/** The word of a party's kind; `choice` as it is offered in a list to choose from, where a place is said in full. */
export const partyKindWord = (kind: string, choice = false): string =>
  choice && kind === 'place' ? t('record.kind-choice.place') : partyKind(kind);
