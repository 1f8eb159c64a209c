/** Puts a person into an office: loads who is known, asks the rules, appends. */

import { z } from 'zod';
import { instant } from '../../base/clock.ts';
import { InvalidInput } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { partiesLike } from '../directory/view.ts';
import { fieldNames } from '../directory-fields.ts';
import { isoDate, line } from '../fields.ts';
import { checked, orNone } from '../input.ts';
import { source } from '../matters/entries.ts';
import { putIntoOffice } from './rules.ts';
import { officeNamed, peopleNamed } from './view.ts';

const input = z
  .object({
    name: line(200),
    /** see `HoldingInput` */
    who: orNone(z.string().max(40)),
    note: orNone(line(200)),
    /** name of the party whose office it is, as the directory has it */
    party: line(200),
    title: line(200),
    from: orNone(isoDate),
    until: orNone(isoDate),
    source,
  })
  .refine(({ from, until }) => from === null || until === null || from <= until, {
    path: ['until'],
    error: () => t('directory.before-first'),
  });

/**
 * Writes who holds an office, with the person and the office where they are new.
 * @throws InvalidInput `party-unknown`, `party-ambiguous`, and those of `putIntoOffice`
 */
export async function holdOffice(
  { db, ledger, clock, random }: Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>,
  by: string,
  form: unknown,
  once: string,
): Promise<void> {
  const given = checked(input, form, fieldNames());
  const parties = await partiesLike(db, [], [given.party]);
  const [party, other] = parties;
  if (!party)
    throw unknown(
      'party-unknown',
      t('directory.people.unknown', { name: given.party }),
      t('directory.people.unknown.next'),
    );
  if (other) {
    throw unknown(
      'party-ambiguous',
      t('directory.people.several', { n: parties.length, name: given.party }),
      t('directory.people.several.next'),
    );
  }
  const known = { named: await peopleNamed(db, given.name), office: await officeNamed(db, party.id, given.title) };
  const now = clock.now();
  const entries = putIntoOffice(known, { ...given, party: party.id }, () => uuidv7(now, random), {
    by,
    occurredAt: instant(now),
  });
  await ledger.append({ key: `office:${once}`, entries: [...entries] });
}

const unknown = (code: string, what: string, next: string) =>
  new InvalidInput(code, { what, lost: t('directory.kept'), next }, { party: `${what} ${next}` });
