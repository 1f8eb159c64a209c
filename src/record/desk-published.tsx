/**
 * One thing of the public record on the desk: what was written of it, and what its organisation may decide about it: correct it, end or move its
 * embargo, take it down, put it back.
 */
import { Forbidden } from '../base/errors.ts';
import { bodyOf, textsOf } from '../base/form.ts';
import { UUID, uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../base/route.ts';
import { EmbargoFields } from '../rooms/embargo-fields.tsx';
import { errorsOf } from '../rooms/input.ts';
import {
  changeEmbargo,
  endEmbargo,
  type Published,
  publishedThing,
  putThingBack,
  takeDownThing,
} from '../rooms/publication/commands.ts';
import { publicSince } from '../rooms/publication/view.ts';
import { beginWriting } from '../rooms/review/drafts.ts';
import { crumbsTo, matterOfPath } from '../rooms/sourced.tsx';
import { redirectWith, zoneOf } from '../ui/context.ts';
import { type Errors, Form, Submit, TextArea } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { Time } from '../ui/time.tsx';
import { kindWord } from '../ui/words.ts';
import { Body } from './body.tsx';
import { asTyped } from './correcting.ts';
import { draftPath } from './desk-writing.tsx';

export const publishedPath = (matter: string, thing: string) => `/desk/matters/${matter}/published/${thing}`;

/** What a thing is, as a title. */
const titleOf = (of: Published['thing']['of']) => t('desk.published.title', { of });

interface Typed {
  readonly act: string;
  readonly values: Readonly<Record<string, string>>;
  readonly errors: Errors;
}

function Reason({ id, typed, hint }: { id: string; typed: Typed | null; hint: string }) {
  return (
    <TextArea
      name="reason"
      id={`reason-${id}`}
      label={t('desk.published.why')}
      hint={hint}
      required
      value={typed?.values['reason'] ?? ''}
      errors={typed?.errors ?? {}}
      rows={2}
      maxlength={1000}
    />
  );
}

function Standing({ found, now, zone }: { found: Published; now: Date; zone: string }) {
  const since = publicSince(found.stands);
  const down = found.stands.takedown.at(-1);
  return (
    <>
      {since === null ? null : since > now ? (
        <Notice title={t('desk.published.embargoed')}>
          <p>{rich('desk.published.embargoed.until', { at: <Time at={since} zone={zone} /> })}</p>
        </Notice>
      ) : (
        <p>{rich('desk.published.was-embargoed', { at: <Time at={since} zone={zone} /> })}</p>
      )}
      {down?.down ? (
        <Notice title={t('desk.published.down')}>
          <p>
            {rich('desk.published.down.since', {
              at: <Time at={down.recordedAt} zone={zone} />,
              by: down.decidedBy,
              reason: down.reason,
            })}
          </p>
        </Notice>
      ) : null}
    </>
  );
}

async function show(c: Ctx, typed: Typed | null = null): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const { role } = staff(c);
  const found = await publishedThing(services, matter.id, c.req.param('thing') ?? '');
  const { thing, entries, stands } = found;
  const now = new Date(services.clock.now());
  const zone = zoneOf(c);
  const since = publicSince(stands);
  const embargoed = since !== null && since > now;
  const down = stands.takedown.at(-1)?.down === true;
  const to = publishedPath(matter.id, thing.subject);
  const hidden = (act: string) => ({ act, once: uuidv7(services.clock.now(), services.random) });
  const of = (act: string) => (typed?.act === act ? typed : null);
  const versions = entries.filter(({ kind }) => kind !== 'figure.ranked').toReversed();
  const correctable = thing.of === 'statement' || thing.of === 'figure';
  // What was sent from a form that is not there any more is answered above all of them.
  const forms = [
    ...(role !== 'viewer' && correctable ? ['correct'] : []),
    ...(role !== 'viewer' && embargoed ? ['move', 'lift'] : []),
    ...(role === 'owner' ? [down ? 'restore' : 'take-down'] : []),
  ];
  return page(
    c,
    {
      title: t('desk.published.page', { of: thing.of, matter: matter.title }),
      area: 'staff',
      status: typed ? 422 : 200,
    },
    <>
      <Heading title={titleOf(thing.of)} crumbs={crumbsTo(matter)} lead={t('desk.published.lead')} />
      {typed && !forms.includes(typed.act) ? (
        <Notice tone="bad" title={t('desk.published.nothing-changed')}>
          {Object.values(typed.errors).map((one) => (
            <p>{one}</p>
          ))}
        </Notice>
      ) : null}
      <Standing found={found} now={now} zone={zone} />
      {versions.map((one) => (
        <section>
          <h2>
            {rich('desk.published.version', {
              what: kindWord(one.kind).replace(/^./, (letter) => letter.toUpperCase()),
              at: <Time at={one.recordedAt} zone={zone} />,
            })}
          </h2>
          <p>
            {rich('desk.published.receipt', {
              a: (words) => (
                <a href={`/desk/matters/${matter.id}/receipts/${one.entry}.pdf`} download>
                  {words}
                </a>
              ),
              n: one.position,
            })}
          </p>
          <Body body={one.shown} />
        </section>
      ))}
      {role !== 'viewer' && correctable ? (
        <>
          <h2 id="correct">{t('desk.published.correct')}</h2>
          <p>{t('desk.published.correct.what')}</p>
          <Form
            action={to}
            hidden={hidden('correct')}
            errors={of('correct')?.errors ?? {}}
            label={t('desk.published.correct')}
          >
            <Submit text={t('desk.published.correct.do')} />
          </Form>
        </>
      ) : null}
      {role !== 'viewer' && embargoed ? (
        <>
          <h2 id="embargo">{t('desk.published.embargo')}</h2>
          <Form action={to} hidden={hidden('move')} errors={of('move')?.errors ?? {}} label={t('desk.published.move')}>
            <EmbargoFields values={of('move')?.values ?? {}} errors={of('move')?.errors ?? {}} zone={zone} moving />
            <Reason id="move" typed={of('move')} hint={t('desk.published.move.hint')} />
            <Submit text={t('desk.published.move.do')} />
          </Form>
          <Form action={to} hidden={hidden('lift')} errors={of('lift')?.errors ?? {}} label={t('desk.published.lift')}>
            <Reason id="lift" typed={of('lift')} hint={t('desk.published.everyone.hint')} />
            <Submit text={t('desk.published.lift.do')} />
          </Form>
        </>
      ) : null}
      {role !== 'owner' ? (
        <p>{t('desk.published.owner', { down: down ? 'yes' : 'no' })}</p>
      ) : down ? (
        <>
          <h2 id="takedown">{t('desk.published.restore')}</h2>
          <Form
            action={to}
            hidden={hidden('restore')}
            errors={of('restore')?.errors ?? {}}
            label={t('desk.published.restore')}
          >
            <Reason id="restore" typed={of('restore')} hint={t('desk.published.everyone.hint')} />
            <Submit text={t('desk.published.restore')} />
          </Form>
        </>
      ) : (
        <>
          <h2 id="takedown">{t('desk.published.take-down')}</h2>
          <p>
            {rich('desk.published.take-down.what', {
              a: (words) => <a href={`/desk/matters/${matter.id}/erasures`}>{words}</a>,
            })}
          </p>
          <Form
            action={to}
            hidden={hidden('take-down')}
            errors={of('take-down')?.errors ?? {}}
            label={t('desk.published.take-down')}
          >
            <Reason id="take-down" typed={of('take-down')} hint={t('desk.published.take-down.hint')} />
            <Submit text={t('desk.published.take-down')} danger />
          </Form>
        </>
      )}
    </>,
  );
}

const ACTS = ['correct', 'move', 'lift', 'take-down', 'restore'] as const;

async function act(c: Ctx): Promise<Response> {
  const { services, matter, newOnce } = await matterOfPath(c);
  const actor = staff(c);
  const subject = c.req.param('thing') ?? '';
  const names = ['act', 'once', 'reason', 'embargoDay', 'embargoTime', 'embargoZone'];
  const values = textsOf(await bodyOf(c), names);
  const once = UUID.test(values['once'] ?? '') ? (values['once'] ?? '') : newOnce;
  const wanted = ACTS.find((one) => one === values['act']);
  const of = { matter: matter.id, subject, role: actor.role, reason: values['reason'] ?? '', once };
  const to = publishedPath(matter.id, subject);
  const { embargoDay: day = '', embargoTime: time = '', embargoZone: zone = '' } = values;
  try {
    switch (wanted) {
      case 'correct': {
        const draft = asTyped(await publishedThing(services, matter.id, subject), zoneOf(c));
        await beginWriting(services.db, { ...draft, id: once }, actor, services.clock.now());
        return redirectWith(c, draftPath({ matter: matter.id, id: once }));
      }
      case 'move':
        await changeEmbargo(services, of, { day, time, zone });
        return redirectWith(c, to, t('desk.published.moved'));
      case 'lift':
        await endEmbargo(services, of);
        return redirectWith(c, to, t('desk.published.lifted'));
      case 'take-down':
        await takeDownThing(services, of);
        return redirectWith(c, to, t('desk.published.taken-down'));
      case 'restore':
        await putThingBack(services, of);
        return redirectWith(c, to, t('desk.published.restored'));
      default:
        return await show(c, {
          act: '',
          values,
          errors: { '': t('desk.published.no-act') },
        });
    }
  } catch (error) {
    if (error instanceof Forbidden) throw error;
    return await show(c, { act: wanted ?? '', values, errors: errorsOf(error) });
  }
}

export const publishedRoutes: readonly Route[] = [
  { method: 'GET', path: publishedPath(':matter', ':thing'), access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: publishedPath(':matter', ':thing'), access: EDITOR, handler: act },
];
