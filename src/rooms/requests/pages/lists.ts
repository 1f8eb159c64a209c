/** Downloads of a draft: its recipients, the rows that cannot be used, and a sample file. Made while they are read; no cell is a formula. */
import { type Cell, csvDownload, csvLine, fileName } from '../../../base/csv.ts';
import { t } from '../../../base/language.ts';
import type { Ctx } from '../../../base/route.ts';
import { problemsOf, recipientsAfter } from '../draft-recipients.ts';
import type { Draft } from '../drafts.ts';
import { composing } from './frame.tsx';

const CHUNK = 2000;
const HEAD = ['name', 'kind', 'state', 'ocd_id', 'time_zone', 'email'] as const;

const titleOf = ({ body }: Draft): string => body.title ?? t('requests.file.name.request');

export async function getRecipientsCsv(c: Ctx): Promise<Response> {
  const { services, draft } = await composing(c);
  const { columns } = draft.body;
  async function* rows(): AsyncGenerator<readonly (readonly Cell[])[]> {
    for (let line = 0; ; ) {
      const some = await recipientsAfter(services.db, draft.id, line, CHUNK);
      const last = some.at(-1);
      if (!last) return;
      line = last.line;
      yield some.map((r) => [
        r.name,
        r.kind,
        r.state,
        r.ocdId,
        r.zone,
        r.email,
        ...columns.map((name) => r.merge[name] ?? null),
      ]);
    }
  }
  return csvDownload(
    fileName(t('requests.file.name.recipients', { title: titleOf(draft) }), 'csv'),
    [...HEAD, ...columns],
    rows(),
  );
}

export async function getProblemsCsv(c: Ctx): Promise<Response> {
  const { services, draft } = await composing(c);
  async function* rows(): AsyncGenerator<readonly (readonly Cell[])[]> {
    for (let offset = 0; ; offset += CHUNK) {
      const some = await problemsOf(services.db, draft.id, CHUNK, offset);
      if (some.length === 0) return;
      yield some.map((problem) => [problem.line, problem.what]);
    }
  }
  const name = fileName(t('requests.file.name.problems', { title: titleOf(draft) }), 'csv');
  return csvDownload(name, ['line', 'what is wrong'], rows());
}

const SAMPLE = [
  [...HEAD, 'clerk'],
  [
    'City of Example',
    'city',
    'California',
    'ocd-division/country:us/state:ca/place:example',
    '',
    'clerk@city.example.gov',
    'the City Clerk',
  ],
  ['Example County', 'county', 'Texas', '', 'America/Chicago', 'records@county.example.gov', 'the Records Officer'],
  ['State of Example', 'state', '', '', '', '', 'the Attorney General'],
];

/** A file to start from: made-up places, one of each way to name a party. */
export function getSample(): Response {
  return new Response(`\ufeff${SAMPLE.map(csvLine).join('')}`, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="recipients-sample.csv"',
    },
  });
}
