/** The forms of a party's page on the desk, as they are sent. Each writes one thing, or shows the page again with what was typed. */
import { type RawBuilder, sql } from 'kysely';
import { InvalidInput } from '../base/errors.ts';
import { bodyOf, type Texts, textsOf } from '../base/form.ts';
import { UUID, uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../base/route.ts';
import {
  describeParty,
  endChannel,
  giveAlias,
  giveChannel,
  partyCalled,
  theParty,
  withdrawAlias,
} from '../rooms/directory/commands.ts';
import { errorsOf } from '../rooms/input.ts';
import { addMembership } from '../rooms/people/terms.ts';
import { peopleNamed } from '../rooms/people/view.ts';
import { redirectWith } from '../ui/context.ts';
import { followChannels } from './contacts.ts';
import { DIRECTORY, deskParty } from './desk-directory.tsx';
import { show } from './desk-party.tsx';
import { pageErrors, SOURCE_NAMES, sourceOf } from './desk-people-parts.tsx';

const DESCRIPTION = ['name', 'kind', 'state', 'seat', 'ocdId', 'timeZone', 'ended', 'wasWrong', 'since', 'reason'];
const MEMBER = ['sort', 'member', 'role', 'from', 'until', ...SOURCE_NAMES];

/** A form of the page: what it writes, or the page again with what was typed and what is wrong. */
function posting(
  form: string,
  names: readonly string[],
  notice: 'desk.written' | `desk.party.${'also-found' | 'taken-back' | 'noted' | 'given-up'}`,
  write: (c: Ctx, party: string, values: Texts, once: string) => Promise<string | undefined>,
) {
  return async (c: Ctx): Promise<Response> => {
    const services = c.get('services');
    const body = await bodyOf(c);
    const values = textsOf(body, names);
    const { once: sent = '' } = textsOf(body, ['once']);
    const once = UUID.test(sent) ? sent : uuidv7(services.clock.now(), services.random);
    const { id } = await theParty(services, c.req.param('party') ?? '');
    try {
      const more = await write(c, id, values, once);
      return redirectWith(c, `${deskParty(id)}#${form === 'aliases' ? 'names' : form}`, more ?? t(notice));
    } catch (error) {
      return await show(c, { form, values, errors: pageErrors(errorsOf(error)), once });
    }
  };
}

const ofParty = (id: string): RawBuilder<unknown> => sql`s.recipient = ${id}`;

/** Nobody is matched silently: a name that several people have has to be told apart by the id of one. */
async function personCalled(c: Ctx, name: string): Promise<string> {
  const people = UUID.test(name) ? [{ id: name }] : await peopleNamed(c.get('services').db, name);
  const [one] = people;
  if (one && people.length === 1) return one.id;
  const what = one ? t('desk.party.same-name', { n: people.length, name }) : t('desk.party.nobody-called', { name });
  throw new InvalidInput(one ? 'person-ambiguous' : 'person-unknown', { what, lost: t('desk.lost') }, { member: what });
}

export const deskPartyRoutes: readonly Route[] = [
  { method: 'GET', path: `${DIRECTORY}/:party`, access: VIEWER, handler: (c) => show(c) },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/describe`,
    access: EDITOR,
    handler: posting('describe', DESCRIPTION, 'desk.written', async (c, party, values, once) => {
      await describeParty(c.get('services'), staff(c).party, party, values, once);
      return undefined;
    }),
  },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/aliases`,
    access: EDITOR,
    handler: posting('aliases', ['of', 'value', 'note'], 'desk.party.also-found', async (c, party, values, once) => {
      await giveAlias(c.get('services'), staff(c).party, party, values, once);
      return undefined;
    }),
  },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/aliases/withdraw`,
    access: EDITOR,
    handler: posting('aliases', ['alias', 'reason'], 'desk.party.taken-back', async (c, party, values, once) => {
      await withdrawAlias(c.get('services'), staff(c).party, party, values['alias'] ?? '', values, once);
      return undefined;
    }),
  },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/channels`,
    access: EDITOR,
    handler: posting(
      'channels',
      ['type', 'address', 'label', 'replaces'],
      'desk.party.noted',
      async (c, party, values, once) => {
        const services = c.get('services');
        await giveChannel(services, staff(c).party, party, values, once);
        const moved = await followChannels(services, staff(c).party, ofParty(party));
        return moved === 0 ? undefined : t('desk.party.noted.letters', { n: moved });
      },
    ),
  },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/channels/end`,
    access: EDITOR,
    handler: posting('channels', ['channel', 'reason'], 'desk.party.given-up', async (c, party, values, once) => {
      await endChannel(c.get('services'), staff(c).party, party, values['channel'] ?? '', values, once);
      return undefined;
    }),
  },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/members`,
    access: EDITOR,
    handler: posting('members', MEMBER, 'desk.written', async (c, association, values, once) => {
      const services = c.get('services');
      const name = (values['member'] ?? '').trim();
      const isParty = values['sort'] === 'party';
      const member = isParty && name !== '' ? (await partyCalled(services, name, 'member')).id : '';
      const person = !isParty && name !== '' ? await personCalled(c, name) : '';
      const form = { ...values, association, member, person, source: sourceOf(values) };
      await addMembership(services, staff(c).party, form, once);
      return undefined;
    }),
  },
];
