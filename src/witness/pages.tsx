/**
 * The log's page for staff: its key and policy, how each witness stands, the logs that this server cosigns, and alarms with their
 * evidence. An alarm is acknowledged here by an owner, with a reason that stays; nothing here takes one away.
 */
import type { Child } from 'hono/jsx';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../base/database.ts';
import { bodyOf } from '../base/form.ts';
import { UUID } from '../base/ids.ts';
import { num, t } from '../base/language.ts';
import type { LogIdentity } from '../base/log-identity.ts';
import { type Ctx, OWNER, type Route, staff, VIEWER } from '../base/route.ts';
import { witnessId } from '../ledger/cosignatures.ts';
import { quorumText } from '../proof/policy.ts';
import { redirectWith, zoneOf } from '../ui/context.ts';
import { type Errors, Form, Select, Submit, TextArea } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { Facts, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { type Alarm, acknowledge, alarms } from './alarms.ts';
import type { Witnesses } from './config.ts';
import type { OwnWitness } from './routes.ts';
import { newestTimestamp, tsaName } from './second-clock.ts';

/** What an alarm means, in one line and in what to do. */
export function alarmWords(alarm: Pick<Alarm, 'kind' | 'who' | 'at' | 'ours'>): { what: string; next: string } {
  const { kind, who, at, ours } = alarm;
  if (kind === 'ahead') return { what: t('desk.witness.ahead', { who, at, ours }), next: t('desk.witness.ahead.next') };
  if (kind === 'fork') return { what: t('desk.witness.fork', { who, at }), next: t('desk.witness.fork.next') };
  if (kind === 'timestamp') return { what: t('desk.witness.tsa', { who, ours }), next: t('desk.witness.tsa.next') };
  return { what: t('desk.witness.theirs', { who, at }), next: t('desk.witness.theirs.next') };
}

interface Standing {
  readonly name: string;
  readonly id: string;
  readonly size: number | null;
  readonly at: Date | null;
  /** in words: what the last call came to */
  readonly now: string;
}

async function standings(db: Kysely<Database>, asked: Witnesses | null): Promise<readonly Standing[]> {
  if (!asked) return [];
  const states = await db.selectFrom('witness.state').select(['witness', 'trouble']).execute();
  return await Promise.all(
    asked.asked.map(async ({ name, key }) => {
      const id = witnessId(key);
      const last = await db
        .selectFrom('log.cosignature')
        .select(['size', 'cosigned_at'])
        .where('witness', '=', id)
        .orderBy('size', 'desc')
        .limit(1)
        .executeTakeFirst();
      const state = states.find((one) => one.witness === id);
      const now = state ? (state.trouble ?? t('desk.witness.answers')) : t('desk.witness.not-asked');
      return { name, id, size: last?.size ?? null, at: last?.cosigned_at ?? null, now };
    }),
  );
}

function AlarmView({ alarm, zone, party }: { alarm: Alarm; zone: string; party: string }) {
  const { what, next } = alarmWords(alarm);
  const said = alarm.acknowledged;
  return (
    <li>
      <p>{said ? what : rich('desk.witness.open', { strong: (words) => <strong>{words}</strong>, what })}</p>
      <p class="entries__when">
        {rich('desk.witness.raised', { at: <Time at={alarm.raisedAt} zone={zone} seconds /> })}
      </p>
      {said ? (
        <p>
          {rich('desk.witness.acknowledged', {
            at: <Time at={said.at} zone={zone} />,
            who: said.party === party ? said.name : t('desk.witness.other-owner'),
            reason: said.reason,
          })}
        </p>
      ) : (
        <p>{next}</p>
      )}
      <details>
        <summary>{t('desk.witness.evidence')}</summary>
        {Object.entries(alarm.evidence).map(([name, value]) => (
          <>
            <p class="soft">{name}</p>
            <pre class="hash hash--whole">{String(value)}</pre>
          </>
        ))}
      </details>
    </li>
  );
}

interface Typed {
  readonly alarm: string;
  readonly reason: string;
  readonly errors: Errors;
}

interface Parts {
  readonly log: LogIdentity;
  readonly own: OwnWitness;
  readonly asked: Witnesses | null;
  /** address of the timestamp authority */
  readonly tsa: string | null;
}
/** What the authority's clock said, with the files that show it. */
function stampWords(
  stamp: { readonly gen_time: Date; readonly tsa: string; readonly size: number },
  zone: string,
  trouble: string | null,
) {
  const link = (path: string) => (words: Child) => <a href={`/log/timestamp${path}?size=${stamp.size}`}>{words}</a>;
  const given = {
    at: <Time at={stamp.gen_time} zone={zone} seconds />,
    host: new URL(stamp.tsa).host,
    n: stamp.size,
    answer: link(''),
    request: link('/request'),
    checkpoint: link('/checkpoint'),
  };
  return trouble ? rich('desk.witness.stamp.trouble', { ...given, trouble }) : rich('desk.witness.stamp', given);
}

async function logPage(c: Ctx, { log, own, asked, tsa }: Parts, typed?: Typed): Promise<Response> {
  const { db } = c.get('services');
  const actor = staff(c);
  const zone = zoneOf(c);
  const [all, standing, checkpoint, seen, stamp, authority] = await Promise.all([
    alarms(db),
    standings(db, asked),
    db.selectFrom('log.checkpoint').select(['size', 'signed_at']).orderBy('size', 'desc').limit(1).executeTakeFirst(),
    db.selectFrom('witness.seen').select(['origin', 'size', 'cosigned_at']).orderBy('origin').execute(),
    newestTimestamp(db),
    tsa === null
      ? undefined
      : db.selectFrom('witness.state').select('trouble').where('witness', '=', tsaName(tsa)).executeTakeFirst(),
  ]);
  const open = all.filter((one) => one.acknowledged === null);
  return await page(
    c,
    { title: t('desk.witness.title'), area: 'staff', status: typed ? 422 : 200 },
    <>
      <Heading
        title={t('desk.witness.title')}
        crumbs={[{ text: t('ui.nav.desk'), href: '/desk' }]}
        lead={t('desk.witness.lead')}
      />
      {open.length > 0 ? (
        <Notice tone="bad" title={t('desk.witness.alarm-open', { n: open.length })}>
          <p>{t('desk.witness.alarm-open.what')}</p>
        </Notice>
      ) : null}
      {all.length > 0 ? (
        <section aria-labelledby="alarms">
          <h2 id="alarms">{t('desk.witness.alarms')}</h2>
          <ul class="entries">
            {all.map((one) => (
              <AlarmView alarm={one} zone={zone} party={actor.party} />
            ))}
          </ul>
          {open.length > 0 && actor.role === 'owner' ? (
            <Form action="/desk/log/acknowledge" errors={typed?.errors ?? {}} label={t('desk.witness.acknowledge')}>
              <h3>{t('desk.witness.acknowledge')}</h3>
              <Select
                name="alarm"
                label={t('desk.witness.which')}
                required
                value={typed?.alarm ?? open[0]?.id ?? ''}
                errors={typed?.errors ?? {}}
                choices={open.map((one) => ({ value: one.id, label: alarmWords(one).what }))}
              />
              <TextArea
                name="reason"
                label={t('desk.witness.happened')}
                hint={t('desk.witness.happened.hint')}
                required
                rows={3}
                maxlength={2000}
                value={typed?.reason ?? ''}
                errors={typed?.errors ?? {}}
              />
              <Submit text={t('desk.witness.acknowledge.do')} />
            </Form>
          ) : null}
          {open.length > 0 && actor.role !== 'owner' ? <p>{t('desk.witness.owner-acknowledges')}</p> : null}
        </section>
      ) : null}
      <h2>{t('desk.witness.own')}</h2>
      <Facts
        facts={[
          { name: t('desk.witness.origin'), value: log.origin },
          { name: t('desk.witness.key'), value: <code class="hash hash--whole">{log.logKey}</code> },
          {
            name: t('desk.witness.newest'),
            value: checkpoint
              ? rich('desk.witness.newest.signed', {
                  n: checkpoint.size,
                  at: <Time at={checkpoint.signed_at} zone={zone} seconds />,
                })
              : t('desk.witness.none-yet'),
          },
          {
            name: t('desk.witness.timestamp'),
            value: stamp
              ? stampWords(stamp, zone, authority?.trouble ?? null)
              : tsa === null
                ? t('desk.witness.no-tsa')
                : (authority?.trouble ?? t('desk.witness.none-yet')),
          },
          { name: t('desk.witness.needed'), value: asked ? quorumText(asked.policy) : t('desk.witness.no-witness') },
        ]}
      />
      <h2 id="witnesses">{t('desk.witness.asked')}</h2>
      <Table
        caption={t('desk.witness.asked')}
        quietCaption
        rows={standing}
        empty={{
          what: t('desk.witness.asked.none'),
          how: t('desk.witness.asked.how'),
        }}
        columns={[
          { head: t('desk.witness.witness'), names: true, cell: (one) => one.name },
          {
            head: t('desk.witness.signed'),
            numeric: true,
            cell: (one) => (one.size === null ? t('desk.witness.nothing-yet') : num(one.size)),
          },
          { head: t('desk.witness.when'), cell: (one) => (one.at ? <Time at={one.at} zone={zone} seconds /> : '') },
          { head: t('desk.witness.now'), cell: (one) => one.now },
        ]}
      />
      <h2>{t('desk.witness.as-witness')}</h2>
      <Facts
        facts={[
          { name: t('desk.witness.key'), value: <code class="hash hash--whole">{own.vkey}</code> },
          { name: t('desk.witness.address'), value: `${c.get('services').config.baseUrl}/witness` },
        ]}
      />
      <Table
        caption={t('desk.witness.cosigns')}
        rows={[...own.logs.keys()]}
        empty={{ what: t('desk.witness.cosigns.none'), how: t('desk.witness.cosigns.how') }}
        columns={[
          { head: t('desk.witness.log'), names: true, cell: (origin) => origin },
          {
            head: t('desk.witness.signed'),
            numeric: true,
            cell: (origin) => num(seen.find((one) => one.origin === origin)?.size ?? 0),
          },
          {
            head: t('desk.witness.when'),
            cell: (origin) => {
              const at = seen.find((one) => one.origin === origin)?.cosigned_at;
              return at === undefined ? '' : <Time at={new Date(at * 1000)} zone={zone} seconds />;
            },
          },
        ]}
      />
    </>,
  );
}

const AckForm = z.object({
  alarm: z.string().regex(UUID, { error: () => t('desk.witness.choose-alarm') }),
  reason: z
    .string()
    .trim()
    .min(1, { error: () => t('desk.witness.say-what') })
    .max(2000),
});

async function postAcknowledge(c: Ctx, parts: Parts): Promise<Response> {
  const body = await bodyOf(c);
  const given = { alarm: body.alarm ?? '', reason: body.reason ?? '' };
  const read = AckForm.safeParse(given);
  if (!read.success) {
    const errors = Object.fromEntries(read.error.issues.map((issue) => [String(issue.path[0]), issue.message]));
    const typed = (value: unknown) => (typeof value === 'string' ? value : '');
    return await logPage(c, parts, { alarm: typed(given.alarm), reason: typed(given.reason), errors });
  }
  const { db, clock } = c.get('services');
  const { name, party } = staff(c);
  const { alarm, reason } = read.data;
  await acknowledge(db, alarm, { name, party, reason, at: new Date(clock.now()) });
  return redirectWith(c, '/desk/log', t('desk.witness.kept'));
}

export function logPages(
  log: LogIdentity,
  own: OwnWitness,
  asked: Witnesses | null,
  tsa: string | null,
): readonly Route[] {
  const parts: Parts = { log, own, asked, tsa };
  return [
    { method: 'GET', path: '/desk/log', access: VIEWER, handler: (c) => logPage(c, parts) },
    { method: 'POST', path: '/desk/log/acknowledge', access: OWNER, handler: (c) => postAcknowledge(c, parts) },
  ];
}
