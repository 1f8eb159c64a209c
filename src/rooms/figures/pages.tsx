/** Figures around a matter, as staff write them down and rank them. */
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { type Ctx, EDITOR, type Route, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { type Errors, Field, Form, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { errorsOf } from '../input.ts';
import { meetingsOf } from '../meetings/view.ts';
import { crumbsTo, matterOfPath, saidAt } from '../sourced.tsx';
import { sourcesOf } from '../sources/view.ts';
import { addFigure, rank } from './commands.ts';
import { QUALIFIERS, RANKS } from './entries.ts';
import { Figures } from './parts.tsx';
import { type Figure, figuresOf, valueText } from './view.ts';

const NAMES = [
  'measure',
  'unit',
  'low',
  'high',
  'qualifier',
  'originalValue',
  'asOf',
  'claimant',
  'meeting',
  'day',
  'time',
  'source',
];
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
  const [figures, sources, meetings] = await Promise.all([
    figuresOf(services.db, matter.id),
    sourcesOf(services.db, matter.id),
    meetingsOf(services.db, matter.id),
  ]);
  const base = `/desk/matters/${matter.id}/figures`;
  const { values } = sent;
  const errors = sent.ranking ? {} : sent.errors;
  const text = (name: string) => values[name] ?? '';
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
        last={{
          head: 'Rank',
          cell: (one) => (writes ? <RankForm figure={one} base={base} once={once()} sent={sent} /> : one.rank),
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
            hidden={{ once: (sent.ranking ? '' : sent.once) || newOnce }}
            label="Figure"
          >
            <Field
              name="measure"
              label="What it measures"
              hint="The same words as a figure that stands already put it beside that one."
              required
              value={text('measure')}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="unit"
              label="Unit"
              hint="US dollars, mayors, per cent"
              required
              value={text('unit')}
              errors={errors}
              maxlength={40}
              width="medium"
            />
            <Field
              name="low"
              label="Value, or the lower end"
              hint="In full: 200000000000"
              required
              value={text('low')}
              errors={errors}
              inputmode="decimal"
              width="medium"
            />
            <Field
              name="high"
              label="Upper end of a range"
              value={text('high')}
              errors={errors}
              inputmode="decimal"
              width="medium"
            />
            <Select
              name="qualifier"
              label="How the source qualifies it"
              required
              value={text('qualifier')}
              errors={errors}
              choices={QUALIFIERS.map((one) => ({ value: one, label: one === 'exactly' ? 'not at all' : one }))}
            />
            <Field
              name="originalValue"
              label="As the source words it"
              hint="Exactly: about $200 billion"
              required
              value={text('originalValue')}
              errors={errors}
              maxlength={300}
            />
            <Field
              name="claimant"
              label="Who claims it"
              required
              value={text('claimant')}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="asOf"
              type="date"
              label="The day the value is for"
              value={text('asOf')}
              errors={errors}
              width="medium"
            />
            {meetings.length > 0 ? (
              <Select
                name="meeting"
                label="Head-count of a meeting"
                hint="Where it counts who came or was invited, it stands beside our own count there."
                none="No head-count"
                value={text('meeting')}
                errors={errors}
                choices={meetings.map((one) => ({ value: one.id, label: one.subject }))}
              />
            ) : null}
            <Select
              name="source"
              label="Source"
              required
              value={text('source')}
              errors={errors}
              choices={sources.map((one) => ({ value: one.id, label: `${one.publisher}: ${one.title}` }))}
            />
            <Field
              name="day"
              type="date"
              label="Day it was claimed"
              required
              value={text('day')}
              errors={errors}
              width="medium"
            />
            <Field
              name="time"
              type="time"
              label="Time of day, where it is known"
              value={text('time')}
              errors={errors}
              width="medium"
            />
            <Submit text="Write it down" />
          </Form>
        </>
      )}
    </>,
  );
}

async function post(c: Ctx): Promise<Response> {
  const { services, matter, newOnce } = await matterOfPath(c);
  const body = await bodyOf(c);
  const values = textsOf(body, NAMES);
  const { once: token = '' } = textsOf(body, ['once']);
  const once = UUID.test(token) ? token : newOnce;
  const { day = '', time = '', measure = '', unit = '', low = '', high = '', asOf = '' } = values;
  const { originalValue = '', claimant = '', source = '', meeting = '' } = values;
  try {
    const { saidAt: claimedAt } = saidAt(day, time, zoneOf(c));
    const qualifier = QUALIFIERS.find((one) => one === values['qualifier']) ?? QUALIFIERS[0];
    const claim = { measure, unit, low, high, originalValue, asOf, claimant, source, meeting, claimedAt };
    await addFigure(services, matter.id, { ...claim, holding: '', qualifier }, once);
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
