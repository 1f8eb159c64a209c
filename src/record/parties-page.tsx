/** All parties in a list with search and filters, for everyone; and that form for the desk. */
import { sql } from 'kysely';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { Field, Select, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { Links, Pages, Table } from '../ui/table.tsx';
import { count } from '../ui/words.ts';
import { cachePublic } from './caching.ts';
import { associations, filterParams, PARTIES_SIZE, partiesPage, partyFilter, statesOf } from './parties.ts';
import { href } from './parts.tsx';
import { partyPath } from './party-paths.ts';
import { queryOf } from './record-page.tsx';

async function getParties(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const filter = partyFilter(queryOf(c));
  const at = Math.max(1, Math.min(100_000, Math.trunc(Number(c.req.query('page'))) || 1));
  const [{ rows, total }, states, among] = await Promise.all([
    partiesPage(db, filter, () => sql`true`, at),
    statesOf(db),
    associations(db),
  ]);
  const params = filterParams(filter);
  cachePublic(c, 10);
  return page(
    c,
    { title: 'Parties', area: 'public', wide: true },
    <>
      <Heading
        title="Parties"
        lead="Governments, offices and organisations that records here name, and what is public of each."
      />
      <PartyFilterForm action="/parties" filter={filter} states={states} among={among} />
      <Links
        label="Download"
        links={[
          { text: 'CSV', href: href('/parties.csv', params), download: true },
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
          href: (by) =>
            href('/parties', { ...params, sort: by, dir: by === filter.sort && !filter.down ? 'down' : '' }),
        }}
        empty={
          Object.keys(params).every((name) => params[name] === '')
            ? { what: 'No party yet', how: 'Parties stand here once an office lists them or serves a request on them.' }
            : { what: 'No party fits', how: <a href="/parties">Show all parties</a> }
        }
        columns={[
          {
            head: 'Name',
            names: true,
            sort: 'name',
            cell: (one) => <a href={partyPath(one.id)}>{one.name}</a>,
          },
          { head: 'Kind', sort: 'kind', cell: (one) => one.kind },
          { head: 'State', sort: 'state', cell: (one) => one.state ?? '–' },
        ]}
      />
      <Pages
        page={at}
        pages={Math.ceil(total / PARTIES_SIZE)}
        range={count(total, 'party', 'parties')}
        href={(n) => href('/parties', { ...params, page: String(n) })}
      />
    </>,
  );
}

const KIND_CHOICES = [
  'state',
  'county',
  'place',
  'district',
  'department',
  'agency',
  'association',
  'newsroom',
  'other',
].map((kind) => ({ value: kind, label: kind === 'place' ? 'city, town or village' : kind }));

/** Search and filters of a list of parties, for the desk and for everyone. */
export function PartyFilterForm(props: {
  action: string;
  filter: ReturnType<typeof partyFilter>;
  states: readonly string[];
  among: readonly { readonly id: string; readonly name: string }[];
}) {
  const { action, filter, states, among } = props;
  return (
    <form class="form form--row" method="get" action={action} aria-label="Find a party">
      <Field name="q" type="search" label="Name or Open Civic Data id" value={filter.q} width="medium" />
      <Select name="kind" label="Kind" none="all" value={filter.kind} choices={KIND_CHOICES} />
      <Select
        name="state"
        label="State"
        none="all"
        value={filter.state}
        choices={states.map((one) => ({ value: one, label: one }))}
      />
      {among.length > 0 ? (
        <Select
          name="association"
          label="Member of"
          none="any"
          value={filter.association}
          choices={among.map((one) => ({ value: one.id, label: one.name }))}
        />
      ) : null}
      <Submit text="Show" />
    </form>
  );
}

export const partiesPages: readonly Route[] = [
  { method: 'GET', path: '/parties', access: ANYONE, handler: getParties },
];
