/**
 * Following a record by mail: the form, and the pages of the two links that mails carry. Opening a link changes nothing; a press does, so that
 * no program that looks into mails confirms or ends anything. Mail programs may press the one that ends it (RFC 8058). Shows no address whole.
 */
import { type Buckets, buckets } from '../base/bucket.ts';
import { clientIp } from '../base/client.ts';
import type { Clock } from '../base/clock.ts';
import { NotFound, TooMany } from '../base/errors.ts';
import { bodyOf } from '../base/form.ts';
import { t } from '../base/language.ts';
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
import { rich } from '../ui/rich.tsx';
import { type PublicMatter, publicMatter } from './matter.ts';
import { feedPath, recordPath } from './paths.ts';

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
  throw new TooMany('too-many-forms', { what: t('record.follow.often'), next: t('record.follow.often.next') }, 600);
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
    { title: `${t('record.follow')} · ${matter.title}`, area: 'public', ...(errors ? { status: 422 as const } : {}) },
    <>
      <Heading
        title={t('record.follow')}
        lead={t('record.follow.lead', { title: matter.title })}
        crumbs={[{ text: matter.title, href: recordPath(matter) }]}
      />
      <Form action={`${recordPath(matter)}/follow`} {...(errors ? { errors } : {})} what={t('record.follow.unsent')}>
        <Field
          name="address"
          type="email"
          autocomplete="email"
          label={t('record.follow.address')}
          hint={t('record.follow.address.hint')}
          value={given.address}
          required
          {...(errors ? { errors } : {})}
        />
        <Radios
          name="every"
          label={t('record.follow.every')}
          required
          value={given.every}
          choices={[
            { value: 'day', label: t('record.follow.day') },
            { value: 'week', label: t('record.follow.week') },
          ]}
          {...(errors ? { errors } : {})}
        />
        <Submit text={t('record.follow.send')} />
      </Form>
      <p class="soft follow__how">
        {rich('record.follow.how', {
          atom: (words) => <a href={feedPath(matter, 'atom')}>{words}</a>,
          json: (words) => <a href={feedPath(matter, 'json')}>{words}</a>,
        })}
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
      ...(address.success ? {} : { address: t('record.follow.address.bad') }),
      ...(every === undefined ? { every: t('record.follow.every.bad') } : {}),
    });
  slowDown(c);
  await askToFollow(c.get('services'), matter.id, address.data, every);
  noStore(c);
  return page(
    c,
    { title: t('record.follow.sent'), area: 'public' },
    <>
      <Heading title={t('record.follow.sent')} crumbs={[{ text: matter.title, href: recordPath(matter) }]} />
      <p role="status">{t('record.follow.sent.what', { address: maskAddress(address.data) })}</p>
      <p>{rich('record.follow.sent.none', { a: (words) => <a href={`${recordPath(matter)}/follow`}>{words}</a> })}</p>
    </>,
  );
}

const noLink = () =>
  new NotFound('no-follow-link', {
    what: t('record.follow.no-link'),
    next: t('record.follow.no-link.next'),
  });

type Does = 'confirm' | 'leave';

async function linkPage(c: Ctx, does: Does): Promise<Response> {
  const link = await followerOf(c.get('services'), c.req.param('token') ?? '', does);
  if (link.state === 'unknown') throw noLink();
  noStore(c);
  if (link.state === 'over' || (does === 'confirm' && link.follower.follows)) return await said(c, does, link);
  const { follower } = link;
  const words = t(does === 'confirm' ? 'record.follow' : 'record.follow.stop');
  return page(
    c,
    { title: words, area: 'public' },
    <>
      <Heading title={words} lead={follower.title} />
      <p>
        {does === 'confirm'
          ? t('record.follow.confirm', { address: maskAddress(follower.address), every: follower.every })
          : t('record.follow.leave', { address: maskAddress(follower.address) })}
      </p>
      <Form action={`/follow/${does}/${c.req.param('token')}`}>
        <Submit
          text={t(does === 'confirm' ? 'record.follow.do' : 'record.follow.stop')}
          cancel={{ text: t('record.follow.to-record'), href: recordPath(follower) }}
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
  const title = t(follows ? 'record.follow.yes' : 'record.follow.no');
  const text = follows
    ? t('record.follow.yes.what', { every: link.follower.every })
    : does === 'confirm'
      ? t('record.follow.over')
      : t('record.follow.left');
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
