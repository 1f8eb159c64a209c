/** The directory on the desk: parties with search, filters and pages, a party added by hand, and services whose address is outdated. */

import { sql } from 'kysely';
import { bodyOf, type Texts, textsOf } from '../base/form.ts';
import { UUID, uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../base/route.ts';
import { addParty } from '../rooms/directory/commands.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import { errorsOf } from '../rooms/input.ts';
import { redirectWith } from '../ui/context.ts';
import { Checkbox, type Errors, Field, Form, Select, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Links, Pages, Table } from '../ui/table.tsx';

import { partiesCsv } from './api-parties.ts';
import { type Outdated, outdatedContacts, sentTo } from './contacts.ts';
import { partyKindWord } from './directory-words.ts';
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
      <Field name="name" label={t('desk.name')} required value={text('name')} errors={errors} maxlength={200} />
      <Select
        name="kind"
        label={t('desk.kind')}
        required
        value={text('kind') || 'place'}
        errors={errors}
        choices={PARTY_KINDS.map((kind) => ({ value: kind, label: partyKindWord(kind, true) }))}
      />
      <Field name="state" label={t('desk.state')} value={text('state')} errors={errors} width="medium" maxlength={60} />
      <Field
        name="seat"
        label={t('desk.party.seat')}
        hint={t('desk.party.seat.hint')}
        value={text('seat')}
        errors={errors}
        maxlength={100}
      />
      <Field
        name="ocdId"
        label={t('desk.party.ocd-id')}
        hint={t('desk.party.ocd-id.hint')}
        value={text('ocdId')}
        errors={errors}
        maxlength={300}
      />
      <Field
        name="timeZone"
        label={t('desk.party.zone')}
        hint={t('desk.party.zone.hint')}
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
    { title: t('desk.directory.title'), area: 'staff', wide: true, status: failed ? 422 : 200 },
    <>
      <Heading
        title={t('desk.directory.title')}
        crumbs={[{ text: t('ui.nav.desk'), href: '/desk' }]}
        lead={t('desk.directory.lead')}
      />
      <OutdatedList outdated={outdated} writes={writes} />
      <PartyFilterForm action={DIRECTORY} filter={filter} states={states} among={among} />
      <Links
        label={t('desk.download')}
        links={[
          { text: 'CSV', href: href(`${DIRECTORY}.csv`, params), download: true },
          { text: 'JSON', href: href('/api/v1/parties', params) },
        ]}
      />
      <Table
        caption={t('desk.directory.parties')}
        quietCaption
        rows={rows}
        sort={{
          by: filter.sort,
          down: filter.down,
          href: (by) => href(DIRECTORY, { ...params, sort: by, dir: by === filter.sort && !filter.down ? 'down' : '' }),
        }}
        empty={
          filtered
            ? { what: t('desk.directory.none'), action: { text: t('desk.show-all'), href: DIRECTORY } }
            : {
                what: t('desk.directory.empty'),
                how: t('desk.directory.empty.how'),
                ...(writes ? { action: { text: t('desk.import.title'), href: `${DIRECTORY}/imports` } } : {}),
              }
        }
        columns={[
          {
            head: t('desk.name'),
            names: true,
            sort: 'name',
            cell: (one) => <a href={deskParty(one.id)}>{one.name}</a>,
          },
          {
            head: t('desk.kind'),
            sort: 'kind',
            cell: ({ kind, ended }) =>
              ended ? t('desk.directory.kind-ended', { kind: partyKindWord(kind) }) : partyKindWord(kind),
          },
          { head: t('desk.state'), sort: 'state', cell: (one) => one.state ?? '–' },
          { head: t('desk.party.seat'), cell: (one) => one.seat ?? '–' },
        ]}
      />
      <Pages
        page={at}
        pages={Math.ceil(total / PARTIES_SIZE)}
        range={t('ui.count.parties', { n: total })}
        href={(n) => href(DIRECTORY, { ...params, page: String(n) })}
      />
      {writes ? (
        <>
          <p>
            <a class="usa-button" href={`${DIRECTORY}/imports`}>
              {t('desk.import.title')}
            </a>
          </p>
          <details class="working" open={failed || undefined}>
            <summary>{t('desk.directory.add')}</summary>
            <Form
              action={DIRECTORY}
              errors={errors}
              hidden={{ once: sent || uuidv7(clock.now(), random) }}
              label={t('desk.directory.add')}
            >
              <DescriptionFields text={text} errors={errors} />
              {errors[''] ? (
                <Checkbox name="anyway" label={t('desk.directory.anyway')} checked={text('anyway') === 'on'} />
              ) : null}
              <Submit text={t('desk.directory.add.do')} />
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
    <Notice title={t('desk.directory.outdated', { n: outdated.length })}>
      <p>{t('desk.directory.outdated.what')}</p>
      <ul>
        {outdated.slice(0, 50).map((one) => (
          <li>
            {rich('desk.directory.outdated.one', {
              a: (words) => <a href={`/desk/services/${one.service}`}>{words}</a>,
              name: one.name,
              title: one.title,
              before: one.before ?? t('desk.directory.no-address'),
              after: one.address,
            })}{' '}
            {writes ? (
              <form class="inline" method="post" action={`${DIRECTORY}/resend`}>
                <input type="hidden" name="service" value={one.service} />
                <button class="linklike" type="submit">
                  {rich('desk.directory.resend', {
                    address: one.address,
                    title: one.title,
                    more: quiet,
                  })}
                </button>
              </form>
            ) : null}
          </li>
        ))}
      </ul>
      {writes && outdated.length > 1 ? (
        <form method="post" action={`${DIRECTORY}/resend`}>
          <button class="usa-button usa-button--outline" type="submit">
            {t('desk.directory.resend-all', { n: outdated.length })}
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
    return redirectWith(c, deskParty(id), t('desk.directory.added'));
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
  return redirectWith(c, to, n === 0 ? t('desk.directory.resent.none') : t('desk.directory.resent', { n }));
}

export const deskDirectoryRoutes: readonly Route[] = [
  { method: 'GET', path: DIRECTORY, access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: DIRECTORY, access: EDITOR, handler: post },
  { method: 'GET', path: `${DIRECTORY}.csv`, access: VIEWER, handler: partiesCsv },
  { method: 'POST', path: `${DIRECTORY}/resend`, access: EDITOR, handler: resend },
];
