/** Letters as staff see them: of the whole organisation, of one request, and one by one with the link masked; trying again and a corrected address. */
import { InvalidInput, NotFound, RuleRefusal } from '../../../base/errors.ts';
import { type Ctx, staff } from '../../../base/route.ts';
import { redirectWith, zoneOf } from '../../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Select, Submit } from '../../../ui/form.tsx';
import { Heading } from '../../../ui/heading.tsx';
import { Mark } from '../../../ui/mark.tsx';
import { page } from '../../../ui/page.tsx';
import { Counts, Facts, Pages, Table } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { count, type Word } from '../../../ui/words.ts';
import { partyById } from '../../directory/view.ts';
import {
  contactOf,
  correctContact,
  LETTER_STATES,
  type LetterRow,
  type LetterState,
  lettersOfService,
  lettersPage,
  retryLetters,
} from '../letters.ts';
import { letterTo } from '../rules.ts';
import { letterDue, type Request, requestById, type Service, serviceById } from '../view.ts';
import { errorsOf, formOf } from './frame.tsx';

const SIZE = 100;

const WORDS: Readonly<Record<LetterState, Word>> = {
  queued: { word: 'queued', mark: '▸', tone: 'run' },
  sent: { word: 'sent', mark: '●', tone: 'good' },
  failed: { word: 'could not be sent', mark: '!', tone: 'bad' },
  revoked: { word: 'revoked', mark: '✕', tone: 'quiet' },
};

function State({
  row,
  zone,
}: {
  row: Pick<LetterRow, 'state' | 'attempts' | 'error' | 'notBefore' | 'sentAt'>;
  zone: string;
}) {
  return (
    <div>
      <Mark state={WORDS[row.state]}>
        {row.state === 'queued' ? (
          <>
            {row.attempts > 0 ? 'again' : 'until'} <Time at={row.notBefore} zone={zone} />
          </>
        ) : row.sentAt ? (
          <Time at={row.sentAt} zone={zone} />
        ) : null}
      </Mark>
      {row.error && row.state !== 'sent' ? <div class="soft">{row.error}</div> : null}
    </div>
  );
}

function Where({ c }: { c: Ctx }) {
  const folder = c.get('services').config.mailFolder;
  if (!folder) return null;
  return (
    <p>
      No mail server is set up, so letters do not reach anybody by themselves: each is kept as an <code>.eml</code> file
      in <code>{folder}</code>. Open one with a mail program, or set up a mail server.
    </p>
  );
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
    { title: request ? `Letters · ${request.title}` : 'Letters', area: 'staff', wide: true },
    <>
      <Heading
        title="Letters"
        crumbs={[
          { text: 'Desk', href: '/desk' },
          ...(request ? [{ text: request.title, href: `/desk/requests/${request.id}` }] : []),
        ]}
        lead={request ? `Letters of “${request.title}”.` : 'Every letter of your organisation, and what became of it.'}
      />
      <Where c={c} />
      <Counts counts={LETTER_STATES.map((s) => ({ n: counts[s], text: WORDS[s].word, href: `${base}?state=${s}` }))} />
      {all > 0 ? (
        <form class="form form--row" method="get" action={base} aria-label="Find">
          <Field name="q" type="search" label="Find a recipient or address" value={search} width="medium" />
          <Select
            name="state"
            label="State"
            value={state ?? ''}
            none="all"
            choices={LETTER_STATES.map((s) => ({ value: s, label: WORDS[s].word }))}
          />
          <Submit text="Show" />
        </form>
      ) : null}
      <Table
        caption="Letters"
        quietCaption
        rows={rows}
        empty={
          all === 0
            ? {
                what: 'No letters yet',
                how: 'A letter stands here for each recipient with an address once a request is served.',
              }
            : { what: 'No letter fits', action: { text: 'Show all', href: base } }
        }
        columns={[
          {
            head: 'Recipient',
            names: true,
            cell: (row) => <a href={`/desk/services/${row.service}/letter`}>{row.name}</a>,
          },
          ...(request
            ? []
            : [
                {
                  head: 'Request',
                  cell: (row: LetterRow) => <a href={`/desk/requests/${row.request}`}>{row.title}</a>,
                },
              ]),
          { head: 'Address', cell: (row) => row.address },
          { head: 'State', cell: (row) => <State row={row} zone={zone} /> },
          {
            head: 'Change',
            cell: (row) => (
              <a href={`/desk/services/${row.service}/contact`}>
                Correct the address<span class="usa-sr-only"> of {row.name}</span>
              </a>
            ),
          },
        ]}
      />
      <Pages page={pageNo} pages={Math.ceil(total / SIZE)} href={params} range={count(total, 'letter')} />
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
  if (!service || !request) throw new NotFound('no-service', 'There is no such recipient.');
  return { service, request };
}

const crumbsOf = ({ service, request }: { service: Service; request: Request }) => [
  { text: 'Desk', href: '/desk' },
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
    { title: `Letter to ${service.name}`, area: 'staff' },
    <>
      <Heading
        title={`Letter to ${service.name}`}
        crumbs={crumbsOf(at)}
        lead="The link is different for each recipient and is shown nowhere but in the mail itself."
      />
      <Facts
        facts={[
          {
            name: 'Address',
            value: (
              <>
                {address ?? 'no address'} ·{' '}
                <a href={`/desk/services/${service.id}/contact`}>{address ? 'Correct it' : 'Add one'}</a>
              </>
            ),
          },
          ...letters.map((one, i) => ({
            name: letters.length > 1 ? `Letter ${i + 1}` : 'State',
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
                {one.address === address ? null : <div class="soft">to {one.address}</div>}
              </>
            ),
          })),
        ]}
      />
      {failed ? (
        <Form action={`/desk/services/${service.id}/letter/retry`} label="Try again">
          <Submit text="Try again now" />
        </Form>
      ) : null}
      {text ? (
        <>
          <p>
            <strong>Subject:</strong> {text.subject}
          </p>
          <div class="letter">{text.text}</div>
        </>
      ) : (
        <p>This request was recorded from elsewhere and has no letter of its own.</p>
      )}
    </>,
  );
}

export async function postRetry(c: Ctx): Promise<Response> {
  const { service } = await serviceOf(c);
  const n = await retryLetters(c.get('services'), service.id);
  const words =
    n > 0 ? 'The letter is queued again and leaves within a minute.' : 'There was no failed letter to try again.';
  return redirectWith(c, `/desk/services/${service.id}/letter`, words);
}

async function contactPage(c: Ctx, typed?: string, errors: Errors = {}): Promise<Response> {
  const at = await serviceOf(c);
  const { service } = at;
  const address = await contactOf(c.get('services').db, service.id);
  return page(
    c,
    { title: `Address of ${service.name}`, area: 'staff', status: Object.keys(errors).length > 0 ? 422 : 200 },
    <>
      <Heading
        title={address ? `Correct the address of ${service.name}` : `Add an address for ${service.name}`}
        crumbs={crumbsOf(at)}
        lead="The letter leaves again to the new address. Links that were sent before stop working at once."
      />
      <form class="form" method="post" action={`/desk/services/${service.id}/contact`} novalidate>
        <ErrorSummary errors={errors} what="Nothing was changed." />
        <Field
          name="address"
          type="email"
          label="E-mail address"
          hint={address ? `Now: ${address}` : 'There is none yet.'}
          required
          value={typed ?? ''}
          errors={errors}
          autocomplete="off"
        />
        <Submit
          text={address ? 'Save and send the letter again' : 'Save and send the letter'}
          cancel={{ text: 'Leave it as it is', href: `/desk/services/${service.id}/letter` }}
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
  return redirectWith(c, `/desk/services/${id}/letter`, 'The address is saved and the letter is queued.');
}
