/** A party on the desk: everything that is known of it, how the office reaches it, and the forms that say something new of it (desk-party-posts.ts). */
import type { Child } from 'hono/jsx';
import { sql } from 'kysely';
import { uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { type Ctx, staff } from '../base/route.ts';
import { channelsOf } from '../rooms/directory/channels.ts';
import { theParty } from '../rooms/directory/commands.ts';
import { aliasesOf, descriptionsOf } from '../rooms/directory/view.ts';
import { holdingsOfParty, membershipsOfParty, membersOf } from '../rooms/people/view.ts';
import { zoneOf } from '../ui/context.ts';
import { Checkbox, Field, Form, Select, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { Facts, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { outdatedContacts } from './contacts.ts';
import { cutAt } from './cut.ts';
import { DescriptionFields, DIRECTORY, deskParty, OutdatedList } from './desk-directory.tsx';
import { DayFields, deskSide, type Shown, SourceFields } from './desk-people-parts.tsx';
import { partyKindWord } from './directory-words.ts';
import { meetingsWith, saidIn, servedOn } from './parties.ts';
import { Holdings, Meetings, Memberships, Said, Served } from './party-parts.tsx';
import { partyPath } from './party-paths.ts';

/** What an address that stands no more gave way to; a reason stays as it was written. */
const standsWord = (over: string | null) =>
  over === null ? t('desk.party.yes') : over === 'another took its place' ? t('desk.party.replaced') : over;

/** What is said to those who listen alone. */
const quiet = (words: Child) => <span class="usa-sr-only">{words}</span>;

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
        tags={party.ended ? [t('desk.party.no-more')] : []}
        lead={[partyKindWord(party.kind), party.state, party.seat].filter(Boolean).join(', ')}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: t('desk.directory.title'), href: DIRECTORY },
        ]}
      />
      <OutdatedList outdated={outdated} writes={writes} />
      <Facts
        facts={[
          {
            name: t('desk.party.ocd-id'),
            value: party.ocdId === null ? t('desk.party.none') : <code class="id">{party.ocdId}</code>,
          },
          { name: t('desk.party.zone'), value: party.timeZone ?? t('desk.not-known') },
          ...(party.list === null ? [] : [{ name: t('desk.party.list'), value: party.list }]),
          { name: t('desk.party.everyone'), value: <a href={partyPath(id)}>{t('desk.party.public')}</a> },
        ]}
      />
      <h2 id="channels">{t('desk.party.reach')}</h2>
      <Table
        caption={t('desk.party.reach')}
        quietCaption
        rows={channels}
        empty={{
          what: t('desk.party.reach.none'),
          how: t('desk.party.reach.how'),
        }}
        columns={[
          { head: t('desk.party.address'), names: true, cell: (one) => one.address },
          { head: t('desk.party.by'), cell: (one) => t('desk.party.channel', { type: one.type }) },
          { head: t('desk.party.whose'), cell: (one) => one.label ?? '–' },
          { head: t('desk.party.col.noted'), cell: (one) => <Time at={one.recordedAt} zone={zone} /> },
          { head: t('desk.party.stands'), cell: (one) => standsWord(one.over) },
          ...(writes
            ? [
                {
                  head: t('desk.party.give-up'),
                  cell: (one: (typeof channels)[number]) =>
                    one.over !== null ? null : (
                      <form method="post" action={`${base}/channels/end`}>
                        <input type="hidden" name="channel" value={one.id} />
                        <input type="hidden" name="reason" value="Not in use any more." />
                        <button class="linklike" type="submit">
                          {rich('desk.party.unused', { address: one.address, more: quiet })}
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
          <summary>{t('desk.party.note')}</summary>
          <Form action={`${base}/channels`} errors={channel.errors} hidden={{ once }} label={t('desk.party.note')}>
            <Select
              name="type"
              label={t('desk.party.by')}
              required
              value={channel.text('type') || 'mail'}
              errors={channel.errors}
              choices={[
                { value: 'mail', label: t('desk.party.channel.mail') },
                { value: 'phone', label: t('desk.party.channel.phone') },
                { value: 'postal', label: t('desk.party.channel.postal') },
              ]}
            />
            <Field
              name="address"
              label={t('desk.party.address.or-number')}
              required
              value={channel.text('address')}
              errors={channel.errors}
              maxlength={500}
            />
            <Field
              name="label"
              label={t('desk.party.whose-is')}
              hint={t('desk.party.whose-is.hint')}
              value={channel.text('label')}
              errors={channel.errors}
              maxlength={120}
            />
            {standing.length > 0 ? (
              <Select
                name="replaces"
                label={t('desk.party.replaces')}
                none={t('desk.party.replaces.none')}
                value={channel.text('replaces') || (standing.length === 1 ? (standing[0]?.id ?? '') : '')}
                choices={standing.map((one) => ({ value: one.id, label: one.address }))}
              />
            ) : null}
            <Submit text={t('desk.party.note.do')} />
          </Form>
        </details>
      ) : null}
      <h2 id="served">{t('desk.party.served')}</h2>
      <Served served={served} side={side} />
      <h2 id="offices">{t('desk.people.offices')}</h2>
      <Holdings
        holdings={holdings}
        side={side}
        by="party"
        how={rich('desk.party.offices.how', { a: (words) => <a href="/desk/people#add">{words}</a> })}
      />
      {party.kind === 'association' ? (
        <>
          <h2 id="members">{t('desk.party.members')}</h2>
          <Memberships memberships={members} side={side} show="members" how={t('desk.party.members.how')} />
          {writes ? (
            <details class="working" open={member.open}>
              <summary>{t('desk.party.member.add')}</summary>
              <Form
                action={`${base}/members`}
                errors={member.errors}
                hidden={{ once }}
                label={t('desk.party.member.form')}
              >
                <Select
                  name="sort"
                  label={t('desk.party.who')}
                  required
                  value={member.text('sort') || 'person'}
                  choices={[
                    { value: 'person', label: t('desk.party.who.person') },
                    { value: 'party', label: t('desk.party.who.party') },
                  ]}
                />
                <Field
                  name="member"
                  label={t('desk.name')}
                  hint={t('desk.party.member.hint')}
                  required
                  value={member.text('member')}
                  errors={member.errors}
                  maxlength={200}
                />
                <Field
                  name="role"
                  label={t('desk.party.role')}
                  hint={t('desk.party.role.hint')}
                  required
                  value={member.text('role')}
                  errors={member.errors}
                  maxlength={120}
                />
                <DayFields text={member.text} errors={member.errors} />
                <SourceFields text={member.text} errors={member.errors} />
                <Submit text={t('desk.write-down')} />
              </Form>
            </details>
          ) : null}
        </>
      ) : null}
      <h2 id="memberships">{t('desk.party.memberships')}</h2>
      <Memberships memberships={memberships} side={side} show="associations" how={t('desk.people.memberships.how')} />
      <h2 id="meetings">{t('desk.people.meetings')}</h2>
      <Meetings meetings={meetings} side={side} />
      <h2 id="said">{t('desk.people.said')}</h2>
      <Said said={said} side={side} />
      <h2 id="names">{t('desk.party.names')}</h2>
      <Table
        caption={t('desk.party.names')}
        quietCaption
        rows={aliases}
        empty={{ what: t('desk.party.names.none'), how: t('desk.party.names.how') }}
        columns={[
          { head: t('desk.party.name-or-id'), names: true, cell: (one) => one.value },
          { head: t('desk.party.col.note'), cell: (one) => one.note ?? '–' },
          ...(writes
            ? [
                {
                  head: t('desk.party.take-back'),
                  cell: (one: (typeof aliases)[number]) => (
                    <form method="post" action={`${base}/aliases/withdraw`}>
                      <input type="hidden" name="alias" value={one.id} />
                      <input type="hidden" name="reason" value="Written down by mistake." />
                      <button class="linklike" type="submit">
                        {rich('desk.party.take-back.one', { value: one.value, more: quiet })}
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
            <summary>{t('desk.party.alias.add')}</summary>
            <Form action={`${base}/aliases`} errors={alias.errors} hidden={{ once }} label={t('desk.party.alias.form')}>
              <Select
                name="of"
                label={t('desk.party.what')}
                required
                value={alias.text('of') || 'name'}
                choices={[
                  { value: 'name', label: t('desk.party.what.name') },
                  { value: 'ocd-id', label: t('desk.party.what.ocd-id') },
                ]}
              />
              <Field
                name="value"
                label={t('desk.party.name-or-id')}
                required
                value={alias.text('value')}
                errors={alias.errors}
                maxlength={300}
              />
              <Field
                name="note"
                label={t('desk.party.col.note')}
                value={alias.text('note')}
                errors={alias.errors}
                maxlength={300}
              />
              <Submit text={t('desk.party.alias.do')} />
            </Form>
          </details>
          <details class="working" open={anew.open}>
            <summary>{t('desk.party.changed')}</summary>
            <Form action={`${base}/describe`} errors={anew.errors} hidden={{ once }} label={t('desk.party.describe')}>
              <DescriptionFields text={describe} errors={anew.errors} />
              <Checkbox
                name="ended"
                label={t('desk.party.ended')}
                checked={anew.open ? anew.text('ended') === 'on' : party.ended}
              />
              <Checkbox name="wasWrong" label={t('desk.party.was-wrong')} checked={anew.text('wasWrong') === 'on'} />
              <Field
                name="since"
                type="date"
                label={t('desk.party.since')}
                hint={t('desk.party.since.hint')}
                value={anew.text('since')}
                errors={anew.errors}
                width="medium"
              />
              <Field
                name="reason"
                label={t('desk.people.reason')}
                required
                value={anew.text('reason')}
                errors={anew.errors}
                maxlength={500}
              />
              <Submit text={t('desk.write-down')} />
            </Form>
          </details>
        </>
      ) : null}
      <h2 id="history">{t('desk.party.history')}</h2>
      <ul class="entries">
        {history.map((one) => (
          <li>
            {rich('desk.party.history.line', {
              name: one.name,
              kind: [partyKindWord(one.kind), one.state].filter(Boolean).join(', '),
              ended: one.ended ? 'yes' : 'no',
              at: <Time at={one.occurredAt} zone={zone} />,
              corrects: one.corrects ? 'yes' : 'no',
            })}
            {one.reason === '' ? null : <div class="entries__when">{one.reason}</div>}
          </li>
        ))}
      </ul>
    </>,
  );
}
