/** How an organisation reviews what it publishes: seen by all its staff, set by an owner. */
import { bodyOf, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { type Ctx, OWNER, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { type Errors, Form, Radios, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { errorsOf } from '../input.ts';
import { chooseReview } from './commands.ts';
import { type ReviewSetting, reviewSettingOf } from './view.ts';

const PATH = '/desk/review';

const WORDS = {
  no: 'Whoever writes a statement or a figure publishes it, in one step.',
  editor: 'Whoever writes a statement or a figure sends it for review; another editor or owner publishes it.',
  owner: 'Whoever writes a statement or a figure sends it for review; an owner who did not write it publishes it.',
} as const;
type Choice = keyof typeof WORDS;

const choiceOf = ({ second, reviewer }: ReviewSetting): Choice => (second ? reviewer : 'no');

async function show(c: Ctx, errors: Errors = {}, typed?: string): Promise<Response> {
  const { db, clock, random } = c.get('services');
  const actor = staff(c);
  const stands = choiceOf(await reviewSettingOf(db, actor.party));
  return page(
    c,
    { title: 'How your organisation reviews', area: 'staff', status: Object.keys(errors).length > 0 ? 422 : 200 },
    <>
      <Heading title="How your organisation reviews" crumbs={[{ text: 'Desk', href: '/desk' }]} lead={WORDS[stands]} />
      {actor.role === 'owner' ? (
        <Form
          action={PATH}
          errors={errors}
          hidden={{ once: uuidv7(clock.now(), random) }}
          label="How your organisation reviews"
        >
          <Radios
            name="review"
            label="Who publishes"
            required
            value={typed ?? stands}
            errors={errors}
            choices={[
              { value: 'no', label: 'Whoever writes it', hint: WORDS.no },
              { value: 'editor', label: 'A second person', hint: WORDS.editor },
              { value: 'owner', label: 'A second person who is an owner', hint: WORDS.owner },
            ]}
          />
          <Submit text="Set it so" />
        </Form>
      ) : (
        <p>An owner of your organisation can change this.</p>
      )}
      <p>
        It is about statements, figures and their corrections. What is set stands in the log, where your organisation
        alone can read it. <a href="/desk/writing">Drafts for the public record</a>
      </p>
    </>,
  );
}

async function post(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { party, role } = staff(c);
  const { review = '', once = '' } = textsOf(await bodyOf(c), ['review', 'once']);
  const key = UUID.test(once) ? once : uuidv7(services.clock.now(), services.random);
  try {
    const second = review !== 'no';
    await chooseReview(services, { party, role }, { second, reviewer: second ? review : 'editor' }, key);
  } catch (error) {
    const { reviewer, ...errors } = errorsOf(error);
    return await show(c, reviewer === undefined ? errors : { ...errors, review: reviewer }, review);
  }
  return redirectWith(c, PATH, 'It is set so from now on. Drafts that wait already go on waiting.');
}

export const reviewRoutes: readonly Route[] = [
  { method: 'GET', path: PATH, access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: PATH, access: OWNER, handler: post },
];
