/**
 * Questions across requests and meetings: a page where one is built from filters and answered as a table, kept as a plain address, as of
 * both axes of time; the same as CSV, JSON and XLSX. Shows only what is public.
 */
import type { z } from 'zod';
import { csvDownload, download } from '../../base/csv.ts';
import { InvalidInput } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../../base/route.ts';
import { SHEET_ROWS, xlsxDownload } from '../../base/xlsx.ts';
import { AsOf } from '../../ui/asof.tsx';
import { zoneOf } from '../../ui/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { Links, Table } from '../../ui/table.tsx';
import type { questionBody } from '../api-questions-schemas.ts';
import { cacheRecord, sent } from '../caching.ts';
import { type Moment, momentOf, momentParams } from '../matter.ts';
import { href } from '../parts.tsx';
import { partyPath } from '../party-paths.ts';
import { queryOf } from '../record-page.tsx';
import { allRows, answering, rowsOf } from './cells.ts';
import { choicesAt } from './choices.ts';
import { jsonRow, questionColumns } from './columns.tsx';
import { countOf, type FitPage, fitPage } from './fitting.ts';
import { QuestionForm } from './form.tsx';
import { type Known, knownOf } from './known.ts';
import { isEmpty, type Problems, type Question, questionHref, questionParams, readQuestion } from './question.ts';
import { sentence } from './sentence.ts';

const SIZE = 100;
const MAX_SIZE = 1000;

interface Asked {
  readonly question: Question;
  readonly moment: Moment;
  readonly now: Date;
  readonly known: Known;
  readonly problems: Problems;
}

async function asked(c: Ctx): Promise<Asked> {
  const { db, clock } = c.get('services');
  const now = new Date(clock.now());
  const moment = momentOf(queryOf(c), zoneOf(c), now);
  const { question, problems } = readQuestion(new URL(c.req.url).searchParams);
  const { known, problems: unknown } = await knownOf(db, question, moment);
  const time: Problems = moment.problem === null ? {} : { asOf: moment.problem };
  return { question, moment, now, known, problems: { ...time, ...problems, ...unknown } };
}

async function getPage(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const { question, moment, now, known, problems } = await asked(c);
  const bad = Object.keys(problems).length > 0;
  const named = [
    ...question.requests.map(({ request }) => request),
    ...question.meetings.map(({ meeting }) => meeting),
  ];
  const answers = !bad && !isEmpty(question);
  const [choices, fits, total] = await Promise.all([
    choicesAt(db, known.cut, named),
    answers ? answering.run(() => fitPage(db, known, SIZE, question)) : null,
    answers ? answering.run(() => countOf(db, known)) : 0,
  ]);
  if (bad) c.header('Cache-Control', 'no-store');
  else cacheRecord(c, moment, null, now);
  const names = new Map(choices.associations.map(({ id, name }) => [id, name]));
  return page(
    c,
    {
      title: t('record.q.title'),
      area: 'public',
      wide: true,
      islands: ['asof'],
      ...(bad ? { status: 422 as const } : {}),
    },
    <>
      <Heading
        title={t('record.q.title')}
        lead={t('record.q.lead')}
        crumbs={[{ text: t('record.public-records'), href: '/records' }]}
      />
      <AsOf
        action="/questions"
        asOf={moment.asOf}
        now={now}
        axis={moment.axis}
        zone={moment.zone}
        pairs={questionParams(question)}
      />
      <details class="question__form" open={!answers}>
        <summary>{t(answers ? 'record.q.change' : 'record.q.the')}</summary>
        <QuestionForm question={question} known={known} choices={choices} problems={problems} moment={moment} />
      </details>
      {fits ? <Answer {...{ known, fits, total, names }} rows={await rowsOf(db, known, fits.rows)} /> : null}
      {fits || bad ? null : <NothingAsked none={choices.requests.length + choices.meetings.length === 0} />}
    </>,
  );
}

const NothingAsked = ({ none }: { none: boolean }) =>
  none ? (
    <Empty what={t('record.q.nothing')} how={t('record.q.nothing.how')} />
  ) : (
    <Empty what={t('record.q.unasked')} how={t('record.q.unasked.how')} />
  );

function Answer(props: {
  known: Known;
  fits: FitPage;
  total: number;
  names: ReadonlyMap<string, string>;
  rows: Awaited<ReturnType<typeof rowsOf>>;
}) {
  const { known, fits, total, rows } = props;
  const { question, moment } = known;
  const keep = momentParams(moment);
  const to = (path: string, more: Readonly<Record<string, string>> = {}) =>
    questionHref(path, question, { ...keep, ...more });
  const columns = questionColumns(known);
  return (
    <section aria-labelledby="answer">
      <h2 id="answer">{t('ui.count.parties', { n: total })}</h2>
      <p>{sentence(known, props.names)}</p>
      <Links
        label={t('record.download')}
        links={[
          { text: 'CSV', href: to('/questions.csv'), download: true },
          { text: 'JSON', href: to('/questions.json'), download: true },
          { text: 'XLSX', href: to('/questions.xlsx'), download: true },
        ]}
      />
      {total >= SHEET_ROWS ? (
        <Notice title={t('record.q.workbook')}>
          <p>{t('record.q.workbook.how', { n: SHEET_ROWS - 1 })}</p>
        </Notice>
      ) : null}
      <Table
        caption={t('record.q.fit')}
        quietCaption
        rows={rows}
        sort={{
          by: question.sort,
          down: question.down,
          href: (by) => questionHref('/questions', turned(question, by), keep),
        }}
        columns={[
          {
            head: t('record.party'),
            names: true,
            sort: 'name',
            cell: (row) => <a href={href(partyPath(row.party), keep)}>{row.name}</a>,
          },
          ...columns.map(({ name, head, show }) => ({
            head,
            cell: show,
            ...(name === 'kind' || name === 'state' ? { sort: name } : {}),
          })),
        ]}
        empty={{
          what: t(total === 0 ? 'record.q.nobody' : 'record.q.page-empty'),
          how: total === 0 ? t('record.q.nobody.how') : <a href={to('/questions')}>{t('record.q.first-page')}</a>,
        }}
      />
      <nav class="pages" aria-label={t('record.pages')}>
        <ul class="pages__list">
          {fits.before && rows[0] ? (
            <>
              <li>
                <a href={to('/questions')}>{t('record.pages.first')}</a>
              </li>
              <li>
                <a href={to('/questions', { before: rows[0].party })} rel="prev">
                  {t('record.pages.previous')}
                </a>
              </li>
            </>
          ) : null}
          {fits.after ? (
            <li>
              <a href={to('/questions', { after: rows.at(-1)?.party ?? '' })} rel="next">
                {t('record.pages.next')}
              </a>
            </li>
          ) : null}
        </ul>
      </nav>
    </section>
  );
}

function turned(question: Question, by: string): Question {
  const sort = by === 'kind' || by === 'state' ? by : 'name';
  return { ...question, sort, down: sort === question.sort && !question.down };
}

/** The question of a download or a program. @throws InvalidInput `bad-question`, each parameter named; `nothing-asked` */
async function readable(c: Ctx): Promise<Asked> {
  const read = await asked(c);
  const wrong = Object.values(read.problems);
  if (wrong.length > 0)
    throw new InvalidInput('bad-question', { what: wrong.join(' '), next: t('record.q.build') }, read.problems);
  if (isEmpty(read.question))
    throw new InvalidInput('nothing-asked', {
      what: t('record.q.neither'),
      next: t('record.q.build'),
    });
  cacheRecord(c, read.moment, null, read.now);
  c.header('Access-Control-Allow-Origin', '*');
  return read;
}

const HEAD = ['party', 'name'];

async function* lines(c: Ctx, known: Known) {
  const columns = questionColumns(known);
  for await (const rows of allRows(c.get('services').db, known))
    yield rows.map((row) => [row.party, row.name, ...columns.map(({ text }) => text(row))]);
}

async function getCsv(c: Ctx): Promise<Response> {
  const { known } = await readable(c);
  return sent(
    c,
    csvDownload('answer.csv', [...HEAD, ...questionColumns(known).map(({ file }) => file)], lines(c, known)),
  );
}

async function getXlsx(c: Ctx): Promise<Response> {
  const { known } = await readable(c);
  return sent(
    c,
    xlsxDownload(
      'answer.xlsx',
      [t('record.party'), t('record.name'), ...questionColumns(known).map(({ head }) => head)],
      lines(c, known),
    ),
  );
}

function bodyWithout(c: Ctx, { known, moment, question }: Asked) {
  const { baseUrl } = c.get('services').config;
  return {
    question: `${baseUrl}${questionHref('/questions', question, momentParams(moment))}`,
    asOf: {
      at: moment.at.toISOString(),
      axis: moment.axis,
      now: moment.asOf === null,
      position: known.cut.last < 0 ? null : known.cut.last,
    },
  };
}

/** All rows as one JSON file, made while it is read. */
async function getJson(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const read = await readable(c);
  const total = await answering.run(() => countOf(db, read.known));
  async function* parts() {
    yield `${JSON.stringify({ ...bodyWithout(c, read), total, next: null }).slice(0, -1)},"rows":[`;
    let first = true;
    for await (const rows of allRows(db, read.known)) {
      yield (first ? '' : ',') + rows.map((row) => JSON.stringify(jsonRow(read.known, row))).join(',');
      first = false;
    }
    yield ']}\n';
  }
  return sent(c, download(parts(), 'application/json', 'answer.json'));
}

async function getApi(c: Ctx): Promise<Response> {
  const { db, config } = c.get('services');
  const read = await readable(c);
  const { known, question, moment } = read;
  const wanted = Math.trunc(Number(c.req.query('size') ?? SIZE));
  const size = wanted >= 1 && wanted <= MAX_SIZE ? wanted : SIZE;
  const [fits, total] = await answering.run(() =>
    Promise.all([fitPage(db, known, size, question), countOf(db, known)]),
  );
  const rows = await rowsOf(db, known, fits.rows);
  const last = rows.at(-1);
  const more = { ...momentParams(moment), ...(size === SIZE ? {} : { size: String(size) }) };
  const body: z.infer<typeof questionBody> = {
    ...bodyWithout(c, read),
    total,
    rows: rows.map((row) => jsonRow(known, row)),
    next:
      fits.after && last
        ? `${config.baseUrl}${questionHref('/api/v1/questions', question, { ...more, after: last.party })}`
        : null,
  };
  return c.json(body);
}

export const questionPages: readonly Route[] = [
  { method: 'GET', path: '/questions', access: ANYONE, handler: getPage },
  { method: 'GET', path: '/questions.csv', access: ANYONE, handler: getCsv },
  { method: 'GET', path: '/questions.json', access: ANYONE, handler: getJson },
  { method: 'GET', path: '/questions.xlsx', access: ANYONE, handler: getXlsx },
  { method: 'GET', path: '/api/v1/questions', access: ANYONE, handler: getApi },
];
