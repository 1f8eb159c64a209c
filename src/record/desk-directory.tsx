/** The directory on the desk: parties with search, filters and pages, a party added by hand, and services whose address is outdated. */
import { sql } from 'kysely';
import { bodyOf, type Texts, textsOf } from '../base/form.ts';
import { UUID, uuidv7 } from '../base/ids.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../base/route.ts';
import { addParty } from '../rooms/directory/commands.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import { errorsOf } from '../rooms/input.ts';
import { redirectWith } from '../ui/context.ts';
import { Checkbox, type Errors, Field, Form, Select, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { Links, Pages, Table } from '../ui/table.tsx';
import { count } from '../ui/words.ts';
import { partiesCsv } from './api-parties.ts';
import { type Outdated, outdatedContacts, sentTo } from './contacts.ts';
import { associations, filterParams, PARTIES_SIZE, partiesPage, partyFilter, statesOf } from './parties.ts';
import { PartyFilterForm } from './parties-page.tsx';
import { href } from './parts.tsx';
import { queryOf } from './record-page.tsx';

export const DIRECTORY = '/desk/directory';
export const deskParty = (id: string): string => `${DIRECTORY}/${id}`;

/** Fields that a party is described by, for adding one and for describing one anew. */
export function DescriptionFields({ text, errors }: { text: (name: string) => string; errors: Errors }) {
  return (
    <>
      <Field name="name" label="Name" required value={text('name')} errors={errors} maxlength={200} />
      <Select
        name="kind"
        label="Kind"
        required
        value={text('kind') || 'place'}
        errors={errors}
        choices={PARTY_KINDS.map((kind) => ({ value: kind, label: kind === 'place' ? 'city, town or village' : kind }))}
      />
      <Field name="state" label="State" value={text('state')} errors={errors} width="medium" maxlength={60} />
      <Field
        name="seat"
        label="Seat"
        hint="Where it sits, where that is more than its state."
        value={text('seat')}
        errors={errors}
        maxlength={100}
      />
      <Field
        name="ocdId"
        label="Open Civic Data id"
        hint="For example ocd-division/country:us/state:ca/place:watsonville"
        value={text('ocdId')}
        errors={errors}
        maxlength={300}
      />
      <Field
        name="timeZone"
        label="Time zone"
        hint="For example America/Los_Angeles"
        value={text('timeZone')}
        errors={errors}
        width="medium"
      />
    </>
  );
}

async function show(c: Ctx, values: Texts = {}, errors: Errors = {}, sent = ''): Promise<Response> {
  const { db, clock, random } = c.get('services');
  const actor = staff(c);
  const filter = partyFilter(queryOf(c));
  const at = Math.max(1, Math.min(100_000, Math.trunc(Number(c.req.query('page'))) || 1));
  const [{ rows, total }, states, among, outdated] = await Promise.all([
    partiesPage(db, filter, () => sql`true`, at),
    statesOf(db),
    associations(db),
    outdatedContacts(db, actor.party),
  ]);
  const params = filterParams(filter);
  const filtered = Object.values(params).some((value) => value !== '');
  const writes = actor.role !== 'viewer';
  const text = (name: string) => values[name] ?? '';
  const failed = Object.keys(errors).length > 0;
  return page(
    c,
    { title: 'Directory', area: 'staff', wide: true, status: failed ? 422 : 200 },
    <>
      <Heading
        title="Directory"
        crumbs={[{ text: 'Desk', href: '/desk' }]}
        lead="Parties that can be asked, with their ids, offices and further names. How you reach them is known to your office alone."
      />
      <OutdatedList outdated={outdated} writes={writes} />
      <PartyFilterForm action={DIRECTORY} filter={filter} states={states} among={among} />
      <Links
        label="Download"
        links={[
          { text: 'CSV', href: href(`${DIRECTORY}.csv`, params), download: true },
          { text: 'JSON', href: href('/api/v1/parties', params) },
        ]}
      />
      <Table
        caption="Parties"
        quietCaption
        rows={rows}
        sort={{
          by: filter.sort,
          down: filter.down,
          href: (by) => href(DIRECTORY, { ...params, sort: by, dir: by === filter.sort && !filter.down ? 'down' : '' }),
        }}
        empty={
          filtered
            ? { what: 'No party fits', action: { text: 'Show all', href: DIRECTORY } }
            : {
                what: 'No party yet',
                how: 'Parties come from a list that you import, from the recipients of a request when it is served, or one by one through the form below.',
                ...(writes ? { action: { text: 'Import a list', href: `${DIRECTORY}/imports` } } : {}),
              }
        }
        columns={[
          { head: 'Name', names: true, sort: 'name', cell: (one) => <a href={deskParty(one.id)}>{one.name}</a> },
          { head: 'Kind', sort: 'kind', cell: (one) => (one.ended ? `${one.kind}, no more` : one.kind) },
          { head: 'State', sort: 'state', cell: (one) => one.state ?? '–' },
          { head: 'Seat', cell: (one) => one.seat ?? '–' },
        ]}
      />
      <Pages
        page={at}
        pages={Math.ceil(total / PARTIES_SIZE)}
        range={count(total, 'party', 'parties')}
        href={(n) => href(DIRECTORY, { ...params, page: String(n) })}
      />
      {writes ? (
        <>
          <p>
            <a class="usa-button" href={`${DIRECTORY}/imports`}>
              Import a list
            </a>
          </p>
          <details class="working" open={failed || undefined}>
            <summary>Add one party</summary>
            <Form
              action={DIRECTORY}
              errors={errors}
              hidden={{ once: sent || uuidv7(clock.now(), random) }}
              label="Add one party"
            >
              <DescriptionFields text={text} errors={errors} />
              {errors[''] ? (
                <Checkbox
                  name="anyway"
                  label="This is another one than those that the directory has."
                  checked={text('anyway') === 'on'}
                />
              ) : null}
              <Submit text="Add this party" />
            </Form>
          </details>
        </>
      ) : null}
    </>,
  );
}

/** Services whose letter went to an address that is not the party's any more. */
export function OutdatedList({ outdated, writes }: { outdated: readonly Outdated[]; writes: boolean }) {
  if (outdated.length === 0) return null;
  return (
    <Notice title={`${count(outdated.length, 'open request')} at an address that changed`}>
      <p>You have noted another address since these were served. Sending again ends the link of the letter before.</p>
      <ul>
        {outdated.slice(0, 50).map((one) => (
          <li>
            <a href={`/desk/services/${one.service}`}>{one.name}</a>, {one.title}: {one.before ?? 'no address'} →{' '}
            {one.address}{' '}
            {writes ? (
              <form class="inline" method="post" action={`${DIRECTORY}/resend`}>
                <input type="hidden" name="service" value={one.service} />
                <button class="linklike" type="submit">
                  Send the letter to {one.address}
                  <span class="usa-sr-only"> for {one.title}</span>
                </button>
              </form>
            ) : null}
          </li>
        ))}
      </ul>
      {writes && outdated.length > 1 ? (
        <form method="post" action={`${DIRECTORY}/resend`}>
          <button class="usa-button usa-button--outline" type="submit">
            Send all {outdated.length.toLocaleString('en-US')} again
          </button>
        </form>
      ) : null}
    </Notice>
  );
}

const FIELDS = ['name', 'kind', 'state', 'seat', 'ocdId', 'timeZone', 'anyway'];

async function post(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const body = await bodyOf(c);
  const values = textsOf(body, FIELDS);
  const { once: sent = '' } = textsOf(body, ['once']);
  const once = UUID.test(sent) ? sent : uuidv7(services.clock.now(), services.random);
  try {
    const id = await addParty(services, staff(c).party, values, once);
    return redirectWith(c, deskParty(id), 'It stands in the directory.');
  } catch (error) {
    return await show(c, values, errorsOf(error), once);
  }
}

/** Sends letters of outdated services to the new address: of one service, or of all. */
async function resend(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { service = '' } = textsOf(await bodyOf(c), ['service']);
  const outdated = await outdatedContacts(services.db, staff(c).party);
  const wanted = service === '' ? outdated : outdated.filter((one) => one.service === service);
  let n = 0;
  for (const one of wanted) if (await sentTo(services, one)) n++;
  const back = c.req.query('party');
  const to = back !== undefined && UUID.test(back) ? deskParty(back) : DIRECTORY;
  return redirectWith(
    c,
    to,
    n === 0 ? 'Nothing was left to send.' : `${count(n, 'letter')} will leave for the new address.`,
  );
}

export const deskDirectoryRoutes: readonly Route[] = [
  { method: 'GET', path: DIRECTORY, access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: DIRECTORY, access: EDITOR, handler: post },
  { method: 'GET', path: `${DIRECTORY}.csv`, access: VIEWER, handler: partiesCsv },
  { method: 'POST', path: `${DIRECTORY}/resend`, access: EDITOR, handler: resend },
];
