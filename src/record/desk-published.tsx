/**
 * One thing of the public record on the desk: what was written of it, and what its organisation may decide about it: correct it, end or move its
 * embargo, take it down, put it back.
 */
import { Forbidden } from '../base/errors.ts';
import { bodyOf, textsOf } from '../base/form.ts';
import { UUID, uuidv7 } from '../base/ids.ts';
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
import { Time } from '../ui/time.tsx';
import { kindWord } from '../ui/words.ts';
import { Body } from './body.tsx';
import { asTyped } from './correcting.ts';
import { draftPath } from './desk-writing.tsx';

export const publishedPath = (matter: string, thing: string) => `/desk/matters/${matter}/published/${thing}`;

const TITLES = { statement: 'A statement', figure: 'A figure', participation: 'A word on taking part', note: 'A note' };

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
      label="Why"
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
        <Notice title="Under an embargo">
          <p>
            It is in the log, and nobody outside your organisation sees it before <Time at={since} zone={zone} />.
          </p>
        </Notice>
      ) : (
        <p>
          It was under an embargo and is public since <Time at={since} zone={zone} />.
        </p>
      )}
      {down?.down ? (
        <Notice title="Taken down">
          <p>
            Since <Time at={down.recordedAt} zone={zone} />, by an {down.decidedBy}: {down.reason}
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
    { title: `${TITLES[thing.of]} · ${matter.title}`, area: 'staff', status: typed ? 422 : 200 },
    <>
      <Heading
        title={TITLES[thing.of]}
        crumbs={crumbsTo(matter)}
        lead="What was written of it, the newest first. Nothing is ever changed: a later entry corrects, withholds or puts back."
      />
      {typed && !forms.includes(typed.act) ? (
        <Notice tone="bad" title="Nothing was changed">
          {Object.values(typed.errors).map((one) => (
            <p>{one}</p>
          ))}
        </Notice>
      ) : null}
      <Standing found={found} now={now} zone={zone} />
      {versions.map((one) => (
        <section>
          <h2>
            {kindWord(one.kind).replace(/^./, (letter) => letter.toUpperCase())},{' '}
            <Time at={one.recordedAt} zone={zone} />
          </h2>
          <p>
            <a href={`/desk/matters/${matter.id}/receipts/${one.entry}.pdf`} download>
              receipt
            </a>{' '}
            · log position {one.position.toLocaleString('en-US')}
          </p>
          <Body body={one.shown} />
        </section>
      ))}
      {role !== 'viewer' && correctable ? (
        <>
          <h2 id="correct">Correct it</h2>
          <p>The correction replaces what is shown, with a note. What stood there stays in reach.</p>
          <Form action={to} hidden={hidden('correct')} errors={of('correct')?.errors ?? {}} label="Correct it">
            <Submit text="Begin a correction" />
          </Form>
        </>
      ) : null}
      {role !== 'viewer' && embargoed ? (
        <>
          <h2 id="embargo">Its embargo</h2>
          <Form action={to} hidden={hidden('move')} errors={of('move')?.errors ?? {}} label="Another time">
            <EmbargoFields values={of('move')?.values ?? {}} errors={of('move')?.errors ?? {}} zone={zone} moving />
            <Reason id="move" typed={of('move')} hint="It can be read once the embargo is over." />
            <Submit text="Set this time" />
          </Form>
          <Form action={to} hidden={hidden('lift')} errors={of('lift')?.errors ?? {}} label="Publish now">
            <Reason id="lift" typed={of('lift')} hint="It stands in the record for everyone." />
            <Submit text="Make it public now" />
          </Form>
        </>
      ) : null}
      {role !== 'owner' ? (
        <p>An owner of your organisation can {down ? 'put it back' : 'take it down'}.</p>
      ) : down ? (
        <>
          <h2 id="takedown">Put it back</h2>
          <Form action={to} hidden={hidden('restore')} errors={of('restore')?.errors ?? {}} label="Put it back">
            <Reason id="restore" typed={of('restore')} hint="It stands in the record for everyone." />
            <Submit text="Put it back" />
          </Form>
        </>
      ) : (
        <>
          <h2 id="takedown">Take it down</h2>
          <p>
            Nobody outside your organisation sees it any more. In its place stands that it was taken down, when, by
            which role and why. Its commitment stays in the log, and receipts that were handed out go on verifying. What
            a court or a law wants destroyed is <a href={`/desk/matters/${matter.id}/erasures`}>erased</a> instead.
          </p>
          <Form action={to} hidden={hidden('take-down')} errors={of('take-down')?.errors ?? {}} label="Take it down">
            <Reason
              id="take-down"
              typed={of('take-down')}
              hint="It stands in the record for everyone, so do not repeat what is to go."
            />
            <Submit text="Take it down" danger />
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
        return redirectWith(c, to, 'The embargo is moved.');
      case 'lift':
        await endEmbargo(services, of);
        return redirectWith(c, to, 'It is public now.');
      case 'take-down':
        await takeDownThing(services, of);
        return redirectWith(c, to, 'It is taken down. A tombstone stands in its place.');
      case 'restore':
        await putThingBack(services, of);
        return redirectWith(c, to, 'It is back in the record.');
      default:
        return await show(c, {
          act: '',
          values,
          errors: { '': 'It was not said what is to become of it. Load the page again and use one of its buttons.' },
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
