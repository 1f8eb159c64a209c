/** Letters as staff see them: of the whole organisation, of one request, and one by one with the link masked; trying again and a corrected address. */

import { InvalidInput, NotFound, RuleRefusal } from '../../../base/errors.ts';
import { t } from '../../../base/language.ts';
import { type Ctx, staff } from '../../../base/route.ts';
import { redirectWith, zoneOf } from '../../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Select, Submit } from '../../../ui/form.tsx';
import { Heading } from '../../../ui/heading.tsx';
import { Mark } from '../../../ui/mark.tsx';
import { page } from '../../../ui/page.tsx';
import { quiet } from '../../../ui/quiet.tsx';
import { rich } from '../../../ui/rich.tsx';
import { Counts, Facts, Pages, Table } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import type { Word } from '../../../ui/words.ts';
import { partyById } from '../../directory/view.ts';
import {
  contactOf,
  correctContact,
  LETTER_STATES,
  type LetterRow,
  type LetterState,
  lettersOfService,
  lettersPage,
  REPLACED,
  retryLetters,
} from '../letters.ts';
import { letterTo } from '../rules.ts';
import { letterDue, type Request, requestById, type Service, serviceById } from '../view.ts';
import { errorsOf, formOf } from './frame.tsx';

const SIZE = 100;

const WORDS = {
  queued: { word: 'requests.letters.queued', mark: '▸', tone: 'run' },
  sent: { word: 'requests.letters.sent', mark: '●', tone: 'good' },
  failed: { word: 'requests.letters.failed', mark: '!', tone: 'bad' },
  revoked: { word: 'requests.letters.revoked', mark: '✕', tone: 'quiet' },
} as const;
const stateWord = (state: LetterState): Word => ({ ...WORDS[state], word: t(WORDS[state].word) });

function State({
  row,
  zone,
}: {
  row: Pick<LetterRow, 'state' | 'attempts' | 'error' | 'notBefore' | 'sentAt'>;
  zone: string;
}) {
  return (
    <div>
      <Mark state={stateWord(row.state)}>
        {row.state === 'queued' ? (
          rich(row.attempts > 0 ? 'requests.letters.again' : 'requests.letters.until', {
            at: <Time at={row.notBefore} zone={zone} />,
          })
        ) : row.sentAt ? (
          <Time at={row.sentAt} zone={zone} />
        ) : null}
      </Mark>
      {row.error && row.state !== 'sent' ? (
        <div class="soft">{row.error === REPLACED ? t('requests.address.replaced') : row.error}</div>
      ) : null}
    </div>
  );
}

function Where({ c }: { c: Ctx }) {
  const folder = c.get('services').config.mailFolder;
  if (!folder) return null;
  return <p>{rich('requests.letters.no-server', { code: (words) => <code>{words}</code>, folder })}</p>;
}

async function list(c: Ctx, request: Request | null): Promise<Response> {
  const services = c.get('services');
  const zone = zoneOf(c);
  const base = request ? `/desk/requests/${request.id}/letters` : '/desk/letters';
  const state = LETTER_STATES.find((s) => s === c.req.query('state'));
  const search = (c.req.query('q') ?? '').trim().slice(0, 200);
  const wanted = Number(c.req.query('page'));
  const pageNo = Number.isSafeInteger(wanted) && wanted >= 1 && wanted <= 100_000 ? wanted : 1;
  const { rows, total, counts } = await lettersPage(services.db, {
    issuer: staff(c).party,
    request: request?.id,
    state,
    search,
    page: pageNo,
    size: SIZE,
  });
  const all = LETTER_STATES.reduce((sum, s) => sum + counts[s], 0);
  const params = (n: number) => {
    const query = new URLSearchParams({
      ...(state ? { state } : {}),
      ...(search ? { q: search } : {}),
      page: String(n),
    });
    return `${base}?${query}`;
  };
  return page(
    c,
    {
      title: request ? t('requests.letters.title', { title: request.title }) : t('requests.letters'),
      area: 'staff',
      wide: true,
    },
    <>
      <Heading
        title={t('requests.letters')}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          ...(request ? [{ text: request.title, href: `/desk/requests/${request.id}` }] : []),
        ]}
        lead={request ? t('requests.letters.of', { title: request.title }) : t('requests.letters.lead')}
      />
      <Where c={c} />
      <Counts
        counts={LETTER_STATES.map((s) => ({ n: counts[s], text: t(WORDS[s].word), href: `${base}?state=${s}` }))}
      />
      {all > 0 ? (
        <form class="form form--row" method="get" action={base} aria-label={t('requests.find')}>
          <Field name="q" type="search" label={t('requests.letters.find')} value={search} width="medium" />
          <Select
            name="state"
            label={t('requests.state')}
            value={state ?? ''}
            none={t('requests.letters.all')}
            choices={LETTER_STATES.map((s) => ({ value: s, label: t(WORDS[s].word) }))}
          />
          <Submit text={t('requests.letters.show')} />
        </form>
      ) : null}
      <Table
        caption={t('requests.letters')}
        quietCaption
        rows={rows}
        empty={
          all === 0
            ? {
                what: t('requests.letters.none'),
                how: t('requests.letters.none.how'),
              }
            : { what: t('requests.letters.no-fit'), action: { text: t('requests.show-all'), href: base } }
        }
        columns={[
          {
            head: t('requests.recipient'),
            names: true,
            cell: (row) => <a href={`/desk/services/${row.service}/letter`}>{row.name}</a>,
          },
          ...(request
            ? []
            : [
                {
                  head: t('requests.check.request'),
                  cell: (row: LetterRow) => <a href={`/desk/requests/${row.request}`}>{row.title}</a>,
                },
              ]),
          { head: t('requests.letters.address'), cell: (row) => row.address },
          { head: t('requests.state'), cell: (row) => <State row={row} zone={zone} /> },
          {
            head: t('requests.change'),
            cell: (row) => (
              <a href={`/desk/services/${row.service}/contact`}>
                {rich('requests.letters.correct', {
                  name: row.name,
                  more: quiet,
                })}
              </a>
            ),
          },
        ]}
      />
      <Pages page={pageNo} pages={Math.ceil(total / SIZE)} href={params} range={t('ui.count.letters', { n: total })} />
    </>,
  );
}

export const getLetters = (c: Ctx): Promise<Response> => list(c, null);

export async function getRequestLetters(c: Ctx): Promise<Response> {
  return list(c, await requestById(c.get('services').db, c.req.param('request') ?? ''));
}

async function serviceOf(c: Ctx): Promise<{ readonly service: Service; readonly request: Request }> {
  const { db } = c.get('services');
  const service = await serviceById(db, c.req.param('service') ?? '');
  const request = service && (await requestById(db, service.request));
  if (!service || !request) throw new NotFound('no-service', t('requests.no-recipient'));
  return { service, request };
}

const crumbsOf = ({ service, request }: { service: Service; request: Request }) => [
  { text: t('ui.nav.desk'), href: '/desk' },
  { text: request.title, href: `/desk/requests/${request.id}` },
  { text: service.name, href: `/desk/services/${service.id}` },
];

export async function getLetterOf(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const at = await serviceOf(c);
  const { service, request } = at;
  const zone = zoneOf(c);
  const [letters, issuer, address] = await Promise.all([
    lettersOfService(services.db, service.id),
    partyById(services.db, request.issuer),
    contactOf(services.db, service.id),
  ]);
  const { items, title, authority, letter } = request;
  const text = letter
    ? letterTo(
        { issuerName: issuer?.name ?? '', draft: { letter, title, authority, items } },
        service,
        letterDue(service),
      )
    : null;
  const failed = letters.at(-1)?.state === 'failed';
  return page(
    c,
    { title: t('requests.letters.to', { name: service.name }), area: 'staff' },
    <>
      <Heading
        title={t('requests.letters.to', { name: service.name })}
        crumbs={crumbsOf(at)}
        lead={t('requests.letters.link')}
      />
      <Facts
        facts={[
          {
            name: t('requests.letters.address'),
            value: (
              <>
                {address ?? t('requests.no-address')} ·{' '}
                <a href={`/desk/services/${service.id}/contact`}>
                  {t(address ? 'requests.letters.correct-it' : 'requests.letters.add-one')}
                </a>
              </>
            ),
          },
          ...letters.map((one, i) => ({
            name: letters.length > 1 ? t('requests.letters.nth', { n: i + 1 }) : t('requests.state'),
            value: (
              <>
                <State
                  zone={zone}
                  row={{
                    state: LETTER_STATES.find((s) => s === one.state) ?? 'queued',
                    attempts: one.attempts,
                    error: one.error,
                    notBefore: one.not_before,
                    sentAt: one.sent_at,
                  }}
                />
                {one.address === address ? null : (
                  <div class="soft">{t('requests.letters.went', { address: one.address })}</div>
                )}
              </>
            ),
          })),
        ]}
      />
      {failed ? (
        <Form action={`/desk/services/${service.id}/letter/retry`} label={t('requests.letters.retry')}>
          <Submit text={t('requests.letters.retry.do')} />
        </Form>
      ) : null}
      {text ? (
        <>
          <p>{rich('requests.letter.subject-is', { b: (words) => <strong>{words}</strong>, subject: text.subject })}</p>
          <div class="letter">{text.text}</div>
        </>
      ) : (
        <p>{t('requests.letters.no-own')}</p>
      )}
    </>,
  );
}

export async function postRetry(c: Ctx): Promise<Response> {
  const { service } = await serviceOf(c);
  const n = await retryLetters(c.get('services'), service.id);
  const words = t(n > 0 ? 'requests.letters.retried' : 'requests.letters.no-failed');
  return redirectWith(c, `/desk/services/${service.id}/letter`, words);
}

async function contactPage(c: Ctx, typed?: string, errors: Errors = {}): Promise<Response> {
  const at = await serviceOf(c);
  const { service } = at;
  const address = await contactOf(c.get('services').db, service.id);
  return page(
    c,
    {
      title: t('requests.contact.title', { name: service.name }),
      area: 'staff',
      status: Object.keys(errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading
        title={t(address ? 'requests.contact.correct' : 'requests.contact.add', { name: service.name })}
        crumbs={crumbsOf(at)}
        lead={t('requests.contact.lead')}
      />
      <form class="form" method="post" action={`/desk/services/${service.id}/contact`} novalidate>
        <ErrorSummary errors={errors} what={t('requests.unchanged')} />
        <Field
          name="address"
          type="email"
          label={t('requests.contact.label')}
          hint={address ? t('requests.contact.now', { address }) : t('requests.contact.none')}
          required
          value={typed ?? ''}
          errors={errors}
          autocomplete="off"
        />
        <Submit
          text={t(address ? 'requests.contact.again' : 'requests.contact.send')}
          cancel={{ text: t('requests.leave'), href: `/desk/services/${service.id}/letter` }}
        />
      </form>
    </>,
  );
}

export const getContact = (c: Ctx): Promise<Response> => contactPage(c);

export async function postContact(c: Ctx): Promise<Response> {
  const form = await formOf(c);
  const id = c.req.param('service') ?? '';
  try {
    await correctContact(c.get('services'), id, form('address'));
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof RuleRefusal)
      return contactPage(c, form('address'), errorsOf(error));
    throw error;
  }
  return redirectWith(c, `/desk/services/${id}/letter`, t('requests.contact.saved'));
}
