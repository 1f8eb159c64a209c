/** Opening a matter. The desk's list and the page of a matter stand in src/record, because they count what other rooms hold. */
import { InvalidInput } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { uuidv7 } from '../../base/ids.ts';
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
    { title: 'Open a matter', area: 'staff', status: shown.errors ? 422 : 200 },
    <>
      <Heading
        title="Open a matter"
        crumbs={[{ text: 'Desk', href: '/desk' }]}
        lead="A matter holds everything about one affair: its requests, what was answered, what was found. It cannot be renamed later; a new fact can only be added."
      />
      <Form action="/desk/matters" errors={errors} hidden={{ once: shown.once }} label="Open a matter">
        <Field
          name="title"
          label="Title"
          hint="As people will speak of it: “The 2026 records survey”."
          required
          value={shown.title}
          errors={errors}
          maxlength={200}
        />
        <TextArea
          name="summary"
          label="In two sentences, what it is about"
          value={shown.summary}
          errors={errors}
          rows={3}
          maxlength={2000}
        />
        <Field
          name="slug"
          label="Address of the record"
          hint={`${base}/record/… Small letters, digits and hyphens. Left empty, it is made from the title.`}
          value={shown.slug}
          errors={errors}
          width="medium"
          maxlength={80}
        />
        <Radios
          name="audience"
          label="Who may see it"
          required
          value={shown.audience}
          errors={errors}
          choices={[
            {
              value: 'public',
              label: 'Everyone',
              hint: 'What is asked, of whom, the state of each item, and your reasons. Never documents, notes or addresses.',
            },
            { value: 'parties', label: 'The parties alone', hint: 'You, and each recipient what concerns it.' },
          ]}
        />
        <Submit text="Open the matter" cancel={{ text: 'Back to the desk', href: '/desk' }} />
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
      throw new InvalidInput('input-refused', 'Choose who may see the matter.', {
        audience: 'Choose who may see the matter.',
      });
    }
    const { id } = await openMatter(services, staff(c), { ...typed, audience }, typed.once);
    return redirectWith(c, `/desk/matters/${id}`, 'The matter is open. Next, compose its first request.');
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
