/** One recipient in a public record: what was asked of it, the three facts of each item, how the due date is counted, receipts. */

import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import type { Worked } from '../rooms/clock/rules.ts';
import { ItemClock, Moves, Workings } from '../rooms/clock-parts.tsx';
import { requestById, servedWorking, serviceById } from '../rooms/requests/view.ts';
import { Statements } from '../rooms/statements/parts.tsx';
import { Concerning, Touching } from '../rooms/touching-parts.tsx';
import { AsOf } from '../ui/asof.tsx';
import { Heading } from '../ui/heading.tsx';
import { Mark } from '../ui/mark.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Facts } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { clockState, disposition, finding, partyKind } from '../ui/words.ts';
import { type BoardCell, type BoardRow, boardPage, foundWord, saidWord } from './board.ts';
import { cacheRecord } from './caching.ts';
import { cutAt } from './cut.ts';
import { momentParams, type PublicMatter } from './matter.ts';
import { publicLinks } from './orders-page.tsx';
import { clockText, entryPath, href, recordPath, servicePath } from './parts.tsx';
import { partyPath } from './party-paths.ts';
import { concerning, reachAt, touchesOf } from './reach.ts';
import { opened } from './record-page.tsx';
import { movedClock } from './service-clock.ts';
import { statementsAround } from './statements-page.tsx';

const uuidText = z.uuid();
/** There is no such recipient, or none by then. */
export const noService = () =>
  new NotFound('no-service', {
    what: t('record.no-service'),
    next: t('record.no-service.next'),
  });

/** One recipient as of the time that was asked for; `row` is undefined where it had not been asked by then. @throws NotFound */
export async function serviceModel(c: Ctx) {
  const { db } = c.get('services');
  const { matter, moment, now } = await opened(c);
  const id = c.req.param('service') ?? '';
  const service = uuidText.safeParse(id).success ? await serviceById(db, id) : null;
  const request = service && service.matter === matter.id ? await requestById(db, service.request) : null;
  if (!service || request?.audience !== 'public') throw noService();
  const cut = await cutAt(db, moment.now, moment.point);
  const board = await boardPage(db, {
    request,
    asOf: moment.point,
    cut,
    filter: {},
    only: service.id,
    sort: { by: 'recipient', down: false },
    page: 1,
    size: 1,
    now: moment.at,
  });
  const [row] = board.rows;
  const moved = row ? await movedClock(db, service, request, cut) : null;
  const said = await statementsAround(db, service, cut);
  const reach = await reachAt(db, matter.id, cut, moment.at);
  return { matter, moment, reach, now, service, request, board, row, moved, said };
}

async function servicePage(c: Ctx): Promise<Response> {
  const { matter, moment, reach, now, service, request, board, row, moved, said } = await serviceModel(c);
  const who = {
    request: request.id,
    service: service.id,
    party: service.recipient,
    ocdId: service.ocdId,
    state: service.state,
  };
  const touches = touchesOf(
    reach,
    who,
    request.items.map(({ item }) => item),
  );
  const standings = concerning(reach, who);
  const links = publicLinks(matter, moment);
  const zone = moment.zone;
  const place = [partyKind(service.kind), service.state].filter(Boolean).join(', ');
  if (moment.problem === null) cacheRecord(c, moment, null, now);
  return page(
    c,
    {
      title: `${service.name} · ${matter.title}`,
      area: 'public',
      status: moment.problem === null ? 200 : 422,
    },
    <>
      <Heading
        title={service.name}
        tags={matter.example ? [t('record.example')] : []}
        lead={t('record.service.lead', { place, issuer: matter.issuerName, title: request.title })}
        crumbs={[
          { text: t('record.public-records'), href: '/records' },
          { text: matter.title, href: href(recordPath(matter), momentParams(moment)) },
        ]}
      />
      {moment.problem ? (
        <Notice tone="bad" title={t('record.bad-time')}>
          <p>{t('record.bad-time.present', { problem: moment.problem })}</p>
        </Notice>
      ) : null}
      <AsOf action={servicePath(matter, service.id)} asOf={moment.asOf} now={now} axis={moment.axis} zone={zone} />
      {row ? (
        <>
          <Facts
            facts={[
              {
                name: t('record.clock'),
                value: (
                  <>
                    <span id="clock">
                      <Mark state={clockState(row.clock.state)}>{clockText(row.clock)}</Mark>
                    </span>
                    <Workings workings={moved ? moved.workings : servedWorking(service)} />
                  </>
                ),
              },
              {
                name: t('record.served'),
                value: (
                  <>
                    <Time at={service.occurredAt} zone={zone} dayOnly={request.conduct === 'recorded'} /> ·{' '}
                    <a href={entryPath(matter, service.id)}>{rich('record.receipt-of-service', { more: quiet })}</a>
                  </>
                ),
              },
              {
                name: t('record.party'),
                value: (
                  <a href={href(partyPath(service.recipient), momentParams(moment))}>{t('record.service.party')}</a>
                ),
              },
              {
                name: t('record.service.evidence'),
                value:
                  request.conduct === 'recorded'
                    ? t('record.service.evidence.none')
                    : t('record.service.evidence.kept'),
              },
            ]}
          />
          {moved ? (
            <section aria-labelledby="moved">
              <h2 id="moved">{t('record.service.moved')}</h2>
              <Moves
                moves={moved.moves}
                names={new Map([[matter.issuer, matter.issuerName]])}
                zone={zone}
                receipt={(entry, words) => (
                  <a href={entryPath(matter, entry)}>{rich('record.receipt-of', { of: words, more: quiet })}</a>
                )}
              />
            </section>
          ) : null}
          <section aria-labelledby="orders">
            <h2 id="orders">{t('record.service.orders')}</h2>
            <Touching touches={touches} reach={reach} links={links} items={request.items.length} />
          </section>
          {standings.length > 0 ? (
            <section aria-labelledby="consequences">
              <h2 id="consequences">{t('record.tab.consequences')}</h2>
              <Concerning standings={standings} links={links} />
            </section>
          ) : null}
          {request.items.map((item, i) => (
            <section class="cell" aria-labelledby={`item-${item.item}`}>
              <h2 id={`item-${item.item}`}>{t('record.item', { item: item.item })}</h2>
              <p class="body__text">{item.text}</p>
              <Cell
                matter={matter}
                row={row}
                cell={row.cells[i]}
                unknown={board.unknown}
                zone={zone}
                workings={moved ? moved.workings : servedWorking(service)}
              />
            </section>
          ))}
        </>
      ) : (
        <p>
          {rich('record.service.not-yet', {
            name: service.name,
            a: (words) => <a href={servicePath(matter, service.id)}>{words}</a>,
          })}
        </p>
      )}
      {said.length > 0 ? (
        <section aria-labelledby="said">
          <h2 id="said">{t('record.tab.statements')}</h2>
          <Statements
            statements={said}
            zone={zone}
            receipt={(entry) => entryPath(matter, entry)}
            empty={{ what: t('record.no-statement') }}
          />
        </section>
      ) : null}
      {service.ocdId ? (
        <p class="soft">{rich('record.service.ocd', { id: <code class="hash hash--whole">{service.ocdId}</code> })}</p>
      ) : null}
    </>,
  );
}

function Cell(props: {
  readonly matter: PublicMatter;
  readonly row: BoardRow;
  readonly cell: BoardCell | undefined;
  readonly unknown: boolean;
  readonly zone: string;
  readonly workings: readonly Worked[];
}) {
  const { matter, cell, zone } = props;
  if (!cell) return null;
  const { answer, determination } = cell;
  const files = answer && answer.documents > 0 ? `, ${t('ui.count.files', { n: answer.documents })}` : '';
  return (
    <Facts
      facts={[
        {
          name: t('record.says'),
          value: (
            <>
              <Mark state={disposition(saidWord(cell, props))}>{files}</Mark>
              {answer ? (
                <When
                  at={answer.at}
                  zone={zone}
                  href={entryPath(matter, answer.entry)}
                  receipt={rich('record.receipt-of-answer', { more: quiet })}
                />
              ) : null}
              {answer?.carriedFrom ? (
                <>
                  {' '}
                  ·{' '}
                  <a href={`${servicePath(matter, answer.carriedFrom)}#item-${cell.item}`}>
                    {t('record.service.carried')}
                  </a>
                </>
              ) : null}
            </>
          ),
        },
        {
          name: t('record.finds'),
          value: (
            <>
              <Mark state={finding(foundWord(cell, props))} />
              {determination?.reasons ? <span class="body__text">: {determination.reasons}</span> : null}
              {determination && !determination.current ? ` (${t('record.service.earlier')})` : null}
              {determination ? (
                <When
                  at={determination.at}
                  zone={zone}
                  href={entryPath(matter, determination.entry)}
                  receipt={rich('record.receipt-of-finding', { more: quiet })}
                />
              ) : null}
            </>
          ),
        },
        {
          name: t('record.clock'),
          value: (
            <ItemClock item={cell.item} workings={props.workings}>
              <Mark state={clockState(cell.clock.state)}>{clockText(cell.clock)}</Mark>
            </ItemClock>
          ),
        },
      ]}
    />
  );
}

function When({ at, zone, href: to, receipt }: { at: Date; zone: string; href: string; receipt: Child }) {
  return (
    <span class="soft">
      {' '}
      · <Time at={at} zone={zone} /> · <a href={to}>{receipt}</a>
    </span>
  );
}

export const serviceRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/services/:service', access: ANYONE, handler: servicePage },
];
