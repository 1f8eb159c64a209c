/**
 * Following a record by mail: the form, and the pages of the two links that mails carry. Opening a link changes nothing; a press does, so that
 * no program that looks into mails confirms or ends anything. Mail programs may press the one that ends it (RFC 8058). Shows no address whole.
 */
import { type Buckets, buckets } from '../base/bucket.ts';
import { clientIp } from '../base/client.ts';
import type { Clock } from '../base/clock.ts';
import { NotFound, TooMany } from '../base/errors.ts';
import { bodyOf } from '../base/form.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { maskAddress } from '../base/secrets.ts';
import { mailbox } from '../rooms/fields.ts';
import {
  askToFollow,
  confirmFollower,
  type Follower,
  type FollowerLink,
  followerOf,
  leaveFollowing,
} from '../rooms/followers/commands.ts';
import { RHYTHMS } from '../rooms/followers/rules.ts';
import { Field, Form, Radios, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { type PublicMatter, publicMatter } from './matter.ts';
import { recordPath } from './paths.ts';

const limits = new WeakMap<Clock, { readonly each: Buckets; readonly all: Buckets }>();

/** A handful of forms from one place, some hundred an hour from everywhere: a form must not become a way to fill mailboxes. @throws TooMany */
function slowDown(c: Ctx): void {
  const { clock } = c.get('services');
  const known = limits.get(clock) ?? {
    each: buckets(clock, { burst: 6, everyMs: 600_000 }),
    all: buckets(clock, { burst: 200, everyMs: 10_000 }),
  };
  limits.set(clock, known);
  if (known.each.take(clientIp(c)) && known.all.take('all')) return;
  throw new TooMany(
    'too-many-forms',
    { what: 'This form was sent too often just now.', next: 'Try again in ten minutes.' },
    600,
  );
}

const noStore = (c: Ctx) => c.header('Cache-Control', 'no-store');

interface Given {
  readonly address: string;
  readonly every: string;
}

function followForm(
  c: Ctx,
  matter: PublicMatter,
  given: Given,
  errors?: Readonly<Record<string, string>>,
): Response | Promise<Response> {
  noStore(c);
  return page(
    c,
    { title: `Follow by mail · ${matter.title}`, area: 'public', ...(errors ? { status: 422 as const } : {}) },
    <>
      <Heading
        title="Follow by mail"
        lead={`What changes in “${matter.title}”, at most once a day or a week, and never when nothing changed.`}
        crumbs={[{ text: matter.title, href: recordPath(matter) }]}
      />
      <Form
        action={`${recordPath(matter)}/follow`}
        {...(errors ? { errors } : {})}
        what="No mail was sent. What you entered is still here."
      >
        <Field
          name="address"
          type="email"
          autocomplete="email"
          label="E-mail address"
          hint="A mail with a link comes first; nothing else comes until you open it and confirm."
          value={given.address}
          required
          {...(errors ? { errors } : {})}
        />
        <Radios
          name="every"
          label="How often"
          required
          value={given.every}
          choices={[
            { value: 'day', label: 'at most once a day' },
            { value: 'week', label: 'at most once a week' },
          ]}
          {...(errors ? { errors } : {})}
        />
        <Submit text="Send me the link" />
      </Form>
      <p class="soft follow__how">
        The address is used for this alone, shown to nobody, and deleted when you leave: each mail has a link for that.
        Without an address: <a href={`${recordPath(matter)}/feed.atom`}>Atom</a> or{' '}
        <a href={`${recordPath(matter)}/feed.json`}>JSON</a> feed.
      </p>
    </>,
  );
}

const matterOf = (c: Ctx) => publicMatter(c.get('services').db, c.req.param('slug') ?? '');

async function getFollow(c: Ctx): Promise<Response> {
  return followForm(c, await matterOf(c), { address: '', every: 'day' });
}

async function postFollow(c: Ctx): Promise<Response> {
  const matter = await matterOf(c);
  const body = await bodyOf(c);
  const given = {
    address: String(body['address'] ?? '')
      .trim()
      .slice(0, 300),
    every: String(body['every'] ?? ''),
  };
  const address = mailbox.safeParse(given.address);
  const every = RHYTHMS.find((one) => one === given.every);
  if (!address.success || every === undefined)
    return followForm(c, matter, given, {
      ...(address.success ? {} : { address: 'Enter one e-mail address, like name@example.gov.' }),
      ...(every === undefined ? { every: 'Choose how often.' } : {}),
    });
  slowDown(c);
  await askToFollow(c.get('services'), matter.id, address.data, every);
  noStore(c);
  return page(
    c,
    { title: 'Look into your mailbox', area: 'public' },
    <>
      <Heading title="Look into your mailbox" crumbs={[{ text: matter.title, href: recordPath(matter) }]} />
      <p role="status">
        If {maskAddress(address.data)} does not follow this record already, a mail with a link is on its way. Open it
        within three days and confirm; until then nothing else comes.
      </p>
      <p>
        No mail after some minutes? Look among unwanted mail, or <a href={`${recordPath(matter)}/follow`}>try again</a>{' '}
        in an hour.
      </p>
    </>,
  );
}

const noLink = () =>
  new NotFound('no-follow-link', {
    what: 'This link opens nothing here.',
    next: 'Copy it whole from the mail, or ask for a new one on the page of the record.',
  });

type Does = 'confirm' | 'leave';

async function linkPage(c: Ctx, does: Does): Promise<Response> {
  const link = await followerOf(c.get('services'), c.req.param('token') ?? '', does);
  if (link.state === 'unknown') throw noLink();
  noStore(c);
  if (link.state === 'over' || (does === 'confirm' && link.follower.follows)) return await said(c, does, link);
  const { follower } = link;
  const words = does === 'confirm' ? 'Follow by mail' : 'Stop following';
  return page(
    c,
    { title: words, area: 'public' },
    <>
      <Heading title={words} lead={follower.title} />
      <p>
        {does === 'confirm'
          ? `${maskAddress(follower.address)} is told what changes in this record, at most once a ${follower.every}.`
          : `${maskAddress(follower.address)} gets no more mails about this record, and the address is deleted.`}
      </p>
      <Form action={`/follow/${does}/${c.req.param('token')}`}>
        <Submit
          text={does === 'confirm' ? 'Follow' : 'Stop following'}
          cancel={{ text: 'To the record', href: recordPath(follower) }}
        />
      </Form>
    </>,
  );
}

const toRecord = ({ title, ...follower }: Follower) => (
  <p>
    <a href={recordPath(follower)}>{title}</a>
  </p>
);

function said(c: Ctx, does: Does, link: Exclude<FollowerLink, { state: 'unknown' }>): Response | Promise<Response> {
  const follows = does === 'confirm' && link.state === 'open';
  const title = follows ? 'You follow this record' : 'You do not follow this record';
  const text = follows
    ? `Mails come at most once a ${link.follower.every}, and only when something changed. Each has a link to end them.`
    : does === 'confirm'
      ? 'The link was not used within three days, or you left since; the address is deleted. Ask for a new link on the page of the record.'
      : 'No more mails come, and the address is deleted here.';
  return page(
    c,
    { title, area: 'public' },
    <>
      <Heading title={title} />
      <p role="status">{text}</p>
      {link.state === 'open' ? toRecord(link.follower) : null}
    </>,
  );
}

async function press(c: Ctx, does: Does): Promise<Response> {
  const token = c.req.param('token') ?? '';
  const services = c.get('services');
  const link = await (does === 'confirm' ? confirmFollower(services, token) : leaveFollowing(services, token));
  if (link.state === 'unknown') throw noLink();
  noStore(c);
  return await said(c, does, link);
}

export const followRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/follow', access: ANYONE, handler: getFollow },
  { method: 'POST', path: '/record/:slug/follow', access: ANYONE, handler: postFollow },
  { method: 'GET', path: '/follow/confirm/:token', access: ANYONE, handler: (c) => linkPage(c, 'confirm') },
  { method: 'POST', path: '/follow/confirm/:token', access: ANYONE, handler: (c) => press(c, 'confirm') },
  { method: 'GET', path: '/follow/leave/:token', access: ANYONE, handler: (c) => linkPage(c, 'leave') },
  // One click of a mail program comes from its own servers (RFC 8058).
  { method: 'POST', path: '/follow/leave/:token', access: ANYONE, programs: true, handler: (c) => press(c, 'leave') },
];
