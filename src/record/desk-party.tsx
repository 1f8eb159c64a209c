/** A party on the desk: everything that is known of it, how the office reaches it, and the forms that say something new of it (desk-party-posts.ts). */
import { sql } from 'kysely';
import { uuidv7 } from '../base/ids.ts';
import { type Ctx, staff } from '../base/route.ts';
import { channelsOf } from '../rooms/directory/channels.ts';
import { theParty } from '../rooms/directory/commands.ts';
import { aliasesOf, descriptionsOf } from '../rooms/directory/view.ts';
import { holdingsOfParty, membershipsOfParty, membersOf } from '../rooms/people/view.ts';
import { zoneOf } from '../ui/context.ts';
import { Checkbox, Field, Form, Select, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { Facts, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { outdatedContacts } from './contacts.ts';
import { cutAt } from './cut.ts';
import { DescriptionFields, DIRECTORY, deskParty, OutdatedList } from './desk-directory.tsx';
import { DayFields, deskSide, type Shown, SourceFields } from './desk-people-parts.tsx';
import { meetingsWith, saidIn, servedOn } from './parties.ts';
import { Holdings, Meetings, Memberships, Said, Served } from './party-parts.tsx';
import { partyPath } from './party-paths.ts';

export async function show(c: Ctx, shown: Shown | null = null): Promise<Response> {
  const services = c.get('services');
  const { db, clock, random } = services;
  const actor = staff(c);
  const party = await theParty(services, c.req.param('party') ?? '');
  const { id } = party;
  const writes = actor.role !== 'viewer';
  const zone = zoneOf(c);
  const cut = await cutAt(db, new Date(clock.now()));
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
