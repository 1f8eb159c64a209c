/**
 * The one mapping from refusals to HTTP: status, and a page for people or JSON for programs. What is unexpected becomes 500 with the number of the
 * request and nothing of the inside.
 */

import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  type Advice,
  Conflict,
  Forbidden,
  InvalidInput,
  LinkRefused,
  NotFound,
  Refusal,
  RuleRefusal,
  SignInNeeded,
  StorageFull,
  TooLarge,
  TooMany,
  Unavailable,
} from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Ctx, Route } from '../base/route.ts';
import { page } from '../ui/page.tsx';

/** In this order, since the first class that fits decides. */
const STATUS: readonly (readonly [new (...args: never[]) => Refusal, ContentfulStatusCode])[] = [
  [InvalidInput, 422],
  [RuleRefusal, 409],
  [Conflict, 409],
  [NotFound, 404],
  [SignInNeeded, 401],
  [Forbidden, 403],
  [TooMany, 429],
  [TooLarge, 413],
  [StorageFull, 507],
  [Unavailable, 503],
];

/** Statuses that have a title of their own. */
const TITLED = [400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503, 507] as const;

const titleOf = (status: number): string => {
  const known = TITLED.find((one) => one === status);
  return known === undefined ? t('ui.status.409') : t(`ui.status.${known}`);
};

/** Refused links are 410 where they were good once (expired, replaced, used up), 403 where they never were. */
const GONE = /expired|replaced|used/;

/** HTTP status of a refusal. */
export function statusOf(refusal: Refusal): ContentfulStatusCode {
  if (refusal instanceof LinkRefused) return GONE.test(refusal.code) ? 410 : 403;
  return STATUS.find(([kind]) => refusal instanceof kind)?.[1] ?? 409;
}

/** Whatever was thrown, as a refusal that may be shown, with its status. */
export function understand(
  error: unknown,
  requestId: string,
): {
  status: ContentfulStatusCode;
  code: string;
  advice: Advice;
  fields: Readonly<Record<string, string>>;
  retryAfter: number | null;
  expected: boolean;
} {
  if (error instanceof Refusal)
    return {
      status: statusOf(error),
      code: error.code,
      advice: error.advice,
      fields: error.fields,
      retryAfter: error instanceof TooMany ? error.retryAfter : null,
      expected: true,
    };
  if (error instanceof HTTPException && error.status === 403)
    return {
      status: 403,
      code: 'foreign-form',
      advice: {
        what: t('ui.refusal.foreign'),
        lost: t('ui.nothing-changed'),
        next: t('ui.refusal.foreign.next'),
      },
      fields: {},
      retryAfter: null,
      expected: true,
    };
  if (error instanceof HTTPException && error.status >= 400 && error.status < 500)
    return {
      status: 400,
      code: 'unreadable',
      advice: {
        what: t('ui.refusal.unreadable'),
        lost: t('ui.nothing-changed'),
        next: t('ui.refusal.unreadable.next'),
      },
      fields: {},
      retryAfter: null,
      expected: true,
    };
  return {
    status: 500,
    code: 'unexpected',
    advice: {
      what: t('ui.refusal.unexpected'),
      lost: t('ui.refusal.unexpected.lost'),
      next: t('ui.refusal.unexpected.next', { id: requestId }),
    },
    fields: {},
    retryAfter: null,
    expected: false,
  };
}

export const wantsJson = (c: Ctx): boolean => c.req.path.startsWith('/api/');

/** Answers with an error, as JSON under `/api/`, as a page elsewhere. */
export function answerError(c: Ctx, error: unknown, area: Route['access']['who']): Response | Promise<Response> {
  const requestId = c.get('requestId') ?? '';
  const { status, code, advice, fields, retryAfter } = understand(error, requestId);
  c.header('Cache-Control', 'no-store');
  if (retryAfter !== null) c.header('Retry-After', String(Math.max(1, Math.ceil(retryAfter))));
  if (wantsJson(c)) return c.json({ error: { code, ...advice, fields, requestId } }, status);
  const wrong = Object.entries(fields);
  const title = code === 'link-needed' ? t('ui.status.link-needed') : titleOf(status);
  return page(
    c,
    {
      title,
      area: area === 'anyone' ? 'public' : area,
      status,
    },
    <div class="problem">
      <p class="problem__status">
        {status === 500 ? t('ui.status.request', { id: requestId }) : t('ui.status.answer', { status })}
      </p>
      <h1>{title}</h1>
      <p class="lead">{advice.what}</p>
      {wrong.length > 0 ? (
        <ul>
          {wrong.map(([, message]) => (
            <li>{message}</li>
          ))}
        </ul>
      ) : null}
      {advice.lost ? <p>{advice.lost}</p> : null}
      {advice.next ? <p>{advice.next}</p> : null}
      {status === 401 && code !== 'link-needed' ? (
        <p>
          <a class="usa-button" href="/sign-in">
            {t('ui.nav.sign-in')}
          </a>
        </p>
      ) : area === 'recipient' || code === 'link-needed' ? null : (
        <p>
          <a href={area === 'staff' ? '/desk' : '/'}>
            {t(area === 'staff' ? 'ui.status.to-desk' : 'ui.status.to-front')}
          </a>
        </p>
      )}
    </div>,
  );
}

export const notFound = () =>
  new NotFound('not-found', {
    what: t('ui.refusal.not-found'),
    next: t('ui.refusal.not-found.next'),
  });
