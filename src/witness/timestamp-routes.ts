/**
 * Timestamps of checkpoints to download: the answer of the authority, the request, and the exact bytes that were stamped, for
 * `openssl ts -verify`. The newest one, or with `?size=` that of a checkpoint of this size.
 */
import { NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { contentDisposition } from '../ui/attachment.ts';
import { newestTimestamp } from './second-clock.ts';

async function wanted(c: Ctx) {
  const { db } = c.get('services');
  const text = c.req.query('size');
  const size = text === undefined ? undefined : /^[1-9]\d{0,14}$/.test(text) ? Number(text) : -1;
  const stamp = await newestTimestamp(db, size);
  if (!stamp)
    throw new NotFound('no-timestamp', {
      what: size === undefined ? t('desk.witness.no-timestamp') : t('desk.witness.no-timestamp.that'),
    });
  return stamp;
}

function file(c: Ctx, bytes: Uint8Array, type: string, name: string): Response {
  return c.body(new Uint8Array(bytes), 200, {
    'Content-Type': type,
    'Content-Disposition': contentDisposition(name),
    'Cache-Control': 'no-cache',
  });
}

const get = (path: string, handler: Route['handler']): Route => ({ method: 'GET', path, access: ANYONE, handler });

export const timestampRoutes: readonly Route[] = [
  get('/log/timestamp', async (c) => {
    const { size, response } = await wanted(c);
    return file(c, response, 'application/timestamp-reply', `checkpoint-${size}.tsr`);
  }),
  get('/log/timestamp/request', async (c) => {
    const { size, request } = await wanted(c);
    return file(c, request, 'application/timestamp-query', `checkpoint-${size}.tsq`);
  }),
  get('/log/timestamp/checkpoint', async (c) => {
    const { size } = await wanted(c);
    const { note } = await c
      .get('services')
      .db.selectFrom('log.checkpoint')
      .select('note')
      .where('size', '=', size)
      .executeTakeFirstOrThrow();
    return file(c, Buffer.from(note), 'text/plain; charset=utf-8', `checkpoint-${size}`);
  }),
];
