/** All parties in a list with search and filters, for everyone; and that form for the desk. */
import { sql } from 'kysely';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import { Field, Select, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { Links, Pages, Table } from '../ui/table.tsx';
import { partyKind } from '../ui/words.ts';
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
    { title: t('record.parties'), area: 'public', wide: true },
    <>
      <Heading title={t('record.parties')} lead={t('record.parties.lead')} />
      <PartyFilterForm action="/parties" filter={filter} states={states} among={among} />
      <Links
        label={t('record.download')}
        links={[
          { text: 'CSV', href: href('/parties.csv', params), download: true },
          { text: 'JSON', href: href('/api/v1/parties', params) },
        ]}
      />
      <Table
        caption={t('record.parties')}
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
            ? { what: t('record.parties.none'), how: t('record.parties.none.how') }
            : { what: t('record.parties.none-fits'), how: <a href="/parties">{t('record.parties.all')}</a> }
        }
        columns={[
          {
            head: t('record.name'),
            names: true,
            sort: 'name',
            cell: (one) => <a href={partyPath(one.id)}>{one.name}</a>,
          },
          { head: t('record.kind'), sort: 'kind', cell: (one) => partyKind(one.kind) },
          { head: t('record.state'), sort: 'state', cell: (one) => one.state ?? '–' },
        ]}
      />
      <Pages
        page={at}
        pages={Math.ceil(total / PARTIES_SIZE)}
        range={t('ui.count.parties', { n: total })}
        href={(n) => href('/parties', { ...params, page: String(n) })}
      />
    </>,
  );
}

const kindChoices = () =>
  PARTY_KINDS.map((kind) => ({
    value: kind,
    label: kind === 'place' ? t('record.kind-choice.place') : partyKind(kind),
  }));

/** Search and filters of a list of parties, for the desk and for everyone. */
export function PartyFilterForm(props: {
  action: string;
  filter: ReturnType<typeof partyFilter>;
  states: readonly string[];
  among: readonly { readonly id: string; readonly name: string }[];
}) {
  const { action, filter, states, among } = props;
  return (
    <form class="form form--row" method="get" action={action} aria-label={t('record.parties.find')}>
      <Field name="q" type="search" label={t('record.parties.q')} value={filter.q} width="medium" />
      <Select
        name="kind"
        label={t('record.kind')}
        none={t('record.parties.any')}
        value={filter.kind}
        choices={kindChoices()}
      />
      <Select
        name="state"
        label={t('record.state')}
        none={t('record.parties.any')}
        value={filter.state}
        choices={states.map((one) => ({ value: one, label: one }))}
      />
      {among.length > 0 ? (
        <Select
          name="association"
          label={t('record.member-of')}
          none={t('record.any')}
          value={filter.association}
          choices={among.map((one) => ({ value: one.id, label: one.name }))}
        />
      ) : null}
      <Submit text={t('record.show')} />
    </form>
  );
}

export const partiesPages: readonly Route[] = [
  { method: 'GET', path: '/parties', access: ANYONE, handler: getParties },
];
