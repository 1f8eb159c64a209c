/** What the desk's pages of parties and people share: forms that keep what was typed, fields of days and sources, where links lead. */

import type { Texts } from '../base/form.ts';
import { t } from '../base/language.ts';
import { SOURCE_FIELDS, SourceFields as WholeSource } from '../rooms/source-fields.tsx';
import { type Errors, Field } from '../ui/form.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { localInput } from '../ui/time.tsx';
import { deskParty } from './desk-directory.tsx';
import type { Side } from './party-parts.tsx';

export const deskPerson = (id: string): string => `/desk/people/${id}`;

/** Which form was sent, to open it again with what was typed. */
export interface Shown {
  readonly form: string;
  readonly values: Texts;
  readonly errors: Errors;
  readonly once: string;
}

export const SOURCE_NAMES = SOURCE_FIELDS;
export const sourceOf = ({ publisher, sourceTitle: title, sourceDate: date }: Texts) => ({ publisher, title, date });
/** Errors of a source under the names of its fields on the page. */
export const pageErrors = (errors: Errors): Errors => {
  const names: Readonly<Record<string, string>> = {
    'source.publisher': 'publisher',
    'source.title': 'sourceTitle',
    'source.date': 'sourceDate',
  };
  return Object.fromEntries(Object.entries(errors).map(([name, words]) => [names[name] ?? name, words]));
};

/** A source that has to be there, with what was typed. */
export function SourceFields({ text, errors }: { text: (name: string) => string; errors: Errors }) {
  return <WholeSource required values={textsOf(text)} errors={errors} />;
}

const textsOf = (text: (name: string) => string) => Object.fromEntries(SOURCE_FIELDS.map((name) => [name, text(name)]));

export function DayFields({ text, errors }: { text: (name: string) => string; errors: Errors }) {
  return (
    <>
      <Field
        name="from"
        type="date"
        label={t('desk.people.first-day')}
        value={text('from')}
        errors={errors}
        width="medium"
      />
      <Field
        name="until"
        type="date"
        label={t('desk.people.last-day')}
        hint={t('desk.people.last-day.hint')}
        value={text('until')}
        errors={errors}
        width="medium"
      />
    </>
  );
}

/** The desk's side of shared tables: links into the desk, and a page for saying days anew. */
export const deskSide = (zone: string, now: Date, writes: boolean, back: string): Side => ({
  party: deskParty,
  person: deskPerson,
  served: (one) => `/desk/services/${one.service}`,
  meeting: (one) => `/desk/matters/${one.matterId}/meetings/${one.meeting}`,
  said: (one) => `/desk/matters/${one.matterId}/statements`,
  day: localInput(now, zone).slice(0, 10),
  zone,
  ...(writes
    ? {
        change: (of, row, what) => {
          const query = new URLSearchParams({
            of,
            term: row.id,
            what,
            from: row.from ?? '',
            until: row.until ?? '',
            back,
          });
          return <a href={`/desk/people/days?${query}`}>{rich('desk.people.days-of', { what, more: quiet })}</a>;
        },
      }
    : {}),
});
