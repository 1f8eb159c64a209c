/**
 * A whole small exchange of one office in a `world`: a matter, a request served on two places, letters out, both entered by link and code,
 * both answered with a file, and a draft that is not served. Whatever an office of another mark must never see carries its mark.
 */
import { createHash } from 'node:crypto';
import { announceConsequence } from '../../src/rooms/consequences/commands.ts';
import { recognise } from '../../src/rooms/directory/import/compared.ts';
import { beginImport, putFile } from '../../src/rooms/directory/import/store.ts';
import { openMatter } from '../../src/rooms/matters/commands.ts';
import { addMeeting } from '../../src/rooms/meetings/commands.ts';
import { takeMail } from '../../src/rooms/meetings/mail.ts';
import { enterCourtOrder } from '../../src/rooms/orders/commands.ts';
import { holdOffice } from '../../src/rooms/people/commands.ts';
import { peopleNamed } from '../../src/rooms/people/view.ts';
import { EMPTY_DRAFT } from '../../src/rooms/requests/draft.ts';
import { createDraft } from '../../src/rooms/requests/drafts.ts';
import { replaceRecipients } from '../../src/rooms/requests/reading.ts';
import { serveDraft } from '../../src/rooms/requests/serve.ts';
import { beginWriting } from '../../src/rooms/review/drafts.ts';
import { keepSource } from '../../src/rooms/sources/commands.ts';
import { addStatement } from '../../src/rooms/statements/commands.ts';
import { formOf } from './answering.ts';
import { READY } from './desk.ts';
import { type Browser, enter } from './people.ts';
import type { World } from './world.ts';

export interface Place {
  readonly name: string;
  readonly address: string;
  readonly service: string;
  readonly b: Browser;
  readonly answer: string;
  readonly link: string;
  readonly code: string;
  /** the file it sent */
  readonly file: { readonly name: string; readonly sha256: string; readonly text: string };
  readonly note: string;
}

export interface Exchange {
  readonly mark: string;
  readonly party: string;
  readonly matter: string;
  readonly slug: string;
  readonly request: string;
  readonly draft: string;
  /** another draft like it, for what would use it up */
  newDraft(): Promise<string>;
  /** a consequence of the request, and an order that blocks it */
  readonly consequence: string;
  readonly order: string;
  /** a meeting of the matter */
  readonly meeting: string;
  /** a mail that came in and found no place; each a new one */
  newMail(): Promise<string>;
  /** a kept source of the matter */
  readonly source: string;
  /** a statement of the matter, published */
  readonly statement: string;
  /** somebody in an office of the organisation */
  readonly person: string;
  /** a draft of a statement of the matter, by nobody who is signed in; each a new one */
  newWriting(): Promise<string>;
  /** a list for the directory whose columns have to be named; each a new one */
  newImport(): Promise<string>;
  readonly places: readonly [Place, Place];
}

/** @param owner a member's address, to know the office by */
export async function exchange(w: World, owner: string, mark: string): Promise<Exchange> {
  const { rows } = await w.owner.query<{ party: string; name: string }>(
    `select w.party, o."name" from work.organisation w join auth.organization o on o."id" = w.auth_id
     join auth.member m on m."organizationId" = o."id" join auth."user" u on u."id" = m."userId" where u."email" = $1`,
    [owner],
  );
  const office = rows[0];
  if (!office) throw new Error(`${owner} has no office`);
  const by = { party: office.party, partyName: office.name };
  const input = { title: `Matter of ${mark}`, slug: `matter-${mark}`, summary: '', audience: 'public' as const };
  const { id: matter, slug } = await openMatter(w.services, by, input, w.t.newId());
  const kept = {
    publisher: 'Example Courier',
    title: `Report on ${mark}`,
    published: null,
    url: null,
    text: `Of ${mark}.`,
  };
  const source = await keepSource(w.services, matter, kept, w.t.newId());
  const now = w.clock.now();
  const said = {
    name: `Sample Person of ${mark}`,
    words: `Said of ${mark}.`,
    outlet: '',
    holding: '',
    source,
    about: [],
  };
  const when = { saidAt: now - 86_400_000, saidOn: '2026-03-01', dayOnly: true };
  await addStatement(w.services, matter, { ...said, ...when, form: 'paraphrase', medium: 'statement' }, w.t.newId());
  const { id: statement } = await w.db
    .selectFrom('view.statement')
    .select('id')
    .where('matter', '=', matter)
    .executeTakeFirstOrThrow();
  const call = {
    convener: office.name,
    subject: `Meeting on ${mark}`,
    place: '',
    startsAt: now + 86_400_000,
    endsAt: null,
  };
  const rest = { dayOnly: false, capacity: '', agenda: '' };
  const meeting = await addMeeting(w.services, matter, { ...call, ...rest }, w.t.newId());
  const body = { ...READY, title: `Documents on ${mark}` };
  const mail = (n: number) => `clerk-${n}-${mark}@place.example.gov`;
  const csv = [
    'name,kind,state,ocd_id,email',
    ...[1, 2].map((n) => `Place ${n} ${mark},city,Example State,,${mail(n)}`),
  ];
  const fill = async (id: string) => {
    await replaceRecipients(w.services, id, new TextEncoder().encode(`${csv.join('\r\n')}\r\n`));
    return id;
  };
  const newDraft = async () => await fill(await createDraft(w.services, matter, { ...EMPTY_DRAFT, ...body }));
  const request = await serveDraft(w.services, await newDraft());
  await w.publish();
  w.pass(w.services.config.revokeMinutes * 60_000);
  await w.post.round();
  const services = await w.db
    .selectFrom('view.service')
    .select(['id', 'name'])
    .where('request', '=', request)
    .orderBy('name')
    .execute();
  const place = async (n: 1 | 2): Promise<Place> => {
    const service = services[n - 1];
    if (!service) throw new Error('not served');
    return {
      name: service.name,
      address: mail(n),
      service: service.id,
      ...(await answered(w, mail(n), `${n} ${mark}`)),
    };
  };
  // Parties and people are known to everyone, so these carry no mark.
  const name = `Sample Person of ${mark.length}`;
  const known = { publisher: 'Example Courier', title: 'Appointments', date: '2026-01-05' };
  const held = { name, who: 'new', note: `number ${w.t.newId().slice(-6)}`, party: office.name, title: 'Director' };
  await holdOffice(w.services, office.party, { ...held, from: '', until: '', source: known }, w.t.newId());
  const person = (await peopleNamed(w.db, name)).at(-1)?.id ?? '';
  const newWriting = async () => {
    const id = w.t.newId();
    const values = { words: `Said of ${mark}.`, form: 'paraphrase', zone: 'UTC' };
    const draft = { id, matter, kind: 'statement' as const, values, thing: null, corrects: null };
    await beginWriting(w.db, draft, { userId: 'somebody', name: `Sample Person of ${mark}` }, w.clock.now());
    return id;
  };
  const newImport = async () => {
    const id = await beginImport(w.services, office.party);
    async function* bytes() {
      yield new TextEncoder().encode(`name,kind,state,email\nHamlet ${mark},place,Example State,${mail(3)}\n`);
    }
    await putFile(w.db, id, 0, `list of ${mark}.csv`, bytes(), 10_000, () => new Error('too large'));
    await recognise(w.services, id);
    return id;
  };
  const newMail = async () => {
    const raw = new TextEncoder().encode(`Subject: Mail on ${mark} ${w.t.newId()}\r\n\r\nWords of ${mark}.`);
    await takeMail(w.services, raw, null);
    const { id } = await w.db
      .updateTable('work.mail_in')
      .set({ party: office.party, subject: `Mail on ${mark}` })
      .where('raw', '=', Buffer.from(raw))
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  };
  const places = [await place(1), await place(2)] as const;
  await w.publish();
  await w.post.round();
  return {
    mark,
    party: office.party,
    matter,
    slug,
    request,
    draft: await newDraft(),
    newDraft,
    source,
    statement,
    person,
    newWriting,
    newImport,
    newMail,
    ...(await orderOn(w, matter, request, mark)),
    meeting,
    places,
  };
}

/** Comes in, answers item 1 with a file and a note, sends it. */
async function answered(w: World, address: string, mark: string) {
  const entered = await enter(w, address);
  const { b } = entered;
  const text = `orders of ${mark}`;
  const file = { name: `orders ${mark}.txt`, text, sha256: createHash('sha256').update(text).digest('hex') };
  const note = `Note of ${mark}.`;
  const body = new FormData();
  const typed = {
    ...formOf((await b.get('/answer')).text, '/answer').values,
    'disposition-1': 'produced',
    'note-1': note,
  };
  for (const [name, value] of Object.entries({ ...typed, action: 'review' })) body.set(name, value);
  body.append('files-1', new File([text], file.name));
  const saved = await b.form('/answer', body);
  const review = await b.get(saved.to ?? '/answer/review');
  const send = formOf(review.text, '/answer/send');
  const sent = await b.post('/answer/send', { ...send.values, name: `Clerk of ${mark}`, title: 'Clerk' });
  const answer = /\/answer\/sent\/([0-9a-f-]{36})/.exec(sent.to ?? '')?.[1];
  if (answer === undefined) throw new Error(`sending answered ${sent.status} ${sent.text.slice(0, 500)}`);
  return { ...entered, answer, file, note };
}

/** A consequence of a request, and an order with its document that blocks it. */
async function orderOn(w: World, matter: string, request: string, mark: string) {
  const on = '2026-03-01';
  const source = { publisher: 'D. Example', title: `Order on ${mark}`, date: on };
  const announced = {
    kind: 'grant',
    programme: `Grant on ${mark}`,
    fiscalYear: 2026,
    amount: null,
    words: 'Announced.',
  } as const;
  const to = { request, recipients: null, at: Date.parse(`${on}T12:00:00Z`), source };
  const { id: consequence } = await announceConsequence(w.services, matter, { ...announced, ...to }, w.t.newId());
  const bytes = new TextEncoder().encode(`Order on ${mark}`);
  const put = await w.services.blobs.put(
    (async function* () {
      yield bytes;
    })(),
    { maxBytes: 1000 },
  );
  const order = await enterCourtOrder(
    w.services,
    matter,
    {
      ...{
        court: 'D. Example',
        docket: mark,
        judge: null,
        date: on,
        effect: 'enjoin',
        words: 'It is enjoined.',
        compel: null,
      },
      scope: { requests: [request], recipients: null, items: [], consequences: [consequence] },
      geography: 'nationwide',
      of: [],
      document: { ...put, name: 'order.txt', type: 'text/plain' },
      source: { ...source, url: null },
    },
    w.t.newId(),
  );
  return { consequence, order: order.id };
}
