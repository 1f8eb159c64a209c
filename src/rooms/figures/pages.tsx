/** Figures around a matter, as staff write them down and rank them. */

import type { Child } from 'hono/jsx';
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { type Errors, Form, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Tag } from '../../ui/mark.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import { EMBARGO_NAMES, EmbargoFields, readEmbargo } from '../embargo-fields.tsx';
import { errorsOf } from '../input.ts';
import { meetingsOf } from '../meetings/view.ts';
import { type Withheld, withheldIn, withheldWord } from '../publication/view.ts';
import { PublishButtons } from '../publish-buttons.tsx';
import { mayPublishAlone } from '../publishing.ts';
import { reviewSettingOf } from '../review/view.ts';
import { crumbsTo, matterOfPath } from '../sourced.tsx';
import { sourcesOf } from '../sources/view.ts';
import { addFigure, rank } from './commands.ts';
import { RANKS } from './entries.ts';
import { FIGURE_NAMES, FigureFields, readFigure } from './form.tsx';
import { Figures } from './parts.tsx';
import { type Figure, figuresOf, rankWord, valueText } from './view.ts';

const BASE = '/desk/matters/:matter/figures';

interface Sent {
  readonly values: Texts;
  readonly errors: Errors;
  readonly once: string;
  /** what the rank form of a figure said */
  readonly ranking?: { readonly figure: string; readonly rank: string; readonly reason: string };
}
const NOTHING: Sent = { values: {}, errors: {}, once: '' };

const quiet = (words: Child) => <span class="usa-sr-only">{words}</span>;
const withheldTag = (why: Withheld | undefined) => (why === undefined ? null : <Tag>{withheldWord(why)}</Tag>);

function RankForm({ figure, base, once, sent }: { figure: Figure; base: string; once: string; sent: Sent }) {
  const own = sent.ranking?.figure === figure.id ? sent.ranking : null;
  const errors = own ? sent.errors : {};
  return (
    <details class="working" open={own !== null || undefined}>
      <summary>
        {rich('said.figure.rank.change', { rank: rankWord(figure.rank), value: valueText(figure), sr: quiet })}
      </summary>
      <Form
        action={`${base}/rank`}
        errors={errors}
        hidden={{ figure: figure.id, once }}
        label={t('said.figure.rank.of', { value: valueText(figure) })}
      >
        <Select
          name="rank"
          id={`rank-${figure.id}`}
          label={t('said.figure.rank')}
          required
          value={own?.rank ?? figure.rank}
          errors={errors}
          choices={RANKS.map((one) => ({ value: one, label: rankWord(one) }))}
        />
        <TextArea
          name="reason"
          id={`reason-${figure.id}`}
          label={t('said.why')}
          hint={t('said.figure.rank.why')}
          required
          value={own?.reason ?? ''}
          errors={errors}
          rows={2}
          maxlength={1000}
        />
        <Submit text={t('said.figure.rank.submit')} />
      </Form>
    </details>
  );
}

async function show(c: Ctx, sent: Sent = NOTHING): Promise<Response> {
  const { services, matter, writes, newOnce } = await matterOfPath(c);
  const [figures, sources, meetings, setting, withheld] = await Promise.all([
    figuresOf(services.db, matter.id),
    sourcesOf(services.db, matter.id),
    meetingsOf(services.db, matter.id),
    reviewSettingOf(services.db, matter.issuer),
    withheldIn(services.db, matter.id, new Date(services.clock.now())),
  ]);
  const base = `/desk/matters/${matter.id}/figures`;
  const { values } = sent;
  const errors = sent.ranking ? {} : sent.errors;
  const once = () => uuidv7(services.clock.now(), services.random);
  return page(
    c,
    {
      title: t('said.figure.title', { matter: matter.title }),
      area: 'staff',
      wide: true,
      status: Object.keys(sent.errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading title={t('said.figures')} crumbs={crumbsTo(matter)} lead={t('said.figure.lead')} />
      {figures.length > 0 ? <h2>{t('said.figure.claimed')}</h2> : null}
      <Figures
        figures={figures}
        zone={zoneOf(c)}
        entry={null}
        last={{
          head: t('said.figure.rank'),
          cell: (one) => (
            <>
              {writes ? <RankForm figure={one} base={base} once={once()} sent={sent} /> : rankWord(one.rank)}
              {withheldTag(withheld.get(one.id))}{' '}
              <a href={`/desk/matters/${matter.id}/published/${one.id}`}>
                {rich('said.correct-or-withhold', { what: valueText(one), sr: quiet })}
              </a>
            </>
          ),
        }}
        empty={{ what: t('said.figure.empty'), how: t('said.figure.empty.how') }}
      />
      {!writes ? null : sources.length === 0 ? (
        <Empty
          what={t('said.figure.needs-source')}
          how={t('said.figure.needs-source.how')}
          action={{ text: t('said.keep-source'), href: `/desk/matters/${matter.id}/sources#keep` }}
        />
      ) : (
        <>
          <h2 id="add">{t('said.figure.add')}</h2>
          <Form
            action={base}
            errors={errors}
            hidden={{ kind: 'figure', once: (sent.ranking ? '' : sent.once) || newOnce }}
            label={t('said.figure')}
          >
            <FigureFields values={values} errors={errors} sources={sources} meetings={meetings} />
            <EmbargoFields values={values} errors={errors} zone={zoneOf(c)} />
            <PublishButtons matter={matter.id} setting={setting} publish={t('said.write')} />
          </Form>
        </>
      )}
    </>,
  );
}

async function post(c: Ctx): Promise<Response> {
  const { services, matter, newOnce } = await matterOfPath(c);
  const body = await bodyOf(c);
  const values = textsOf(body, [...FIGURE_NAMES, ...EMBARGO_NAMES]);
  const { once: token = '' } = textsOf(body, ['once']);
  const once = UUID.test(token) ? token : newOnce;
  try {
    mayPublishAlone(await reviewSettingOf(services.db, matter.issuer), staff(c).role);
    await addFigure(
      services,
      matter.id,
      readFigure(values, zoneOf(c)),
      once,
      readEmbargo(values, services.clock.now()),
    );
  } catch (error) {
    return await show(c, { values, errors: errorsOf(error), once });
  }
  return redirectWith(c, `/desk/matters/${matter.id}/figures`, t('said.figure.done'));
}

async function postRank(c: Ctx): Promise<Response> {
  const { services, matter, newOnce } = await matterOfPath(c);
  const {
    figure = '',
    rank: wanted = '',
    reason = '',
    once: token = '',
  } = textsOf(await bodyOf(c), ['figure', 'rank', 'reason', 'once']);
  const once = UUID.test(token) ? token : newOnce;
  try {
    const chosen = RANKS.find((one) => one === wanted) ?? 'normal';
    await rank(services, matter.id, { figure, rank: chosen, reason }, once);
  } catch (error) {
    return await show(c, { values: {}, errors: errorsOf(error), once, ranking: { figure, rank: wanted, reason } });
  }
  return redirectWith(c, `/desk/matters/${matter.id}/figures`, t('said.figure.rank.done'));
}

export const figureRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: BASE, access: EDITOR, handler: post },
  { method: 'POST', path: `${BASE}/rank`, access: EDITOR, handler: postRank },
];
