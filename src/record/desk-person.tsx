/** A person on the desk: offices, memberships and affiliation over time, and the forms that say something new of them. */
import { sql } from 'kysely';
import { bodyOf, textsOf } from '../base/form.ts';
import { UUID, uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../base/route.ts';
import { errorsOf } from '../rooms/input.ts';
import { correctPerson, sayDays, stateAffiliation, thePerson } from '../rooms/people/terms.ts';
import { affiliationsOf, holdingsOfPerson, membershipsOfPerson } from '../rooms/people/view.ts';
import { redirectWith, zoneOf } from '../ui/context.ts';
import { Checkbox, Field, Form, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { cutAt } from './cut.ts';
import {
  DayFields,
  deskPerson,
  deskSide,
  pageErrors,
  type Shown,
  SOURCE_NAMES,
  SourceFields,
  sourceOf,
} from './desk-people-parts.tsx';
import { meetingsWith, saidIn } from './parties.ts';
import { Affiliations, Holdings, Meetings, Memberships, Said } from './party-parts.tsx';
import { personPath } from './party-paths.ts';

async function show(c: Ctx, shown: Shown | null = null): Promise<Response> {
  const services = c.get('services');
  const { db, clock, random } = services;
  const actor = staff(c);
  const person = await thePerson(services, c.req.param('person') ?? '');
  const { id } = person;
  const writes = actor.role !== 'viewer';
  const zone = zoneOf(c);
  const cut = await cutAt(db, new Date(clock.now()));
  const [holdings, memberships, affiliations, meetings, said] = await Promise.all([
    holdingsOfPerson(db, id),
    membershipsOfPerson(db, id),
    affiliationsOf(db, id),
    meetingsWith(db, sql`p.holding in (select h.id from view.holding h where h.person = ${id})`, cut, actor.party),
    saidIn(db, sql`h.person = ${id}`, cut, actor.party),
  ]);
  const side = deskSide(zone, new Date(clock.now()), writes, deskPerson(id));
  const once = shown?.once || uuidv7(clock.now(), random);
  const form = (name: string) => {
    const mine = shown?.form === name;
    return {
      errors: mine ? shown.errors : {},
      open: mine || undefined,
      text: (field: string) => (mine ? (shown.values[field] ?? '') : ''),
    };
  };
  const [counted, called] = [form('affiliation'), form('names')];
  return page(
    c,
    { title: person.name, area: 'staff', wide: true, status: shown ? 422 : 200 },
    <>
      <Heading
        title={person.name}
        lead={person.note ?? undefined}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: t('desk.people.title'), href: '/desk/people' },
        ]}
      />
      <p>
        <a href={personPath(id)}>{t('desk.person.public')}</a>
      </p>
      <h2 id="offices">{t('desk.people.offices')}</h2>
      <Holdings
        holdings={holdings}
        side={side}
        by="person"
        how={rich('desk.person.offices.how', { a: (words) => <a href="/desk/people#add">{words}</a> })}
      />
      <h2 id="memberships">{t('desk.person.memberships')}</h2>
      <Memberships memberships={memberships} side={side} show="associations" how={t('desk.people.memberships.how')} />
      <h2 id="affiliation">{t('desk.person.affiliation')}</h2>
      <Affiliations affiliations={affiliations} side={side} how={t('desk.person.affiliation.how')} />
      {writes ? (
        <details class="working" open={counted.open}>
          <summary>{t('desk.person.affiliation.add')}</summary>
          <Form
            action={`${deskPerson(id)}/affiliation`}
            errors={counted.errors}
            hidden={{ once }}
            label={t('desk.person.affiliation.form')}
          >
            <Field
              name="with"
              label={t('desk.person.with')}
              hint={t('desk.person.with.hint')}
              required
              value={counted.text('with')}
              errors={counted.errors}
              maxlength={120}
            />
            <DayFields text={counted.text} errors={counted.errors} />
            <SourceFields text={counted.text} errors={counted.errors} />
            <Submit text={t('desk.write-down')} />
          </Form>
        </details>
      ) : null}
      <h2 id="meetings">{t('desk.people.meetings')}</h2>
      <Meetings meetings={meetings} side={side} />
      <h2 id="said">{t('desk.people.said')}</h2>
      <Said said={said} side={side} />
      {writes ? (
        <details class="working" open={called.open}>
          <summary>{t('desk.person.correct')}</summary>
          <Form
            action={`${deskPerson(id)}/names`}
            errors={called.errors}
            hidden={{ once }}
            label={t('desk.person.correct.form')}
          >
            <Field
              name="name"
              label={t('desk.name')}
              required
              value={called.open ? called.text('name') : person.name}
              errors={called.errors}
              maxlength={200}
            />
            <Field
              name="note"
              label={t('desk.person.note')}
              value={called.open ? called.text('note') : (person.note ?? '')}
              errors={called.errors}
              maxlength={200}
            />
            <Field
              name="reason"
              label={t('desk.reason')}
              required
              value={called.text('reason')}
              errors={called.errors}
              maxlength={300}
            />
            <Submit text={t('desk.person.correct.do')} />
          </Form>
        </details>
      ) : null}
    </>,
  );
}

async function post(c: Ctx, form: 'affiliation' | 'names', names: readonly string[]): Promise<Response> {
  const services = c.get('services');
  const body = await bodyOf(c);
  const values = textsOf(body, names);
  const { once: sent = '' } = textsOf(body, ['once']);
  const once = UUID.test(sent) ? sent : uuidv7(services.clock.now(), services.random);
  const { id } = await thePerson(services, c.req.param('person') ?? '');
  try {
    if (form === 'affiliation')
      await stateAffiliation(services, staff(c).party, id, { ...values, source: sourceOf(values) }, once);
    else await correctPerson(services, staff(c).party, id, values, once);
  } catch (error) {
    return await show(c, { form, values, errors: pageErrors(errorsOf(error)), once });
  }
  return redirectWith(c, deskPerson(id), t('desk.written'));
}

const DAYS = ['of', 'term', 'what', 'back', 'from', 'until', 'reason', 'never'];
const BACK = /^\/desk\/(directory|people)\/[0-9a-f-]{36}$/;

async function showDays(c: Ctx, shown: Shown | null = null): Promise<Response> {
  const { clock, random } = c.get('services');
  const value = (name: string) => (shown ? (shown.values[name] ?? '') : (c.req.query(name) ?? '')).slice(0, 400);
  const back = BACK.test(value('back')) ? value('back') : '/desk/people';
  const errors = shown?.errors ?? {};
  const once = shown?.once || uuidv7(clock.now(), random);
  return page(
    c,
    { title: t('desk.person.days'), area: 'staff', status: shown ? 422 : 200 },
    <>
      <Heading
        title={
          value('what') === '' ? t('desk.person.days.title.none') : t('desk.person.days.title', { what: value('what') })
        }
        crumbs={[{ text: t('desk.people.title'), href: '/desk/people' }]}
        lead={t('desk.person.days.lead')}
      />
      <Form
        action="/desk/people/days"
        errors={errors}
        hidden={{ once, of: value('of'), term: value('term'), what: value('what'), back }}
        label={t('desk.person.days.form')}
      >
        <DayFields text={value} errors={errors} />
        <Field
          name="reason"
          label={t('desk.people.reason')}
          required
          value={value('reason')}
          errors={errors}
          maxlength={300}
        />
        <Checkbox name="never" label={t('desk.person.never')} checked={value('never') === 'on'} />
        <Submit text={t('desk.write-down')} cancel={{ text: t('desk.back'), href: back }} />
      </Form>
    </>,
  );
}

async function postDays(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const body = await bodyOf(c);
  const values = textsOf(body, DAYS);
  const { once: sent = '' } = textsOf(body, ['once']);
  const once = UUID.test(sent) ? sent : uuidv7(services.clock.now(), services.random);
  try {
    await sayDays(services, staff(c).party, values, once);
  } catch (error) {
    return await showDays(c, { form: 'days', values, errors: errorsOf(error), once });
  }
  const back = values['back'] ?? '';
  return redirectWith(c, BACK.test(back) ? back : '/desk/people', t('desk.written'));
}

const AFFILIATION = ['with', 'from', 'until', ...SOURCE_NAMES];

export const deskPersonRoutes: readonly Route[] = [
  { method: 'GET', path: '/desk/people/days', access: EDITOR, handler: (c) => showDays(c) },
  { method: 'POST', path: '/desk/people/days', access: EDITOR, handler: postDays },
  { method: 'GET', path: '/desk/people/:person', access: VIEWER, handler: (c) => show(c) },
  {
    method: 'POST',
    path: '/desk/people/:person/affiliation',
    access: EDITOR,
    handler: (c) => post(c, 'affiliation', AFFILIATION),
  },
  {
    method: 'POST',
    path: '/desk/people/:person/names',
    access: EDITOR,
    handler: (c) => post(c, 'names', ['name', 'note', 'reason']),
  },
];
