/** What the pages of sources, statements and figures share: the matter of the path, times as people give them, a source in words. */

import { InvalidInput, NotFound } from '../base/errors.ts';
import type { Texts } from '../base/form.ts';
import { uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { type Ctx, staff } from '../base/route.ts';
import { instantOf } from '../ui/asof.tsx';
import { type Errors, Field } from '../ui/form.tsx';
import { Hash } from '../ui/hash.tsx';
import { rich } from '../ui/rich.tsx';
import { Day } from '../ui/time.tsx';
import { matterById } from './matters/view.ts';

/** The matter of a staff path, and a fresh token for its form. */
export async function matterOfPath(c: Ctx) {
  const services = c.get('services');
  const matter = await matterById(services.db, c.req.param('matter') ?? '');
  if (!matter) throw new NotFound('no-matter', t('said.no-matter'));
  return {
    services,
    matter,
    writes: staff(c).role !== 'viewer',
    newOnce: uuidv7(services.clock.now(), services.random),
  };
}

/** The way to a page of a matter. */
export const crumbsTo = (matter: { readonly id: string; readonly title: string }) => [
  { text: t('ui.nav.desk'), href: '/desk' },
  { text: matter.title, href: `/desk/matters/${matter.id}` },
];

/** When it was said: a time of day, or noon of a day whose hour is not known. @throws InvalidInput */
export function saidAt(
  day: string,
  time: string,
  zone: string,
): { readonly saidAt: number; readonly dayOnly: boolean } {
  const at = instantOf(`${day}T${time || '12:00'}`, zone);
  if (at) return { saidAt: at.getTime(), dayOnly: time === '' };
  throw new InvalidInput('input-refused', t('said.day-missing'), { day: t('said.day-missing.field') });
}

export interface SourceLine {
  readonly publisher: string;
  readonly title: string;
  readonly published: string | null;
  readonly url: string | null;
  readonly sha256: string;
}

/** "Publisher, “title”, day" with a link where there is one, and the hash of the kept copy. */
export function SourceWords({ source }: { source: SourceLine }) {
  const cited = <cite>{source.title}</cite>;
  const title = source.url ? (
    <a href={source.url} rel="noreferrer">
      {cited}
    </a>
  ) : (
    cited
  );
  const line = { publisher: source.publisher, title, hash: <Hash hex={source.sha256} /> };
  return (
    <span>
      {source.published
        ? rich('said.source.line.day', { ...line, day: <Day on={source.published} /> })
        : rich('said.source.line', line)}
    </span>
  );
}

interface Typed {
  readonly values: Texts;
  readonly errors: Errors;
}

/** Fields for when something was said, as `saidAt` takes them. @param zone named where the page does not name it otherwise */
export function SaidWhen({ label, zone, values, errors }: Typed & { readonly label: string; readonly zone?: string }) {
  return (
    <>
      <Field name="day" type="date" label={label} required value={values['day'] ?? ''} errors={errors} width="medium" />
      <Field
        name="time"
        type="time"
        label={t('said.time')}
        {...(zone === undefined ? {} : { hint: t('said.time.zone', { zone }) })}
        value={values['time'] ?? ''}
        errors={errors}
        width="medium"
      />
    </>
  );
}
