/**
 * How a record is cited: a permanent address of it as of a time, and the receipt of the last entry that it stood on, in words, for BibTeX and as
 * CSL-JSON. What is cited does not change; what is cited of the present is pinned to the minute at which it was read.
 */
import { t } from '../base/language.ts';
import { rich } from '../ui/rich.tsx';
import { timeText } from '../ui/time.tsx';
import { type LastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { href, recordPath } from './paths.ts';

const MINUTE = 60_000;

/** The moment as one that stays: of the present, the whole minute, but never before the last entry that was shown. */
export function pinned(moment: Moment, last: Pick<LastEntry, 'updatedAt'> | null): Moment {
  if (moment.asOf !== null) return moment;
  const minute = Math.floor(moment.at.getTime() / MINUTE) * MINUTE;
  const asOf = new Date(Math.max(minute, last?.updatedAt.getTime() ?? 0));
  return { ...moment, asOf, at: asOf, point: { axis: 'recorded', at: asOf } };
}

export interface Citation {
  readonly title: string;
  readonly keeper: string;
  readonly asOf: Date;
  /** what the time means, in words */
  readonly axis: string;
  readonly url: string;
  readonly receipt: string | null;
  readonly position: number | null;
  readonly log: string;
  readonly text: string;
}

/** @param base where people reach this server @param path the page that is cited */
export function citationOf(
  { base, log }: { readonly base: string; readonly log: string },
  matter: PublicMatter,
  moment: Moment,
  last: LastEntry | null,
  path: string = recordPath(matter),
): Citation {
  const at = pinned(moment, last);
  const url = `${base}${href(path, momentParams(at))}`;
  const receipt = last && `${base}/receipts/${last.entry}.receipt.json`;
  const axis = t(at.axis === 'happened' ? 'record.cite.happened' : 'record.cite.known');
  const when = timeText(at.at, moment.zone).text;
  const words = { issuer: matter.issuerName, title: matter.title, when, axis, url };
  return {
    ...{ title: matter.title, keeper: matter.issuerName, asOf: at.at, axis, url, receipt, log },
    position: last?.position ?? null,
    text:
      last && receipt
        ? t('record.cite.text-last', { ...words, position: last.position, log, receipt })
        : t('record.cite.text', words),
  };
}

const TEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};
const tex = (text: string): string =>
  text.replace(/[\\~^]|[&%$#_{}]/g, (char) => TEX[char] ?? `\\${char}`).replaceAll(/\s+/g, ' ');

function noteOf({ asOf, axis, receipt, position }: Citation): string {
  const at = { at: asOf.toISOString(), axis };
  return receipt === null || position === null
    ? t('record.cite.note', at)
    : t('record.cite.note-receipt', { ...at, position, receipt });
}

/** One `@misc` of BibTeX. */
export function bibtex(slug: string, one: Citation): string {
  const day = one.asOf.toISOString().slice(0, 10);
  return `@misc{${slug}-${day},
  author = {{${tex(one.keeper)}}},
  title = {${tex(one.title)}},
  year = {${day.slice(0, 4)}},
  howpublished = {${tex(t('record.cite.published', { log: one.log }))}},
  url = {${one.url}},
  note = {${tex(noteOf(one))}}
}
`;
}

/** A list of one, as CSL-JSON has it. */
export function cslJson(slug: string, one: Citation) {
  const [year = 0, month = 0, day = 0] = one.asOf.toISOString().slice(0, 10).split('-').map(Number);
  const date = { 'date-parts': [[year, month, day]] };
  return [
    {
      ...{ id: `${slug}-${one.asOf.toISOString()}`, type: 'webpage', title: one.title, URL: one.url },
      author: [{ literal: one.keeper }],
      'container-title': 'Counterfoil',
      publisher: one.log,
      ...{ issued: date, accessed: date },
      note: noteOf(one),
    },
  ];
}

/** The box under a record: words to copy, and files for programs that keep literature. */
export function CiteBox({
  citation,
  matter,
  moment,
  last,
}: {
  readonly citation: Citation;
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly last: LastEntry | null;
}) {
  const params = momentParams(pinned(moment, last));
  const file = (ending: string) => href(`${recordPath(matter)}/cite.${ending}`, params);
  return (
    <details class="cite">
      <summary>{t('record.cite')}</summary>
      <p class="cite__text">{citation.text}</p>
      <p>
        {rich('record.cite.keeps', {
          url: (
            <a class="cite__url" href={citation.url}>
              {citation.url}
            </a>
          ),
        })}
      </p>
      <p class="links">
        <span class="links__label">{t('record.cite.label')}</span>
        <a href={file('bib')} download>
          BibTeX
        </a>
        <a href={file('json')} download>
          CSL-JSON
        </a>
        {citation.receipt ? <a href={citation.receipt}>{t('record.cite.receipt')}</a> : null}
      </p>
      <p>
        {rich('record.cite.embed', {
          html: <code class="command">{iframe(embedUrl(citation.url), matter.title)}</code>,
        })}
      </p>
    </details>
  );
}

/** The address of a record's frame for other sites, out of the record's own. */
export const embedUrl = (url: string): string => url.replace(/\/record\/([^/?]+)[^?]*/, '/embed/record/$1');

const attribute = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** HTML for other sites' pages. The frame may open links in new windows, and nothing else. */
export const iframe = (src: string, title: string, width = 640, height = 480): string =>
  `<iframe src="${attribute(src)}" title="${attribute(title)}" width="${width}" height="${height}" sandbox="allow-popups allow-popups-to-escape-sandbox" loading="lazy"></iframe>`;
