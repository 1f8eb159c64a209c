/** A party on the desk: everything that is known of it, how the office reaches it, and the forms that say something new of it. */
import { type RawBuilder, sql } from 'kysely';
import { InvalidInput } from '../base/errors.ts';
import { bodyOf, type Texts, textsOf } from '../base/form.ts';
import { UUID, uuidv7 } from '../base/ids.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../base/route.ts';
import { channelsOf } from '../rooms/directory/channels.ts';
import {
  describeParty,
  endChannel,
  giveAlias,
  giveChannel,
  partyCalled,
  theParty,
  withdrawAlias,
} from '../rooms/directory/commands.ts';
import { aliasesOf, descriptionsOf } from '../rooms/directory/view.ts';
import { errorsOf } from '../rooms/input.ts';
import { addMembership } from '../rooms/people/terms.ts';
import { holdingsOfParty, membershipsOfParty, membersOf, peopleNamed } from '../rooms/people/view.ts';
import { redirectWith, zoneOf } from '../ui/context.ts';
import { Checkbox, type Errors, Field, Form, Select, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { Facts, Table } from '../ui/table.tsx';
import { localInput, Time } from '../ui/time.tsx';
import { followChannels, outdatedContacts } from './contacts.ts';
import { cutAt } from './cut.ts';
import { DescriptionFields, DIRECTORY, deskParty, OutdatedList } from './desk-directory.tsx';
import { meetingsWith, saidIn, servedOn } from './parties.ts';
import { Holdings, Meetings, Memberships, Said, Served, type Side } from './party-parts.tsx';
import { partyPath } from './party-paths.ts';

export const deskPerson = (id: string): string => `/desk/people/${id}`;

/** Which form was sent, to open it again with what was typed. */
export interface Shown {
  readonly form: string;
  readonly values: Texts;
  readonly errors: Errors;
  readonly once: string;
}

export const SOURCE_NAMES = ['publisher', 'sourceTitle', 'sourceDate'] as const;
export const sourceOf = ({ publisher, sourceTitle: title, sourceDate: date }: Texts) => ({ publisher, title, date });
/** Errors of a source under the names of its fields on the page. */
export const pageErrors = (errors: Errors): Errors => {
  const names: Readonly<Record<string, string>> = {
    'source.publisher': 'publisher',
    'source.title': 'sourceTitle',
    'source.date': 'sourceDate',
  };
  return Object.fromEntries(Object.entries(errors).map(([name, words]) => [names[name] ?? name, words]));
};

export function SourceFields({ text, errors }: { text: (name: string) => string; errors: Errors }) {
  return (
    <>
      <Field
        name="publisher"
        label="Publisher of the source"
        required
        value={text('publisher')}
        errors={errors}
        maxlength={200}
      />
      <Field
        name="sourceTitle"
        label="Title of the source"
        required
        value={text('sourceTitle')}
        errors={errors}
        maxlength={300}
      />
      <Field
        name="sourceDate"
        type="date"
        label="Date of the source"
        required
        value={text('sourceDate')}
        errors={errors}
        width="medium"
      />
    </>
  );
}

export function DayFields({ text, errors }: { text: (name: string) => string; errors: Errors }) {
  return (
    <>
      <Field name="from" type="date" label="First day" value={text('from')} errors={errors} width="medium" />
      <Field
        name="until"
        type="date"
        label="Last day"
        hint="Empty: it lasts, or is not known."
        value={text('until')}
        errors={errors}
        width="medium"
      />
    </>
  );
}

/** The desk's side of shared tables: links into the desk, and a page for saying days anew. */
export const deskSide = (zone: string, now: Date, writes: boolean, back: string): Side => ({
  party: deskParty,
  person: deskPerson,
  served: (one) => `/desk/services/${one.service}`,
  meeting: (one) => `/desk/matters/${one.matterId}/meetings/${one.meeting}`,
  said: (one) => `/desk/matters/${one.matterId}/statements`,
  day: localInput(now, zone).slice(0, 10),
  zone,
  ...(writes
    ? {
        change: (of, row, what) => {
          const query = new URLSearchParams({
            of,
            term: row.id,
            what,
            from: row.from ?? '',
            until: row.until ?? '',
            back,
          });
          return (
            <a href={`/desk/people/days?${query}`}>
              Days<span class="usa-sr-only"> of {what}</span>
            </a>
          );
        },
      }
    : {}),
});

async function show(c: Ctx, shown: Shown | null = null): Promise<Response> {
  const services = c.get('services');
  const { db, clock, random } = services;
  const actor = staff(c);
  const party = await theParty(services, c.req.param('party') ?? '');
  const { id } = party;
  const writes = actor.role !== 'viewer';
  const zone = zoneOf(c);
  const cut = await cutAt(db);
  const [aliases, history, channels, holdings, memberships, members, served, meetings, said, outdated] =
    await Promise.all([
      aliasesOf(db, id),
      descriptionsOf(db, id),
      channelsOf(db, actor.party, id),
      holdingsOfParty(db, id),
      membershipsOfParty(db, id),
      party.kind === 'association' ? membersOf(db, id) : [],
      servedOn(db, id, cut, actor.party),
      meetingsWith(db, sql`p.party = ${id}`, cut, actor.party),
      saidIn(db, sql`o.party = ${id}`, cut, actor.party),
      outdatedContacts(db, actor.party, sql`s.recipient = ${id}`),
    ]);
  const side = deskSide(zone, new Date(clock.now()), writes, deskParty(id));
  const once = shown?.once || uuidv7(clock.now(), random);
  const standing = channels.filter((one) => one.over === null);
  const form = (name: string) => {
    const mine = shown?.form === name;
    const errors = mine ? shown.errors : {};
    return { errors, open: mine || undefined, text: (field: string) => (mine ? (shown.values[field] ?? '') : '') };
  };
  const anew = form('describe');
  const describe = (field: string) =>
    anew.open
      ? anew.text(field)
      : ({
          name: party.name,
          kind: party.kind,
          state: party.state,
          seat: party.seat,
          ocdId: party.ocdId,
          timeZone: party.timeZone,
        }[field] ?? '');
  const [alias, channel, member] = [form('aliases'), form('channels'), form('members')];
  const base = deskParty(id);
  return page(
    c,
    { title: party.name, area: 'staff', wide: true, status: shown ? 422 : 200 },
    <>
      <Heading
        title={party.name}
        tags={party.ended ? ['no more'] : []}
        lead={[party.kind, party.state, party.seat].filter(Boolean).join(', ')}
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: 'Directory', href: DIRECTORY },
        ]}
      />
      <OutdatedList outdated={outdated} writes={writes} />
      <Facts
        facts={[
          { name: 'Open Civic Data id', value: party.ocdId === null ? 'none' : <code class="id">{party.ocdId}</code> },
          { name: 'Time zone', value: party.timeZone ?? 'not known' },
          ...(party.list === null ? [] : [{ name: 'From the list', value: party.list }]),
          { name: 'For everyone', value: <a href={partyPath(id)}>its public page</a> },
        ]}
      />
      <h2 id="channels">How your office reaches it</h2>
      <Table
        caption="How your office reaches it"
        quietCaption
        rows={channels}
        empty={{
          what: 'No address noted',
          how: 'Addresses are known to your office alone. Note one below, or bring them with a list.',
        }}
        columns={[
          { head: 'Address', names: true, cell: (one) => one.address },
          { head: 'By', cell: (one) => one.type },
          { head: 'Whose', cell: (one) => one.label ?? '–' },
          { head: 'Noted', cell: (one) => <Time at={one.recordedAt} zone={zone} /> },
          { head: 'Stands', cell: (one) => one.over ?? 'yes' },
          ...(writes
            ? [
                {
                  head: 'Give up',
                  cell: (one: (typeof channels)[number]) =>
                    one.over !== null ? null : (
                      <form method="post" action={`${base}/channels/end`}>
                        <input type="hidden" name="channel" value={one.id} />
                        <input type="hidden" name="reason" value="Not in use any more." />
                        <button class="linklike" type="submit">
                          Not in use any more<span class="usa-sr-only">: {one.address}</span>
                        </button>
                      </form>
                    ),
                },
              ]
            : []),
        ]}
      />
      {writes ? (
        <details class="working" open={channel.open}>
          <summary>Note an address</summary>
          <Form action={`${base}/channels`} errors={channel.errors} hidden={{ once }} label="Note an address">
            <Select
              name="type"
              label="By"
              required
              value={channel.text('type') || 'mail'}
              errors={channel.errors}
              choices={[
                { value: 'mail', label: 'e-mail' },
                { value: 'phone', label: 'telephone' },
                { value: 'postal', label: 'post' },
              ]}
            />
            <Field
              name="address"
              label="Address or number"
              required
              value={channel.text('address')}
              errors={channel.errors}
              maxlength={500}
            />
            <Field
              name="label"
              label="Whose it is"
              hint="Records officer, clerk"
              value={channel.text('label')}
              errors={channel.errors}
              maxlength={120}
            />
            {standing.length > 0 ? (
              <Select
                name="replaces"
                label="In place of"
                none="none: it comes beside them"
                value={channel.text('replaces') || (standing.length === 1 ? (standing[0]?.id ?? '') : '')}
                choices={standing.map((one) => ({ value: one.id, label: one.address }))}
              />
            ) : null}
            <Submit text="Note it" />
          </Form>
        </details>
      ) : null}
      <h2 id="served">Requests of your office</h2>
      <Served served={served} side={side} />
      <h2 id="offices">Offices</h2>
      <Holdings
        holdings={holdings}
        side={side}
        by="party"
        how={
          <>
            Write down who holds an office under <a href="/desk/people#add">People</a>.
          </>
        }
      />
      {party.kind === 'association' ? (
        <>
          <h2 id="members">Members and roles</h2>
          <Memberships
            memberships={members}
            side={side}
            show="members"
            how="Write them down below, each with its source."
          />
          {writes ? (
            <details class="working" open={member.open}>
              <summary>Write down a member or a role</summary>
              <Form action={`${base}/members`} errors={member.errors} hidden={{ once }} label="A member or a role">
                <Select
                  name="sort"
                  label="Who"
                  required
                  value={member.text('sort') || 'person'}
                  choices={[
                    { value: 'person', label: 'a person' },
                    { value: 'party', label: 'a party' },
                  ]}
                />
                <Field
                  name="member"
                  label="Name"
                  hint="As the directory has it, or the id from the address of its page."
                  required
                  value={member.text('member')}
                  errors={member.errors}
                  maxlength={200}
                />
                <Field
                  name="role"
                  label="Role"
                  hint="member, president, vice president"
                  required
                  value={member.text('role')}
                  errors={member.errors}
                  maxlength={120}
                />
                <DayFields text={member.text} errors={member.errors} />
                <SourceFields text={member.text} errors={member.errors} />
                <Submit text="Write it down" />
              </Form>
            </details>
          ) : null}
        </>
      ) : null}
      <h2 id="memberships">Memberships</h2>
      <Memberships
        memberships={memberships}
        side={side}
        show="associations"
        how="They are written down on the page of the association."
      />
      <h2 id="meetings">Meetings of your matters</h2>
      <Meetings meetings={meetings} side={side} />
      <h2 id="said">Statements in your matters</h2>
      <Said said={said} side={side} />
      <h2 id="names">Further names and ids</h2>
      <Table
        caption="Further names and ids"
        quietCaption
        rows={aliases}
        empty={{ what: 'No further name', how: 'A recipient in a list is found by these as by its own name.' }}
        columns={[
          { head: 'Name or id', names: true, cell: (one) => one.value },
          { head: 'Note', cell: (one) => one.note ?? '–' },
          ...(writes
            ? [
                {
                  head: 'Take back',
                  cell: (one: (typeof aliases)[number]) => (
                    <form method="post" action={`${base}/aliases/withdraw`}>
                      <input type="hidden" name="alias" value={one.id} />
                      <input type="hidden" name="reason" value="Written down by mistake." />
                      <button class="linklike" type="submit">
                        Take back<span class="usa-sr-only"> {one.value}</span>
                      </button>
                    </form>
                  ),
                },
              ]
            : []),
        ]}
      />
      {writes ? (
        <>
          <details class="working" open={alias.open}>
            <summary>Add a further name or id</summary>
            <Form action={`${base}/aliases`} errors={alias.errors} hidden={{ once }} label="A further name or id">
              <Select
                name="of"
                label="What"
                required
                value={alias.text('of') || 'name'}
                choices={[
                  { value: 'name', label: 'a name' },
                  { value: 'ocd-id', label: 'an Open Civic Data id' },
                ]}
              />
              <Field
                name="value"
                label="Name or id"
                required
                value={alias.text('value')}
                errors={alias.errors}
                maxlength={300}
              />
              <Field name="note" label="Note" value={alias.text('note')} errors={alias.errors} maxlength={300} />
              <Submit text="Add it" />
            </Form>
          </details>
          <details class="working" open={anew.open}>
            <summary>It changed, or was described wrongly</summary>
            <Form action={`${base}/describe`} errors={anew.errors} hidden={{ once }} label="Describe it anew">
              <DescriptionFields text={describe} errors={anew.errors} />
              <Checkbox
                name="ended"
                label="It exists no more."
                checked={anew.open ? anew.text('ended') === 'on' : party.ended}
              />
              <Checkbox
                name="wasWrong"
                label="What stands there was wrong from the beginning."
                checked={anew.text('wasWrong') === 'on'}
              />
              <Field
                name="since"
                type="date"
                label="Since"
                hint="Empty: today. Not needed for a correction."
                value={anew.text('since')}
                errors={anew.errors}
                width="medium"
              />
              <Field
                name="reason"
                label="Reason, or where it is known from"
                required
                value={anew.text('reason')}
                errors={anew.errors}
                maxlength={500}
              />
              <Submit text="Write it down" />
            </Form>
          </details>
        </>
      ) : null}
      <h2 id="history">What was written of it</h2>
      <ul class="entries">
        {history.map((one) => (
          <li>
            {one.name} ({[one.kind, one.state].filter(Boolean).join(', ')}
            {one.ended ? ', no more' : ''}), <Time at={one.occurredAt} zone={zone} />
            {one.corrects ? ', a correction' : ''}
            {one.reason === '' ? null : <div class="entries__when">{one.reason}</div>}
          </li>
        ))}
      </ul>
    </>,
  );
}

const DESCRIPTION = ['name', 'kind', 'state', 'seat', 'ocdId', 'timeZone', 'ended', 'wasWrong', 'since', 'reason'];
const MEMBER = ['sort', 'member', 'role', 'from', 'until', ...SOURCE_NAMES];

/** A form of the page: what it writes, or the page again with what was typed and what is wrong. */
function posting(
  form: string,
  names: readonly string[],
  notice: string,
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
      return redirectWith(c, `${deskParty(id)}#${form === 'aliases' ? 'names' : form}`, more ?? notice);
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
  const what = one
    ? `There are ${people.length} people called ${name}. Write the id of the one that is meant.`
    : `The directory has nobody called ${name}.`;
  throw new InvalidInput(
    one ? 'person-ambiguous' : 'person-unknown',
    { what, lost: 'Nothing was written, and what you entered is kept.' },
    { member: what },
  );
}

export const deskPartyRoutes: readonly Route[] = [
  { method: 'GET', path: `${DIRECTORY}/:party`, access: VIEWER, handler: (c) => show(c) },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/describe`,
    access: EDITOR,
    handler: posting('describe', DESCRIPTION, 'It is written down.', async (c, party, values, once) => {
      await describeParty(c.get('services'), staff(c).party, party, values, once);
      return undefined;
    }),
  },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/aliases`,
    access: EDITOR,
    handler: posting(
      'aliases',
      ['of', 'value', 'note'],
      'It is found under this, too.',
      async (c, party, values, once) => {
        await giveAlias(c.get('services'), staff(c).party, party, values, once);
        return undefined;
      },
    ),
  },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/aliases/withdraw`,
    access: EDITOR,
    handler: posting('aliases', ['alias', 'reason'], 'It is taken back.', async (c, party, values, once) => {
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
      'It is noted.',
      async (c, party, values, once) => {
        const services = c.get('services');
        await giveChannel(services, staff(c).party, party, values, once);
        const moved = await followChannels(services, staff(c).party, ofParty(party));
        return moved === 0
          ? undefined
          : `It is noted. ${moved} ${moved === 1 ? 'letter that waits goes' : 'letters that wait go'} there.`;
      },
    ),
  },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/channels/end`,
    access: EDITOR,
    handler: posting('channels', ['channel', 'reason'], 'It is given up.', async (c, party, values, once) => {
      await endChannel(c.get('services'), staff(c).party, party, values['channel'] ?? '', values, once);
      return undefined;
    }),
  },
  {
    method: 'POST',
    path: `${DIRECTORY}/:party/members`,
    access: EDITOR,
    handler: posting('members', MEMBER, 'It is written down.', async (c, association, values, once) => {
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
