/**
 * `GET /metrics`: figures of this server for Prometheus, read when asked. For programs of this machine, or with a token; everybody else
 * is refused. Names no party, address or matter.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { Counter, Gauge, Registry } from 'prom-client';
import { clientIp } from '../base/client.ts';
import type { Database } from '../base/database.ts';
import { Forbidden } from '../base/errors.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { witnessId } from '../ledger/cosignatures.ts';
import { KINDS } from '../witness/alarms.ts';
import type { Witnesses } from '../witness/config.ts';
import { newestTimestamp, tsaName } from '../witness/second-clock.ts';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** A program of this machine; not somebody whom a proxy of this machine passed on without our being told of it. */
function fromHere(c: Ctx): boolean {
  const passedOn = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'].some(
    (name) => c.req.header(name) !== undefined,
  );
  return LOOPBACK.test(clientIp(c)) && !passedOn;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

function withToken(c: Ctx, token: string | null): boolean {
  const given = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
  return token !== null && given !== undefined && timingSafeEqual(digest(given), digest(token));
}

interface Figures {
  readonly entries: number;
  readonly tree: number;
  readonly signed_at: Date | null;
  readonly queued: number;
  readonly failed: number;
}

async function figures(db: Kysely<Database>): Promise<Figures | undefined> {
  const { rows } = await sql<Figures>`
    select h.size as entries, t.size as tree,
      (select signed_at from log.checkpoint order by size desc limit 1) as signed_at,
      (select count(*) from work.outbox where state = 'queued') as queued,
      (select count(*) from work.outbox where state = 'failed') as failed
    from log.head h, log.tree t`.execute(db);
  return rows[0];
}

async function text(db: Kysely<Database>, now: number, asked: Witnesses | null, tsa: string | null): Promise<string> {
  const [all, states, alarms] = await Promise.all([
    figures(db),
    db.selectFrom('witness.state').select(['witness', 'failures', 'signed']).execute(),
    db
      .selectFrom('witness.alarm as a')
      .leftJoin('witness.acknowledgement as k', 'k.alarm', 'a.id')
      .select((eb) => ['a.kind', eb('k.alarm', 'is', null).as('open'), eb.fn.countAll<number>().as('n')])
      .groupBy(['a.kind', (eb) => eb('k.alarm', 'is', null)])
      .execute(),
  ]);
  const registers = [new Registry()];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `counterfoil_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `counterfoil_${name}`, help, labelNames, registers });

  counter('entries_total', 'Entries written.').inc(all?.entries ?? 0);
  gauge('tree_size', 'Entries under the newest checkpoint.').set(all?.tree ?? 0);
  if (all?.signed_at)
    gauge('checkpoint_age_seconds', 'Seconds since the newest checkpoint was signed.').set(
      Math.max(0, (now - all.signed_at.getTime()) / 1000),
    );
  const outbox = gauge('outbox_mails', 'Mails that wait or could not be sent.', ['state']);
  outbox.set({ state: 'queued' }, all?.queued ?? 0);
  outbox.set({ state: 'failed' }, all?.failed ?? 0);

  const signed = counter('cosignatures_total', 'Cosignatures of this log that are kept, by witness.', ['witness']);
  const failures = gauge('witness_failures', 'Calls to a witness that failed, since the last one that did not.', [
    'witness',
  ]);
  for (const { key } of asked?.asked ?? []) {
    const state = states.find((one) => one.witness === witnessId(key));
    signed.inc({ witness: key.name }, state?.signed ?? 0);
    failures.set({ witness: key.name }, state?.failures ?? 0);
  }
  if (tsa !== null) {
    const stamp = await newestTimestamp(db);
    const state = states.find((one) => one.witness === tsaName(tsa));
    gauge('timestamp_failures', 'Calls to the timestamp authority that failed, since the last one that did not.').set(
      state?.failures ?? 0,
    );
    if (stamp)
      gauge('timestamp_age_seconds', 'Seconds since the newest timestamp of a checkpoint came.').set(
        Math.max(0, (now - stamp.received_at.getTime()) / 1000),
      );
  }
  const raised = gauge('witness_alarms', 'Alarms about logs.', ['kind', 'state']);
  for (const kind of KINDS)
    for (const open of [true, false]) {
      const n = alarms.find((one) => one.kind === kind && Boolean(one.open) === open)?.n ?? 0;
      raised.set({ kind, state: open ? 'open' : 'acknowledged' }, n);
    }
  return (await Promise.all(registers.map((one) => one.metrics()))).join('');
}

/** @param token what a program elsewhere shows as `Authorization: Bearer`; null: programs of this machine alone */
export function metricsRoutes(
  asked: Witnesses | null,
  token: string | null,
  tsa: string | null = null,
): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      access: ANYONE,
      handler: async (c) => {
        if (!fromHere(c) && !withToken(c, token))
          throw new Forbidden('metrics-closed', {
            what: 'These figures are for programs of this machine, or with the token of METRICS_TOKEN.',
          });
        const { db, clock } = c.get('services');
        return c.body(await text(db, clock.now(), asked, tsa), 200, {
          'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
          'Cache-Control': 'no-store',
        });
      },
    },
  ];
}
