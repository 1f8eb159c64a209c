/** How an organisation reviews what it publishes: seen by all its staff, set by an owner. */

import { bodyOf, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, OWNER, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { type Errors, Form, Radios, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import { errorsOf } from '../input.ts';
import { chooseReview } from './commands.ts';
import { type ReviewSetting, reviewSettingOf } from './view.ts';

const PATH = '/desk/review';

const WORDS = {
  no: 'said.review.no',
  editor: 'said.review.editor',
  owner: 'said.review.owner-publishes',
} as const;
type Choice = keyof typeof WORDS;

const choiceOf = ({ second, reviewer }: ReviewSetting): Choice => (second ? reviewer : 'no');

async function show(c: Ctx, errors: Errors = {}, typed?: string): Promise<Response> {
  const { db, clock, random } = c.get('services');
  const actor = staff(c);
  const stands = choiceOf(await reviewSettingOf(db, actor.party));
  return page(
    c,
    { title: t('said.review.title'), area: 'staff', status: Object.keys(errors).length > 0 ? 422 : 200 },
    <>
      <Heading
        title={t('said.review.title')}
        crumbs={[{ text: t('ui.nav.desk'), href: '/desk' }]}
        lead={t(WORDS[stands])}
      />
      {actor.role === 'owner' ? (
        <Form
          action={PATH}
          errors={errors}
          hidden={{ once: uuidv7(clock.now(), random) }}
          label={t('said.review.title')}
        >
          <Radios
            name="review"
            label={t('said.review.who')}
            required
            value={typed ?? stands}
            errors={errors}
            choices={[
              { value: 'no', label: t('said.review.choice.no'), hint: t(WORDS.no) },
              { value: 'editor', label: t('said.review.choice.editor'), hint: t(WORDS.editor) },
              { value: 'owner', label: t('said.review.choice.owner'), hint: t(WORDS.owner) },
            ]}
          />
          <Submit text={t('said.review.submit')} />
        </Form>
      ) : (
        <p>{t('said.review.ask')}</p>
      )}
      <p>{rich('said.review.about', { a: (words) => <a href="/desk/writing">{words}</a> })}</p>
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
  return redirectWith(c, PATH, t('said.review.done'));
}

export const reviewRoutes: readonly Route[] = [
  { method: 'GET', path: PATH, access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: PATH, access: OWNER, handler: post },
];
