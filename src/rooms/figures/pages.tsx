/** Figures around a matter, as staff write them down and rank them. */
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { type Errors, Form, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Tag } from '../../ui/mark.tsx';
import { page } from '../../ui/page.tsx';
import { EMBARGO_NAMES, EmbargoFields, readEmbargo } from '../embargo-fields.tsx';
import { errorsOf } from '../input.ts';
import { meetingsOf } from '../meetings/view.ts';
import { withheldIn } from '../publication/view.ts';
import { PublishButtons } from '../publish-buttons.tsx';
import { mayPublishAlone } from '../publishing.ts';
import { reviewSettingOf } from '../review/view.ts';
import { crumbsTo, matterOfPath } from '../sourced.tsx';
import { sourcesOf } from '../sources/view.ts';
import { addFigure, rank } from './commands.ts';
import { RANKS } from './entries.ts';
import { FIGURE_NAMES, FigureFields, readFigure } from './form.tsx';
import { Figures } from './parts.tsx';
import { type Figure, figuresOf, valueText } from './view.ts';

const BASE = '/desk/matters/:matter/figures';

interface Sent {
  readonly values: Texts;
  readonly errors: Errors;
  readonly once: string;
  /** what the rank form of a figure said */
  readonly ranking?: { readonly figure: string; readonly rank: string; readonly reason: string };
}
const NOTHING: Sent = { values: {}, errors: {}, once: '' };

function RankForm({ figure, base, once, sent }: { figure: Figure; base: string; once: string; sent: Sent }) {
  const own = sent.ranking?.figure === figure.id ? sent.ranking : null;
  const errors = own ? sent.errors : {};
  return (
    <details class="working" open={own !== null || undefined}>
      <summary>
        {figure.rank}
        <span class="usa-sr-only">: change the rank of {valueText(figure)}</span>
      </summary>
      <Form
        action={`${base}/rank`}
        errors={errors}
        hidden={{ figure: figure.id, once }}
        label={`Rank of ${valueText(figure)}`}
      >
        <Select
          name="rank"
          id={`rank-${figure.id}`}
          label="Rank"
          required
          value={own?.rank ?? figure.rank}
          errors={errors}
          choices={RANKS.map((one) => ({ value: one, label: one }))}
        />
        <TextArea
          name="reason"
          id={`reason-${figure.id}`}
          label="Why"
          hint="It stands beside the figure for everyone."
          required
          value={own?.reason ?? ''}
          errors={errors}
          rows={2}
          maxlength={1000}
        />
        <Submit text="Rank it so" />
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
      title: `Figures: ${matter.title}`,
      area: 'staff',
      wide: true,
      status: Object.keys(sent.errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading
        title="Figures"
        crumbs={crumbsTo(matter)}
        lead="Who claims which number. Those that differ stand side by side; a rank needs a reason, and both are public."
      />
      {figures.length > 0 ? <h2>What is claimed</h2> : null}
      <Figures
        figures={figures}
        zone={zoneOf(c)}
        entry={null}
        last={{
          head: 'Rank',
          cell: (one) => (
            <>
              {writes ? <RankForm figure={one} base={base} once={once()} sent={sent} /> : one.rank}
              {withheld.has(one.id) ? <Tag>{withheld.get(one.id)}</Tag> : null}{' '}
              <a href={`/desk/matters/${matter.id}/published/${one.id}`}>
                correct or withhold<span class="usa-sr-only"> {valueText(one)}</span>
              </a>
            </>
          ),
        }}
        empty={{ what: 'No figure yet', how: 'They stand here by what they measure.' }}
      />
      {!writes ? null : sources.length === 0 ? (
        <Empty
          what="A figure needs a source"
          how="First keep a copy of the text that has it."
          action={{ text: 'Keep a source', href: `/desk/matters/${matter.id}/sources#keep` }}
        />
      ) : (
        <>
          <h2 id="add">Write down a figure</h2>
          <Form
            action={base}
            errors={errors}
            hidden={{ kind: 'figure', once: (sent.ranking ? '' : sent.once) || newOnce }}
            label="Figure"
          >
            <FigureFields values={values} errors={errors} sources={sources} meetings={meetings} />
            <EmbargoFields values={values} errors={errors} zone={zoneOf(c)} />
            <PublishButtons matter={matter.id} setting={setting} publish="Write it down" />
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
  return redirectWith(c, `/desk/matters/${matter.id}/figures`, 'The figure is written down.');
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
  return redirectWith(c, `/desk/matters/${matter.id}/figures`, 'The rank is written down, with its reason.');
}

export const figureRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: BASE, access: EDITOR, handler: post },
  { method: 'POST', path: `${BASE}/rank`, access: EDITOR, handler: postRank },
];
