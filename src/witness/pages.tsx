/**
 * The log's page for staff: its key and policy, how each witness stands, the logs that this server cosigns, and alarms with their
 * evidence. An alarm is acknowledged here by an owner, with a reason that stays; nothing here takes one away.
 */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../base/database.ts';
import { bodyOf } from '../base/form.ts';
import { UUID } from '../base/ids.ts';
import type { LogIdentity } from '../base/log-identity.ts';
import { type Ctx, OWNER, type Route, staff, VIEWER } from '../base/route.ts';
import { witnessId } from '../ledger/cosignatures.ts';
import { quorumText } from '../proof/policy.ts';
import { redirectWith, zoneOf } from '../ui/context.ts';
import { type Errors, Form, Select, Submit, TextArea } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { Facts, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { type Alarm, acknowledge, alarms } from './alarms.ts';
import type { Witnesses } from './config.ts';
import type { OwnWitness } from './routes.ts';
import { newestTimestamp, tsaName } from './second-clock.ts';

const number = (n: number) => n.toLocaleString('en-US');

/** What an alarm means, in one line and in what to do. */
export function alarmWords(alarm: Pick<Alarm, 'kind' | 'who' | 'at' | 'ours'>): { what: string; next: string } {
  const { kind, who, at, ours } = alarm;
  if (kind === 'ahead')
    return {
      what: `The witness ${who} has signed ${number(at)} entries of this log; this server held ${number(ours)}.`,
      next: 'Entries that were signed are missing here: the database may be an old copy. Stop taking new ones, find the newest copy, and keep what is here.',
    };
  if (kind === 'fork')
    return {
      what: `The witness ${who} has signed another history of this log: what it knows of ${number(at)} entries does not lead to what is here.`,
      next: 'Either the database was changed or put back, or a second server signs with this log’s key. Stop this server, keep all its files, and compare.',
    };
  if (kind === 'timestamp')
    return {
      what: `The timestamp authority (${who}) gives no timestamps of this log that can be kept, since ${number(ours)} entries.`,
      next: 'Nothing else waits for it. What it answered is in the evidence; where it goes on, ask the authority, or name another in TSA.',
    };
  return {
    what: `The log ${who} has signed two different histories of ${number(at)} entries.`,
    next: 'Its operator, or whoever has its key, shows different people different things. Both signed checkpoints are kept here: tell those who rely on that log.',
  };
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
      const now = state ? (state.trouble ?? 'answers') : 'not asked yet';
      return { name, id, size: last?.size ?? null, at: last?.cosigned_at ?? null, now };
    }),
  );
}

function AlarmView({ alarm, zone, party }: { alarm: Alarm; zone: string; party: string }) {
  const { what, next } = alarmWords(alarm);
  const said = alarm.acknowledged;
  return (
    <li>
      <p>
        {said ? null : <strong>Open. </strong>}
        {what}
      </p>
      <p class="entries__when">
        Raised <Time at={alarm.raisedAt} zone={zone} seconds />
      </p>
      {said ? (
        <p>
          Acknowledged <Time at={said.at} zone={zone} /> by{' '}
          {said.party === party ? said.name : 'an owner of another organisation'}: {said.reason}
        </p>
      ) : (
        <p>{next}</p>
      )}
      <details>
        <summary>Evidence</summary>
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
    { title: 'The log', area: 'staff', status: typed ? 422 : 200 },
    <>
      <Heading
        title="The log"
        crumbs={[{ text: 'Desk', href: '/desk' }]}
        lead="Who signs what this server keeps, and what others have signed of it."
      />
      {open.length > 0 ? (
        <Notice tone="bad" title={open.length === 1 ? 'An alarm is open' : `${number(open.length)} alarms are open`}>
          <p>What was signed cannot be unsigned. Read what is kept below before anything else is done.</p>
        </Notice>
      ) : null}
      {all.length > 0 ? (
        <section aria-labelledby="alarms">
          <h2 id="alarms">Alarms</h2>
          <ul class="entries">
            {all.map((one) => (
              <AlarmView alarm={one} zone={zone} party={actor.party} />
            ))}
          </ul>
          {open.length > 0 && actor.role === 'owner' ? (
            <Form action="/desk/log/acknowledge" errors={typed?.errors ?? {}} label="Acknowledge an alarm">
              <h3>Acknowledge an alarm</h3>
              <Select
                name="alarm"
                label="Which"
                required
                value={typed?.alarm ?? open[0]?.id ?? ''}
                errors={typed?.errors ?? {}}
                choices={open.map((one) => ({ value: one.id, label: alarmWords(one).what }))}
              />
              <TextArea
                name="reason"
                label="What happened, and what was done"
                hint="It stays beside the alarm, with your name."
                required
                rows={3}
                maxlength={2000}
                value={typed?.reason ?? ''}
                errors={typed?.errors ?? {}}
              />
              <Submit text="Acknowledge" />
            </Form>
          ) : null}
          {open.length > 0 && actor.role !== 'owner' ? <p>An owner acknowledges an alarm, with a reason.</p> : null}
        </section>
      ) : null}
      <h2>This server’s log</h2>
      <Facts
        facts={[
          { name: 'Origin', value: log.origin },
          { name: 'Verifier key', value: <code class="hash hash--whole">{log.logKey}</code> },
          {
            name: 'Newest checkpoint',
            value: checkpoint ? (
              <>
                {number(checkpoint.size)} entries, signed <Time at={checkpoint.signed_at} zone={zone} seconds />
              </>
            ) : (
              'none yet'
            ),
          },
          {
            name: 'Timestamp',
            value: stamp ? (
              <>
                <Time at={stamp.gen_time} zone={zone} seconds /> by the clock of {new URL(stamp.tsa).host}, for{' '}
                {number(stamp.size)} entries: <a href={`/log/timestamp?size=${stamp.size}`}>answer</a>,{' '}
                <a href={`/log/timestamp/request?size=${stamp.size}`}>request</a>,{' '}
                <a href={`/log/timestamp/checkpoint?size=${stamp.size}`}>checkpoint</a>
                {authority?.trouble ? `. Now: ${authority.trouble}` : ''}
              </>
            ) : tsa === null ? (
              'none: no authority is asked'
            ) : (
              (authority?.trouble ?? 'none yet')
            ),
          },
          { name: 'Witnesses needed', value: asked ? quorumText(asked.policy) : 'none: no witness is asked' },
        ]}
      />
      <h2 id="witnesses">Witnesses that are asked</h2>
      <Table
        caption="Witnesses that are asked"
        quietCaption
        rows={standing}
        empty={{
          what: 'No witness is asked',
          how: 'A witness of somebody else makes it impossible to show two people two histories. Name them in the file of WITNESSES.',
        }}
        columns={[
          { head: 'Witness', names: true, cell: (one) => one.name },
          { head: 'Has signed', numeric: true, cell: (one) => (one.size === null ? 'nothing yet' : number(one.size)) },
          { head: 'When', cell: (one) => (one.at ? <Time at={one.at} zone={zone} seconds /> : '') },
          { head: 'Now', cell: (one) => one.now },
        ]}
      />
      <h2>This server as a witness</h2>
      <Facts
        facts={[
          { name: 'Verifier key', value: <code class="hash hash--whole">{own.vkey}</code> },
          { name: 'Address', value: `${c.get('services').config.baseUrl}/witness` },
        ]}
      />
      <Table
        caption="Logs that it cosigns"
        rows={[...own.logs.keys()]}
        empty={{ what: 'It cosigns no log', how: 'Name the keys of logs in the file of WITNESS_LOGS.' }}
        columns={[
          { head: 'Log', names: true, cell: (origin) => origin },
          {
            head: 'Has signed',
            numeric: true,
            cell: (origin) => number(seen.find((one) => one.origin === origin)?.size ?? 0),
          },
          {
            head: 'When',
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
  alarm: z.string().regex(UUID, 'Choose an alarm.'),
  reason: z.string().trim().min(1, 'Say what happened, and what was done.').max(2000),
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
  return redirectWith(c, '/desk/log', 'Acknowledged. The alarm and your reason stay here.');
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
