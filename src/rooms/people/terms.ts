/** Writes memberships, affiliations, and later words on days and names: loads what stands, asks the rules, appends. */

import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import { instant } from '../../base/clock.ts';
import { NotFound, RuleRefusal } from '../../base/errors.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { partyById } from '../directory/view.ts';
import { fieldNames } from '../directory-fields.ts';
import { isoDate, line, uuid } from '../fields.ts';
import { checked, orNone } from '../input.ts';
import { source } from '../matters/entries.ts';
import { TERMS } from './entries.ts';
import { holdMembership, stateDays, withdrawDays } from './rules.ts';
import { affiliationsOf, membersOf, type Person, personById, termById } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

const days = { from: orNone(isoDate), until: orNone(isoDate) };
const inOrder = ({ from, until }: { readonly from: string | null; readonly until: string | null }) =>
  from === null || until === null || from <= until;
const backwards = { path: ['until'], error: () => t('directory.before-first') };

/** The person of an address. @throws NotFound */
export async function thePerson({ db }: Pick<Services, 'db'>, id: string): Promise<Person> {
  const person = UUID.test(id) ? await personById(db, id) : null;
  if (!person)
    throw new NotFound('no-person', { what: t('directory.people.none'), next: t('directory.people.none.next') });
  return person;
}

async function write(
  { ledger, clock, random }: Needs,
  by: string,
  key: string,
  kind: string,
  body: NewEntry['body'],
): Promise<void> {
  const now = clock.now();
  const entry = {
    kind,
    id: uuidv7(now, random),
    matter: null,
    by,
    occurredAt: instant(now),
    audience: 'public' as const,
    body,
  };
  await ledger.append({ key, entries: [entry] });
}
const newId = ({ clock, random }: Needs) => uuidv7(clock.now(), random);

const membershipForm = z
  .object({
    /** the association, and one of these two */
    association: uuid,
    person: orNone(uuid),
    member: orNone(uuid),
    role: line(120),
    ...days,
    source,
  })
  .refine(inOrder, backwards)
  .refine(({ person, member }) => (person === null) !== (member === null), {
    path: ['member'],
    error: () => t('directory.people.which-member'),
  });

/** Writes what a person or a party is to an association. @throws InvalidInput, NotFound, and those of `holdMembership` */
export async function addMembership(services: Needs, by: string, form: unknown, once: string): Promise<void> {
  const { association: id, ...given } = checked(membershipForm, form, fieldNames());
  const { db } = services;
  const association = await partyById(db, id);
  const member = given.member === null ? null : await partyById(db, given.member);
  if (!association || (given.member !== null && !member))
    throw new NotFound('no-party', { what: t('directory.none'), lost: t('directory.nothing-written') });
  if (given.person !== null) await thePerson(services, given.person);
  if (await written(services, `membership:${once}`)) return;
  const body = holdMembership(association, given, await membersOf(db, id), newId(services));
  await write(services, by, `membership:${once}`, 'membership.held', body);
}

const written = async ({ db }: Needs, key: string) =>
  (await db.selectFrom('ledger.command').select('key').where('key', '=', key).executeTakeFirst()) !== undefined;

const affiliationForm = z.object({ with: line(120), ...days, source }).refine(inOrder, backwards);

/** Writes what somebody is counted among, never without its source. @throws InvalidInput; RuleRefusal `affiliation-known` */
export async function stateAffiliation(
  services: Needs,
  by: string,
  person: string,
  form: unknown,
  once: string,
): Promise<void> {
  const given = checked(affiliationForm, form, fieldNames());
  const { id } = await thePerson(services, person);
  if (await written(services, `affiliation:${once}`)) return;
  const same = (await affiliationsOf(services.db, id)).some(
    (one) =>
      one.with.toLowerCase() === given.with.toLowerCase() && one.from === given.from && one.until === given.until,
  );
  if (same)
    throw new RuleRefusal('affiliation-known', {
      what: t('directory.stands-already'),
      lost: t('directory.nothing-written'),
    });
  const body = { affiliation: newId(services), person: id, ...given, source: { ...given.source } };
  await write(services, by, `affiliation:${once}`, 'affiliation.stated', body);
}

const termForm = z.object({
  term: uuid,
  of: z.enum(TERMS),
  ...days,
  reason: line(300),
  /** it never was */
  never: z.preprocess((value) => value === 'on', z.boolean()),
});

/** Says days anew, or that they never were. @throws InvalidInput; those of `stateDays` and `withdrawDays` */
export async function sayDays(services: Needs, by: string, form: unknown, once: string): Promise<void> {
  const { never, ...given } = checked(termForm, form, fieldNames());
  if (await written(services, `term:${once}`)) return;
  const before = await termById(services.db, given.of, given.term);
  const { term, of, reason } = given;
  if (never) await write(services, by, `term:${once}`, 'term.withdrawn', withdrawDays(before, { term, of, reason }));
  else await write(services, by, `term:${once}`, 'term.stated', stateDays(before, { ...given, source: null }));
}

const personForm = z.object({ name: line(200), note: orNone(line(200)), reason: line(300) });

/** Corrects how somebody is called, or what tells them apart. @throws InvalidInput; RuleRefusal `nothing-new` */
export async function correctPerson(
  services: Needs,
  by: string,
  person: string,
  form: unknown,
  once: string,
): Promise<void> {
  const given = checked(personForm, form, fieldNames());
  const now = await thePerson(services, person);
  if (await written(services, `person:${once}`)) return;
  if (now.name === given.name && now.note === given.note)
    throw new RuleRefusal('nothing-new', {
      what: t('directory.says-already'),
      lost: t('directory.nothing-written'),
    });
  await write(services, by, `person:${once}`, 'person.corrected', { person: now.id, ...given });
}
