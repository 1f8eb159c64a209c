/**
 * Calendar feeds as pages: where a recipient or a person of the staff makes an address and turns it off, and the address itself. An address
 * is shown once, on the page that answers the form; it stands in no other page and in no log.
 */
import { z } from 'zod';
import { LinkRefused, NotFound } from '../../base/errors.ts';
import { bodyOf, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { ANYONE, type Ctx, RECIPIENT, type Route, recipient, staff, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { ErrorSummary, type Errors, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import { Time } from '../../ui/time.tsx';
import { checked, errorsOf } from '../input.ts';
import { feedsOf, type Holder, holderOf, makeFeed, revokeFeed } from './feeds.ts';
import { icsOf } from './ics.ts';
import { calendarOf } from './lines.ts';

interface Side {
  readonly area: 'staff' | 'recipient';
  readonly base: string;
  readonly crumb: { readonly text: 'clock.feed.crumb.recipient' | 'clock.feed.crumb.staff'; readonly href: string };
  readonly holder: (c: Ctx) => Holder;
}

const RECIPIENTS: Side = {
  area: 'recipient',
  base: '/answer/calendar',
  crumb: { text: 'clock.feed.crumb.recipient', href: '/answer/requests' },
  holder: (c) => {
    const { service, address } = recipient(c);
    return { who: 'recipient', service, address };
  },
};

const STAFF: Side = {
  area: 'staff',
  base: '/account/calendar',
  crumb: { text: 'clock.feed.crumb.staff', href: '/account' },
  holder: (c) => {
    const { userId, party } = staff(c);
    return { who: 'staff', userId, party };
  },
};

/** @param made the address that a form has just made, to show once */
async function show(c: Ctx, side: Side, made: string | null, errors: Errors = {}): Promise<Response> {
  const { db, clock, random } = c.get('services');
  const feeds = await feedsOf(db, side.holder(c));
  const bad = Object.keys(errors).length > 0;
  return await page(
    c,
    { title: t('clock.feed.title'), area: side.area, status: bad ? 422 : 200 },
    <>
      <Heading
        title={t('clock.feed.title')}
        crumbs={[{ ...side.crumb, text: t(side.crumb.text) }]}
        lead={t('clock.feed.lead')}
      />
      <ErrorSummary errors={errors} what={t('clock.lost.changed')} />
      {made === null ? null : (
        <Notice tone="good" title={t('clock.feed.address')}>
          <p>
            <code class="hash hash--whole">{made}</code>
          </p>
          <p>{rich('clock.feed.copy', { a: (words) => <a href={made.replace(/^https?:/, 'webcal:')}>{words}</a> })}</p>
        </Notice>
      )}
      <p>{t('clock.feed.shows', { side: side.area })}</p>
      <Form action={side.base} hidden={{ id: uuidv7(clock.now(), random) }} label={t('clock.feed.make')}>
        <Submit text={t('clock.feed.make')} />
      </Form>
      <h2>{t('clock.feed.on')}</h2>
      {feeds.length === 0 ? <p>{t('clock.feed.none')}</p> : null}
      {feeds.length === 0 ? null : (
        <ul class="plain">
          {feeds.map((feed, i) => (
            <li>
              {rich('clock.feed.one', { n: i + 1, at: <Time at={feed.createdAt} zone={zoneOf(c)} /> })}
              <Form action={`${side.base}/off`} hidden={{ id: feed.id }} label={t('clock.feed.off.one', { n: i + 1 })}>
                <Submit text={t('clock.feed.off')} danger />
              </Form>
            </li>
          ))}
        </ul>
      )}
      <p>{t('clock.feed.off.note')}</p>
    </>,
  );
}

const formId = z.object({ id: z.string().regex(UUID, { error: () => t('clock.feed.too-old') }) });

async function idOf(c: Ctx): Promise<string> {
  return checked(formId, textsOf(await bodyOf(c), ['id'])).id;
}

async function make(c: Ctx, side: Side): Promise<Response> {
  const services = c.get('services');
  try {
    const token = await makeFeed(services, side.holder(c), await idOf(c));
    return await show(c, side, `${services.config.baseUrl}/calendar/${token}`);
  } catch (error) {
    return await show(c, side, null, errorsOf(error));
  }
}

async function turnOff(c: Ctx, side: Side): Promise<Response> {
  try {
    const done = await revokeFeed(c.get('services'), side.holder(c), await idOf(c));
    return redirectWith(c, side.base, done ? t('clock.feed.off.done') : t('clock.feed.off.none'));
  } catch (error) {
    return await show(c, side, null, errorsOf(error));
  }
}

/** Calendar programs stop asking where they are told that it is gone (410). */
const off = () =>
  new LinkRefused('calendar-expired', {
    what: t('clock.feed.expired'),
    next: t('clock.feed.expired.next'),
  });

async function feed(c: Ctx): Promise<Response> {
  const { db, clock, config } = c.get('services');
  c.header('x-robots-tag', 'noindex, nofollow');
  // The address opens it by itself: nothing that stands between may keep a copy.
  c.header('cache-control', 'no-store');
  const holder = await holderOf(db, (c.req.param('token') ?? '').replace(/\.ics$/, ''));
  if (holder === null) {
    throw new NotFound('no-calendar', { what: t('clock.feed.unknown'), next: t('clock.feed.unknown.next') });
  }
  if (holder === 'off') throw off();
  const { name, lines } = await calendarOf(db, holder, config.baseUrl, clock.now());
  c.header('content-type', 'text/calendar; charset=utf-8');
  c.header('content-disposition', 'inline; filename="due-dates.ics"');
  return c.body(icsOf(name, lines));
}

const ofSide = (side: Side, access: Route['access']): readonly Route[] => [
  { method: 'GET', path: side.base, access, handler: (c) => show(c, side, null) },
  { method: 'POST', path: side.base, access, handler: (c) => make(c, side) },
  { method: 'POST', path: `${side.base}/off`, access, handler: (c) => turnOff(c, side) },
];

export const calendarFeedRoutes: readonly Route[] = [
  ...ofSide(RECIPIENTS, RECIPIENT),
  ...ofSide(STAFF, VIEWER),
  { method: 'GET', path: '/calendar/:token', access: ANYONE, handler: feed },
];
