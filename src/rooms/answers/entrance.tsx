/**
 * The door for recipients: link, code, answer. Opening the link changes nothing, because mail scanners open it first. The pages show who asks
 * whom for what and a masked mailbox, never an address; what a guesser sees is one and the same page.
 */
import { getCookie, setCookie } from 'hono/cookie';
import type { Child } from 'hono/jsx';
import { type Buckets, buckets } from '../../base/bucket.ts';
import { clientIp } from '../../base/client.ts';
import type { Clock } from '../../base/clock.ts';
import { bodyOf } from '../../base/form.ts';
import { t } from '../../base/language.ts';
import { MailFailed } from '../../base/mailer.ts';
import { type Actor, ANYONE, type Ctx, RECIPIENT, type Route } from '../../base/route.ts';
import type { Services } from '../../base/services.ts';
import { type Errors, Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import { invitationOf } from '../meetings/view.ts';
import { enterCode, leave, makeCode, sessionOf } from './codes.ts';
import { type LinkStanding, type Needs, openLink, renewLink, TRIES_A_CODE } from './links.ts';
import { type Asked, codeMail, freshLinkMail } from './mails.ts';

/** The recipient's session. Its path keeps it away from every page but the answer's. */
export const COOKIE = 'answer_session';
const CODE_FIELD = 'code';

/** Who asks whom for what, or invites whom to what; null when neither the service nor the invitation is in the views. */
async function asked(db: Services['db'], service: string): Promise<Asked | null> {
  const row = await db
    .selectFrom('view.service')
    .innerJoin('view.request', 'view.request.id', 'view.service.request')
    .innerJoin('view.party', 'view.party.id', 'view.request.issuer')
    .select(['view.party.name as issuer', 'view.service.name as recipient', 'view.request.title'])
    .where('view.service.id', '=', service)
    .executeTakeFirst();
  if (row) return row;
  const invitation = await invitationOf(db, service);
  if (!invitation) return null;
  const { convener, name, subject } = invitation;
  return { issuer: convener, recipient: name, title: subject, invited: true };
}

/** Unknown, garbled and too often guessed links: one page, one status. It names no rule that a guesser could measure. */
function nothingHere(c: Ctx) {
  return answer(c, 404, t('answers.door.nothing'), [
    <p>{t('answers.door.nothing.check')}</p>,
    <p>{t('answers.door.nothing.ask')}</p>,
  ]);
}

function answer(c: Ctx, status: 200 | 404 | 410 | 422 | 429 | 503, title: string, body: Child) {
  c.header('cache-control', 'no-store');
  c.header('x-robots-tag', 'noindex, nofollow');
  // The token stands in this page's address: no other server may learn it.
  c.header('referrer-policy', 'same-origin');
  return page(
    c,
    { title, area: 'recipient', status },
    <>
      <Heading title={title} />
      {body}
    </>,
  );
}

const whatOf = ({ invited }: Asked) => (invited ? 'invitation' : 'request');

function Question({ of }: { of: Asked }) {
  return (
    <p class="lead">
      {rich('answers.door.question', {
        issuer: of.issuer,
        what: whatOf(of),
        recipient: of.recipient,
        title: of.title,
        cite: (words) => <cite>{words}</cite>,
      })}
    </p>
  );
}

/** What an old or locked link shows. */
function shut(c: Ctx, state: Exclude<LinkStanding, 'ok'>, token: string, of: Asked, mailbox: string) {
  if (state === 'locked')
    return answer(c, 429, t('answers.door.locked'), [<Question of={of} />, <p>{t('answers.door.locked.why')}</p>]);
  const [title, why] =
    state === 'expired'
      ? [t('answers.door.old'), t('answers.door.old.why', { mailbox, what: whatOf(of) })]
      : [t('answers.door.moved'), t('answers.door.moved.why', { mailbox })];
  return answer(c, 410, title, [
    <Question of={of} />,
    <p>{why}</p>,
    <Form action={`/r/${token}/renew`} label={t('answers.door.renew')}>
      <p>{t('answers.door.renew.where', { what: whatOf(of) })}</p>
      <Submit text={t('answers.door.renew.send')} />
    </Form>,
    <p>{t('answers.door.renew.wrong')}</p>,
  ]);
}

function codeForm(c: Ctx, token: string, of: Asked, mailbox: string, errors: Errors = {}) {
  const bad = Object.keys(errors).length > 0;
  return answer(c, bad ? 422 : 200, t('answers.door.code'), [
    <Question of={of} />,
    <p>{t('answers.door.code.way', { mailbox })}</p>,
    <Form
      action={`/r/${token}/enter`}
      errors={errors}
      what={t('answers.door.code.lost')}
      label={t('answers.door.code.form')}
    >
      <Field
        name={CODE_FIELD}
        label={t('answers.door.code.label')}
        inputmode="numeric"
        autocomplete="one-time-code"
        maxlength={20}
        width="medium"
        errors={errors}
        required
      />
      <Submit text={t('answers.door.code.go')} />
    </Form>,
    <Form action={`/r/${token}/code`} label={t('answers.door.code.again')}>
      <p>
        <button type="submit" class="usa-button usa-button--unstyled">
          {t('answers.door.code.send-again')}
        </button>
      </p>
    </Form>,
  ]);
}

/** A link that exists and may be talked about, or the page to show instead. */
async function visit(c: Ctx, guesses: Buckets) {
  const services = c.get('services');
  const ip = clientIp(c);
  if (!guesses.has(ip)) return { page: await nothingHere(c) };
  const token = c.req.param('token') ?? '';
  const link = await openLink(services, token);
  const of = link.state === 'unknown' ? null : await asked(services.db, link.service);
  if (link.state === 'unknown' || !of) {
    guesses.take(ip);
    return { page: await nothingHere(c) };
  }
  return { token, link, of };
}

/** The routes of the entrance. `clock` fills the buckets that slow guessers down: 30 unknown links at once, then one every 20 seconds. */
export function entranceRoutes(clock: Clock): Route[] {
  const guesses = buckets(clock, { burst: 30, everyMs: 20_000 });
  return [
    {
      method: 'GET',
      path: '/r/:token',
      access: ANYONE,
      handler: async (c) => {
        const seen = await visit(c, guesses);
        if ('page' in seen) return seen.page;
        const { token, link, of } = seen;
        if (link.state !== 'ok') return shut(c, link.state, token, of, link.mailbox);
        return answer(c, 200, of.title, [
          <Question of={of} />,
          <Form action={`/r/${token}/code`} label={t('answers.door.code.get')}>
            <p>{t('answers.door.code.why', { mailbox: link.mailbox })}</p>
            <Submit text={t('answers.door.code.send')} />
          </Form>,
        ]);
      },
    },
    {
      method: 'POST',
      path: '/r/:token/code',
      access: ANYONE,
      handler: async (c) => {
        const seen = await visit(c, guesses);
        if ('page' in seen) return seen.page;
        const { token, of, link } = seen;
        const services = c.get('services');
        const made = await makeCode(services, token);
        if (made.state === 'unknown') return nothingHere(c);
        if (made.state === 'wait') {
          c.header('retry-after', String(Math.ceil(made.ms / 1000)));
          return codeForm(c, token, of, link.mailbox, {
            [CODE_FIELD]: t('answers.door.code.five', { n: Math.ceil(made.ms / 60_000) }),
          });
        }
        if (made.state !== 'sent') return shut(c, made.state, token, of, link.mailbox);
        try {
          await services.mailer.send(codeMail(made.to, made.code, of));
        } catch (error) {
          if (!(error instanceof MailFailed)) throw error;
          return answer(c, 503, t('answers.door.mail'), [<p>{t('answers.door.mail.why')}</p>]);
        }
        return codeForm(c, token, of, made.mailbox);
      },
    },
    {
      method: 'POST',
      path: '/r/:token/enter',
      access: ANYONE,
      handler: async (c) => {
        const seen = await visit(c, guesses);
        if ('page' in seen) return seen.page;
        const { token, of, link } = seen;
        const services = c.get('services');
        const typed = (await bodyOf(c))[CODE_FIELD];
        const entered = await enterCode(services, token, typeof typed === 'string' ? typed : '');
        switch (entered.state) {
          case 'in': {
            const secure = services.config.baseUrl.startsWith('https://');
            setCookie(c, COOKIE, entered.session, {
              httpOnly: true,
              sameSite: 'Lax',
              secure,
              path: '/answer',
              maxAge: 12 * 3600,
            });
            c.header('cache-control', 'no-store');
            return c.redirect('/answer', 303);
          }
          case 'wrong':
            return codeForm(c, token, of, link.mailbox, { [CODE_FIELD]: wrong(entered.triesLeft) });
          case 'no-code':
            return codeForm(c, token, of, link.mailbox, {
              [CODE_FIELD]: t('answers.door.code.used'),
            });
          case 'unknown':
            return nothingHere(c);
          default:
            return shut(c, entered.state, token, of, link.mailbox);
        }
      },
    },
    {
      method: 'POST',
      path: '/r/:token/renew',
      access: ANYONE,
      handler: async (c) => {
        const seen = await visit(c, guesses);
        if ('page' in seen) return seen.page;
        const { token, of, link } = seen;
        const services = c.get('services');
        const fresh = await renewLink(services, token);
        if (fresh.state === 'unknown') return nothingHere(c);
        if (fresh.state === 'ok') return c.redirect(`/r/${token}`, 303);
        if (fresh.state === 'locked') return shut(c, 'locked', token, of, link.mailbox);
        if (fresh.state === 'sent') {
          // The same page whether it left or not: whoever has an old link learns nothing of the mailbox. The letter can be sent anew by staff.
          await services.mailer
            .send(freshLinkMail(fresh.to, `${services.config.baseUrl}/r/${fresh.token}`, of))
            .catch((error: unknown) => {
              if (!(error instanceof MailFailed)) throw error;
            });
        }
        return answer(c, 200, t('answers.door.look'), [
          <p>{t('answers.door.look.way')}</p>,
          <p>{t('answers.door.look.none')}</p>,
        ]);
      },
    },
    {
      method: 'POST',
      path: '/answer/leave',
      access: RECIPIENT,
      handler: async (c) => {
        await leave(c.get('services'), getCookie(c, COOKIE) ?? '');
        setCookie(c, COOKIE, '', { path: '/answer', maxAge: 0 });
        c.set('actor', { who: 'anyone' }); // the page that says so is already a stranger's
        return answer(c, 200, t('answers.door.left'), [
          <Notice>
            <p>{t('answers.door.left.kept')}</p>
          </Notice>,
        ]);
      },
    },
  ];
}

const wrong = (left: number): string =>
  left > 0 && left < TRIES_A_CODE ? t('answers.door.code.tries', { n: left }) : t('answers.door.code.wrong');

/** The recipient whose session cookie this is, or `anyone`. Call it for paths under /answer only, see src/web/who.ts. */
export async function recipientActor(needs: Needs, cookieHeader: string | undefined): Promise<Actor> {
  const value = (cookieHeader ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
  const session = value ? await sessionOf(needs, value) : null;
  return session ? { who: 'recipient', ...session } : { who: 'anyone' };
}
