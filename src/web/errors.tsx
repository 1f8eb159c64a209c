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

const TITLES: Readonly<Record<number, string>> = {
  400: 'Not understood',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not done',
  410: 'This link no longer works',
  413: 'Too large',
  422: 'Something needs putting right',
  429: 'Too many tries',
  500: 'Something went wrong here',
  503: 'Not available right now',
  507: 'No room left',
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
        what: 'This form was sent from another site, or the browser hid where it came from.',
        lost: 'Nothing was changed.',
        next: 'Open the page on this site and send the form again.',
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
        what: 'What was sent could not be read.',
        lost: 'Nothing was changed.',
        next: 'Open the page again and send it once more.',
      },
      fields: {},
      retryAfter: null,
      expected: true,
    };
  return {
    status: 500,
    code: 'unexpected',
    advice: {
      what: 'This server met something it was not made for.',
      lost: 'What was already recorded is safe. If you were sending something, open the page again and look whether it is there; sending it again does it only once.',
      next: `Try again. If it stays, tell the operator the number of this request: ${requestId}.`,
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
  return page(
    c,
    {
      title: code === 'link-needed' ? 'Open the link in your letter' : (TITLES[status] ?? 'Not done'),
      area: area === 'anyone' ? 'public' : area,
      status,
    },
    <div class="problem">
      <p class="problem__status">{status === 500 ? `Request ${requestId}` : `Answer ${status}`}</p>
      <h1>{code === 'link-needed' ? 'Open the link in your letter' : (TITLES[status] ?? 'Not done')}</h1>
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
            Sign in
          </a>
        </p>
      ) : area === 'recipient' || code === 'link-needed' ? null : (
        <p>
          <a href={area === 'staff' ? '/desk' : '/'}>
            {area === 'staff' ? 'Back to the desk' : 'Go to the front page'}
          </a>
        </p>
      )}
    </div>,
  );
}

export const notFound = () =>
  new NotFound('not-found', {
    what: 'There is no page at this address.',
    next: 'Check the address, or start from the front page.',
  });
