/** Opening a matter. The desk's list and the page of a matter stand in src/record, because they count what other rooms hold. */
import { InvalidInput } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, staff } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { type Errors, Field, Form, Radios, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { uuid } from '../fields.ts';
import { freeSlug, openMatter, slugFrom } from './commands.ts';

interface Shown {
  readonly title: string;
  readonly slug: string;
  readonly summary: string;
  readonly audience: string;
  readonly once: string;
  readonly errors?: Errors;
}

function view(c: Ctx, shown: Shown) {
  const errors = shown.errors ?? {};
  const base = c.get('services').config.baseUrl.replace(/^https?:\/\//, '');
  return page(
    c,
    { title: t('access.matters.open'), area: 'staff', status: shown.errors ? 422 : 200 },
    <>
      <Heading
        title={t('access.matters.open')}
        crumbs={[{ text: t('ui.nav.desk'), href: '/desk' }]}
        lead={t('access.matters.lead')}
      />
      <Form action="/desk/matters" errors={errors} hidden={{ once: shown.once }} label={t('access.matters.open')}>
        <Field
          name="title"
          label={t('access.matters.title')}
          hint={t('access.matters.title.hint')}
          required
          value={shown.title}
          errors={errors}
          maxlength={200}
        />
        <TextArea
          name="summary"
          label={t('access.matters.summary')}
          value={shown.summary}
          errors={errors}
          rows={3}
          maxlength={2000}
        />
        <Field
          name="slug"
          label={t('access.matters.slug')}
          hint={t('access.matters.slug.hint', { base })}
          value={shown.slug}
          errors={errors}
          width="medium"
          maxlength={80}
        />
        <Radios
          name="audience"
          label={t('access.matters.audience')}
          required
          value={shown.audience}
          errors={errors}
          choices={[
            {
              value: 'public',
              label: t('access.matters.audience.public'),
              hint: t('access.matters.audience.public.hint'),
            },
            {
              value: 'parties',
              label: t('access.matters.audience.parties'),
              hint: t('access.matters.audience.parties.hint'),
            },
          ]}
        />
        <Submit text={t('access.matters.submit')} cancel={{ text: t('ui.status.to-desk'), href: '/desk' }} />
      </Form>
    </>,
  );
}

const freshOnce = (c: Ctx): string => {
  const { clock, random } = c.get('services');
  return uuidv7(clock.now(), random);
};

function getNew(c: Ctx) {
  return view(c, { title: '', slug: '', summary: '', audience: 'public', once: freshOnce(c) });
}

async function postNew(c: Ctx): Promise<Response> {
  const body = await bodyOf(c);
  const field = (name: string) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const once = uuid.safeParse(field('once'));
  const typed = {
    title: field('title'),
    slug: field('slug'),
    summary: field('summary'),
    audience: field('audience'),
    once: once.success ? once.data : freshOnce(c),
  };
  const audience = typed.audience === 'public' || typed.audience === 'parties' ? typed.audience : null;
  const services = c.get('services');
  try {
    if (audience === null) {
      throw new InvalidInput('input-refused', t('access.matters.audience.choose'), {
        audience: t('access.matters.audience.choose'),
      });
    }
    const { id } = await openMatter(services, staff(c), { ...typed, audience }, typed.once);
    return redirectWith(c, `/desk/matters/${id}`, t('access.matters.opened'));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    // The proposal for a taken address stands in the field, ready to be sent.
    const slug =
      error.code === 'slug-taken' ? await freeSlug(services.db, typed.slug || slugFrom(typed.title)) : typed.slug;
    return view(c, { ...typed, slug, errors: error.fields });
  }
}

export const matterRoutes: readonly Route[] = [
  { method: 'GET', path: '/desk/matters/new', access: EDITOR, handler: getNew },
  { method: 'POST', path: '/desk/matters', access: EDITOR, handler: postNew },
];
