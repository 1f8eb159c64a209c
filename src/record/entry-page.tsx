/** One public entry: its slip, what stands in it, its receipt to keep and how to verify it. Shows no entry that is not public. */
import { sql } from 'kysely';
import { z } from 'zod';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { hex } from '../proof/index.ts';
import { partyById } from '../rooms/directory/view.ts';
import { type Erasure, erasureOf } from '../rooms/erasure/view.ts';
import { zoneOf } from '../ui/context.ts';
import { Hash } from '../ui/hash.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { Slip } from '../ui/slip.tsx';
import { Facts } from '../ui/table.tsx';
import { dateText, Time } from '../ui/time.tsx';
import { kindWord } from '../ui/words.ts';
import { Body } from './body.tsx';
import { cachePublic } from './caching.ts';
import { halvesOf } from './halves.ts';
import { type PublicMatter, publicMatter } from './matter.ts';
import { openNow } from './open.ts';
import { entryPath, recordPath, servicePath } from './parts.tsx';
import { receiptPaths } from './receipt-paths.ts';
import { type Down, takenDown } from './taken-down.ts';
import { publicEntry } from './timeline.ts';

export { receiptPaths };

async function entryPage(c: Ctx): Promise<Response> {
  const { db, config, clock } = c.get('services');
  const matter = await publicMatter(db, c.req.param('slug') ?? '');
  const gone = await publicErasure(c, matter.id, c.req.param('entry') ?? '');
  if (gone) return await erasedPage(c, matter, gone);
  const now = new Date(clock.now());
  const down = await takenDown(db, c.req.param('entry') ?? '', now);
  if (down && down.matter === matter.id) return takenDownPage(c, matter, down);
  const told = await publicEntry(db, matter.id, c.req.param('entry') ?? '', now);
  const { entry } = told;
  const zone = zoneOf(c);
  const halves = await halvesOf(db, told);
  const witnessed = await c.get('services').ledger.witnessed(told.position);
  const published = witnessed !== null;
  const { rows: replacing } = await sql<{ id: string }>`
    select e.id from ledger.entry e where e.corrects = ${entry.id} and e.matter = ${matter.id} and ${openNow('e', now)}
    order by e.seq limit 1`.execute(db);
  const [later] = replacing;
  cachePublic(
    c,
    clock.now() - Date.parse(entry.recordedAt) > 60_000 && witnessed?.complete ? 300 : 5,
    new Date(entry.recordedAt),
  );
  return page(
    c,
    { title: `Entry ${told.position} · ${matter.title}`, area: 'public' },
    <>
      <Heading
        title={told.title}
        tags={matter.example ? ['example'] : []}
        crumbs={[
          { text: 'Public records', href: '/records' },
          { text: matter.title, href: recordPath(matter) },
          ...(told.recipient ? [{ text: told.recipient.name, href: servicePath(matter, told.recipient.service) }] : []),
        ]}
        lead={told.text ?? undefined}
      />
      {later ? (
        <p>
          A later entry replaces this one: <a href={entryPath(matter, later.id)}>see the correction</a>.
        </p>
      ) : null}
      {entry.corrects !== undefined && entry.kind.endsWith('.corrected') ? (
        <p>
          It replaces an earlier entry: <a href={entryPath(matter, entry.corrects)}>see what stood there before</a>.
        </p>
      ) : null}
      <Slip
        commitment={told.commitment}
        position={published ? told.position : null}
        logOrigin={config.logOrigin}
        title={kindWord(entry.kind).replace(/^./, (letter) => letter.toUpperCase())}
        at={new Date(entry.occurredAt)}
        zone={zone}
        dayOnly={told.dayOnly}
        issuer={halves.issuer}
        recipient={halves.recipient}
        witnessed={witnessed}
        {...(published ? receiptPaths(entry.id) : {})}
      />
      <h2>What stands in this entry</h2>
      <Body body={entry.body} />
      <h2>About the entry</h2>
      <Facts
        facts={[
          {
            name: 'Happened',
            value: <Time at={new Date(entry.occurredAt)} zone={zone} seconds dayOnly={told.dayOnly} />,
          },
          { name: 'Recorded', value: <Time at={new Date(entry.recordedAt)} zone={zone} seconds /> },
          ...(told.publicSince === null
            ? []
            : [{ name: 'Public since', value: <Time at={told.publicSince} zone={zone} seconds /> }]),
          { name: 'Position in the log', value: told.position.toLocaleString('en-US') },
          { name: 'Commitment in the log', value: <Hash hex={hex(told.commitment)} whole /> },
          { name: 'Entry’s id', value: <code class="hash hash--whole">{entry.id}</code> },
        ]}
      />
      <h2 id="verify">Verify it yourself</h2>
      <p>
        Keep the receipt and drop it on the page <a href="/verify">Verify a receipt</a>: the check runs in your browser,
        also with the network off. Or, with this program’s source and without any server:
      </p>
      <p>
        <code class="command">
          bin/counterfoil verify {entry.kind.replace('.', '-')}-{told.position}.receipt.json --policy policy.txt
        </code>
      </p>
      <p>
        For a court: <a href={`/certificates/${entry.id}`}>a certification to complete and sign</a> (
        <a href={`/certificates/${entry.id}?form=txt`}>as text</a>), in the form of Federal Rules of Evidence 902(11),
        (13) and (14). It is not legal advice.
      </p>
      <p>
        The policy, a file of some lines, says which log and witnesses you trust. This server’s own stands at{' '}
        <a href="/.well-known/counterfoil">/.well-known/counterfoil</a>; take it once and keep it.
      </p>
    </>,
  );
}

/** The erasure of a public entry of this matter, or null. */
async function publicErasure(c: Ctx, matter: string, entry: string): Promise<Erasure | null> {
  if (!z.uuid().safeParse(entry).success) return null;
  const erasure = await erasureOf(c.get('services').db, entry);
  return erasure && erasure.matter === matter && erasure.audience === 'public' ? erasure : null;
}

/** In place of an entry that was taken down: that it was, when, by which role and why. */
function takenDownPage(c: Ctx, matter: PublicMatter, down: Down): Response | Promise<Response> {
  return page(
    c,
    { title: `Entry ${down.position} · ${matter.title}`, area: 'public', status: 410 },
    <>
      <Heading
        title={`Taken down on ${dateText(down.at.toISOString().slice(0, 10))}`}
        tags={matter.example ? ['example'] : []}
        crumbs={[
          { text: 'Public records', href: '/records' },
          { text: matter.title, href: recordPath(matter) },
        ]}
        lead={down.reason}
      />
      <Facts
        facts={[
          { name: 'Position in the log', value: down.position.toLocaleString('en-US') },
          { name: 'Commitment in the log', value: <Hash hex={down.commitment} whole /> },
          { name: 'Decided by', value: `an ${down.decidedBy} of ${matter.issuerName}` },
          { name: 'When', value: <Time at={down.at} zone={zoneOf(c)} seconds /> },
          {
            name: 'The decision',
            value: <a href={entryPath(matter, down.entry)}>the entry that says so, with its receipt</a>,
          },
        ]}
      />
      <p>
        The log keeps the commitment of what stood here. Whoever holds a receipt of it can still verify it; a later
        entry may put it back.
      </p>
    </>,
  );
}

/** In place of an entry that was erased: that it was, when, by whom, on whose order. */
async function erasedPage(c: Ctx, matter: PublicMatter, erasure: Erasure): Promise<Response> {
  const by = (await partyById(c.get('services').db, erasure.by))?.name ?? 'the issuer';
  const on = dateText(erasure.recordedAt.toISOString().slice(0, 10));
  return page(
    c,
    { title: `Entry ${erasure.position} · ${matter.title}`, area: 'public', status: 410 },
    <>
      <Heading
        title={`Erased on ${on} by order of ${erasure.authority}`}
        tags={matter.example ? ['example'] : []}
        crumbs={[
          { text: 'Public records', href: '/records' },
          { text: matter.title, href: recordPath(matter) },
        ]}
        lead={erasure.reason}
      />
      <Facts
        facts={[
          { name: 'Position in the log', value: erasure.position?.toLocaleString('en-US') ?? 'not known' },
          { name: 'Erased by', value: by },
          { name: 'When', value: <Time at={erasure.recordedAt} zone={zoneOf(c)} seconds /> },
          {
            name: 'The order',
            value: <a href={entryPath(matter, erasure.entry)}>the entry that says so, with its receipt</a>,
          },
        ]}
      />
      <p>
        The log keeps the commitment, which tells nothing of what stood here. Whoever holds a receipt of this entry can
        still verify it.
      </p>
    </>,
  );
}

export const entryRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/entries/:entry', access: ANYONE, handler: entryPage },
];
