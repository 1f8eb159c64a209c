/**
 * Letters on their way out: real database and ledger, a real SMTP server on loopback, real files. Each test ends with how many mails
 * left, what the outbox says and what the ledger holds.
 */
import { type ParsedMail, simpleParser } from 'mailparser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, placesCsv, REVOKE_MINUTES, testDesk } from '../../test/support/desk.ts';
import { type Refusing, smtpServer, type TestSmtp } from '../../test/support/smtp.ts';
import { browser, codeIn, linkIn, type World, world } from '../../test/support/world.ts';
import { smtpMailer } from '../adapters/mail/smtp.ts';
import { Unavailable } from '../base/errors.ts';
import type { Mailer } from '../base/mailer.ts';
import type { Services } from '../base/services.ts';
import { verifyReceipt } from '../proof/index.ts';
import { readReceiptFile } from '../proof/pdf.ts';
import { retryLetters } from '../rooms/requests/letters.ts';
import { revokeRequest } from '../rooms/requests/revoke.ts';
import { serveDraft } from '../rooms/requests/serve.ts';
import { LEASE_MS } from './outbox.ts';
import { createPost } from './worker.ts';

const MINUTE = 60_000;
let w: World;
let desk: Desk;
let matter: string;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  w = await world({ whole: true });
  desk = await testDesk(w.t);
  matter = await desk.openMatter();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await w.close();
});

/** Serves a request on `n` places and lets its checkpoint come; its letters are not due yet. */
async function served(n = 1): Promise<string> {
  const request = await serveDraft(w.services, await desk.draft(matter, placesCsv(n)));
  await w.publish();
  return request;
}
const due = () => w.pass(REVOKE_MINUTES * MINUTE);

const outbox = (request: string) =>
  w.db.selectFrom('work.outbox').selectAll().where('request', '=', request).orderBy('id').execute();
async function evidence(request: string) {
  const rows = await w.db
    .selectFrom('view.evidence as e')
    .innerJoin('view.service as s', 's.id', 'e.service')
    .select(['e.event', 'e.detail'])
    .where('s.request', '=', request)
    .where('e.event', 'like', 'ContentConsignment%')
    .orderBy('e.seq')
    .execute();
  return rows;
}

/** A worker with something in it changed; what it could not do is in `troubles`. */
function worker(change: Partial<Services> = {}, concurrency = 4) {
  const troubles: unknown[] = [];
  const post = createPost({
    services: { ...w.services, ...change },
    onError: (error) => troubles.push(error),
    concurrency,
  });
  return { ...post, troubles };
}

async function smtp(refuse: Refusing | null = null): Promise<TestSmtp & { readonly mailer: Mailer }> {
  const server = await smtpServer(refuse);
  const from = { name: 'Counterfoil', address: 'post@example.gov' };
  const mailer = smtpMailer({ url: `smtp://127.0.0.1:${server.port}`, from, clock: w.clock, timeout: 5_000 });
  closers.push(server.close, () => mailer.close());
  return { ...server, mailer };
}

async function receiptsHold(mail: ParsedMail): Promise<void> {
  const files = mail.attachments.map((a) => a.filename ?? '');
  expect(files).toHaveLength(2);
  expect(files[0]).toMatch(/\.receipt\.json$/);
  expect(files[1]).toMatch(/\.receipt\.pdf$/);
  for (const { content } of mail.attachments)
    expect(await verifyReceipt({ receipt: content, policy: w.t.policy, read: readReceiptFile })).toMatchObject({
      ok: true,
    });
}

describe('a letter', () => {
  it('leaves once, after its time and not before; its link and its receipt work', async () => {
    const request = await served(2);
    expect(await w.post.round()).toBe(0);
    w.pass(REVOKE_MINUTES * MINUTE - 1);
    expect(await w.post.round()).toBe(0);
    expect(await w.mails()).toEqual([]);
    w.pass(1);
    expect(await w.post.round()).toBe(2);
    expect(await w.post.round()).toBe(0);
    w.pass(7 * 24 * 60 * MINUTE);
    expect(await w.post.round()).toBe(0);
    const mails = await w.mails();
    expect(mails).toHaveLength(2);
    const rows = await outbox(request);
    expect(rows.map((row) => [row.state, row.attempts, row.error])).toEqual([
      ['sent', 1, null],
      ['sent', 1, null],
    ]);
    expect(new Set(rows.map((row) => row.message_id))).toEqual(new Set(mails.map((mail) => mail.messageId)));
    expect((await evidence(request)).map((e) => e.event)).toEqual(['ContentConsignment', 'ContentConsignment']);

    const mail = await w.mailTo('clerk000001@place.example.gov');
    expect(mail.text).toContain('To Place 000001');
    await receiptsHold(mail);
    const b = browser(w.app);
    const link = linkIn(mail);
    expect((await b.get(link)).status).toBe(200);
    await b.post(`${link}/code`);
    const code = codeIn(await w.mailTo('clerk000001@place.example.gov', 2));
    expect((await b.post(`${link}/enter`, { code })).to).toBe('/answer');
    expect((await b.get('/answer')).text).toContain('Place 000001');
    expect(w.log).toEqual([]);
  });

  it('waits for its receipt', async () => {
    const request = await served();
    // As if no checkpoint covered it yet.
    const early = worker({ ledger: { ...w.services.ledger, receipt: async () => null } });
    due();
    expect(await early.round()).toBe(1);
    expect((await outbox(request))[0]).toMatchObject({ state: 'queued', attempts: 0 });
    w.pass(1_000);
    expect(await w.post.round()).toBe(1);
    expect((await outbox(request))[0]).toMatchObject({ state: 'sent', attempts: 1 });
  });

  it('of a request that is revoked never leaves', async () => {
    const request = await served(3);
    w.pass(MINUTE);
    await revokeRequest(w.services, request, { reason: 'Wrong list.' }, desk.t.newId());
    due();
    expect(await w.post.round()).toBe(0);
    expect((await outbox(request)).map((row) => row.state)).toEqual(['revoked', 'revoked', 'revoked']);
    // A crash after the entry, before the outbox was marked: the worker sees the entry.
    await w.owner.query(`update work.outbox set state = 'queued' where request = $1`, [request]);
    expect(await w.post.round()).toBe(0);
    expect((await outbox(request)).map((row) => row.state)).toEqual(['revoked', 'revoked', 'revoked']);
    expect(await w.mails()).toEqual([]);
    expect(await evidence(request)).toEqual([]);
  });
});

describe('over SMTP', () => {
  it('arrives whole, with receipts that verify', async () => {
    const server = await smtp();
    const request = await served();
    due();
    await worker(server).round();
    expect(server.got.map((got) => got.to)).toEqual([['clerk000001@place.example.gov']]);
    const mail = await simpleParser(server.got[0]?.raw ?? '');
    await receiptsHold(mail);
    expect((await outbox(request))[0]).toMatchObject({ state: 'sent', message_id: mail.messageId });
    expect((await browser(w.app).get(linkIn(mail))).status).toBe(200);
  });

  it('is tried again later after a temporary no, and leaves once', async () => {
    const server = await smtp({ at: 'rcpt', code: 451, words: '4.3.2 busy, come back' });
    const request = await served();
    due();
    const post = worker(server);
    expect(await post.round()).toBe(1);
    const [row] = await outbox(request);
    expect(row).toMatchObject({
      state: 'queued',
      attempts: 1,
      error: 'The mail server does not take mail at the moment: 451 4.3.2 busy, come back',
    });
    expect(row?.not_before.getTime()).toBe(w.clock.now() + MINUTE);
    expect(await post.round()).toBe(0);
    w.pass(MINUTE);
    await post.round();
    expect((await outbox(request))[0]?.not_before.getTime()).toBe(w.clock.now() + 5 * MINUTE);
    server.refuse(null);
    w.pass(5 * MINUTE);
    await post.round();
    await post.round();
    expect(server.got).toHaveLength(1);
    expect((await outbox(request))[0]).toMatchObject({ state: 'sent', attempts: 3, error: null });
    // What failed for a while and then worked is no failure.
    expect((await evidence(request)).map((e) => e.event)).toEqual(['ContentConsignment']);
    // The link of the mail that left is the one that opens.
    const mail = await simpleParser(server.got[0]?.raw ?? '');
    expect((await browser(w.app).get(linkIn(mail))).status).toBe(200);
  });

  it('fails for good after a permanent no, with the server’s words in outbox and evidence', async () => {
    const server = await smtp({ at: 'rcpt', code: 550, words: '5.1.1 no such mailbox' });
    const request = await served();
    due();
    const post = worker(server);
    await post.round();
    const words = 'The mail server refuses this mail: 550 5.1.1 no such mailbox';
    expect((await outbox(request))[0]).toMatchObject({ state: 'failed', attempts: 1, error: words });
    const found = await evidence(request);
    expect(found.map((e) => e.event)).toEqual(['ContentConsignmentFailure']);
    expect(found[0]?.detail).toMatchObject({
      address: 'clerk000001@place.example.gov',
      detail: words,
      channel: 'mail',
    });
    w.pass(30 * 24 * 60 * MINUTE);
    expect(await post.round()).toBe(0);
    expect(server.got).toEqual([]);
    expect(post.troubles).toEqual([]);
  });

  it('that staff try again and that fails again is evidence again, each time once', async () => {
    const server = await smtp({ at: 'rcpt', code: 550, words: '5.1.1 no such mailbox' });
    const request = await served();
    due();
    await worker(server).round();
    const service = (await outbox(request))[0]?.service ?? '';
    expect(await retryLetters(w.services, service)).toBe(1);
    await worker(server).round();
    expect((await evidence(request)).map((e) => e.event)).toEqual(Array(2).fill('ContentConsignmentFailure'));
    // The evidence is written, and the server dies before the mail is marked: its lease brings it back, and no third is written.
    await w.db
      .updateTable('work.outbox')
      .set({ state: 'queued', not_before: new Date(0) })
      .execute();
    await worker(server).round();
    expect(await evidence(request)).toHaveLength(2);
    expect(await retryLetters(w.services, service)).toBe(1);
    const good = await smtp();
    await worker(good).round();
    expect((await evidence(request)).map((e) => e.event).slice(2)).toEqual(['ContentConsignment']);
    expect(good.got).toHaveLength(1);
    expect((await outbox(request))[0]).toMatchObject({ state: 'sent', params: { retried: 2 } });
  });

  it('is given up after about a day of temporary trouble, with evidence', async () => {
    const server = await smtp({ at: 'rcpt', code: 451 });
    const request = await served();
    due();
    const post = worker(server);
    const from = w.clock.now();
    let tries = 0;
    while ((await outbox(request))[0]?.state === 'queued') {
      w.t.clock.set((await outbox(request))[0]?.not_before.getTime() ?? 0);
      tries += await post.round();
    }
    expect(tries).toBe(8);
    expect(w.clock.now() - from).toBeGreaterThan(20 * 60 * MINUTE);
    expect((await outbox(request))[0]?.state).toBe('failed');
    expect((await evidence(request)).map((e) => e.event)).toEqual(['ContentConsignmentFailure']);
  });
});

describe('several workers, and crashes', () => {
  it('send each mail once when they look at the same moment', async () => {
    const request = await served(60);
    due();
    const workers = [worker(), worker(), worker()];
    const looked = await Promise.all(workers.map((one) => one.round()));
    expect(looked.reduce((a, b) => a + b, 0)).toBe(60);
    expect(workers.flatMap((one) => one.troubles)).toEqual([]);
    const to = (await w.mails()).map((mail) => (Array.isArray(mail.to) ? '' : mail.to?.text));
    expect(to).toHaveLength(60);
    expect(new Set(to).size).toBe(60);
    expect((await outbox(request)).every((row) => row.state === 'sent' && row.attempts === 1)).toBe(true);
    expect(await evidence(request)).toHaveLength(60);
  });

  it('a slow one leaves alone what another took when its lease ran out', async () => {
    const request = await served(8);
    due();
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let begun = () => {};
    const first = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = worker(
      {
        mailer: {
          send: async (mail) => {
            begun();
            await gate;
            return await w.mailer.send(mail);
          },
        },
      },
      1,
    );
    const round = slow.round();
    await first;
    w.pass(LEASE_MS);
    expect(await worker().round()).toBe(8);
    go();
    await round;
    // The one that was on its way is out twice, which is the price of a lease; the other seven are not.
    expect(await w.mails()).toHaveLength(9);
    expect(await evidence(request)).toHaveLength(8);
    expect(slow.troubles).toEqual([]);
  });

  /** Services whose ledger goes down at the first evidence, before or after that is stored. */
  function crashing(stored: boolean, trouble: Error): Partial<Services> {
    const { ledger } = w.services;
    return {
      ledger: {
        ...ledger,
        append: async (command) => {
          if (stored) await ledger.append(command);
          throw trouble;
        },
      },
    };
  }

  it.each([
    ['before the evidence', false, new Error('the machine went down')],
    ['after the evidence', true, new Error('the machine went down')],
    ['when the database is away for a moment', false, new Unavailable('database-away', 'The database is away.')],
  ])(
    'a crash between sending and marking, %s: sent again, evidence once, never “failed”',
    async (_name, stored, trouble) => {
      const request = await served();
      due();
      const dying = worker(crashing(stored, trouble));
      await dying.round();
      expect(dying.troubles).toEqual([trouble]);
      expect(await w.mails()).toHaveLength(1);
      expect((await outbox(request))[0]?.state).toBe('queued');
      // Nobody takes it before its lease has run out.
      expect(await w.post.round()).toBe(0);
      w.pass(LEASE_MS);
      expect(await w.post.round()).toBe(1);
      expect(await w.mails()).toHaveLength(2);
      expect((await outbox(request))[0]).toMatchObject({ state: 'sent', attempts: 2 });
      expect((await evidence(request)).map((e) => e.event)).toEqual(['ContentConsignment']);
      // Whichever of the two letters is kept, its link opens.
      for (const mail of await w.mails()) expect((await browser(w.app).get(linkIn(mail))).status).toBe(200);
      expect(w.log).toEqual([]);
    },
  );

  it('told to stop, gives back what it has not begun', async () => {
    const request = await served(6);
    due();
    let stopped: Promise<void> | null = null;
    const post = worker(
      {
        mailer: {
          send: async (mail) => {
            stopped ??= post.stop();
            return await w.mailer.send(mail);
          },
        },
      },
      1,
    );
    await post.round();
    await stopped;
    expect((await outbox(request)).map((row) => [row.state, row.attempts]).sort()).toEqual([
      ['queued', 0],
      ['queued', 0],
      ['queued', 0],
      ['queued', 0],
      ['queued', 0],
      ['sent', 1],
    ]);
    // The next start sends them without waiting for any lease.
    expect(await w.post.round()).toBe(5);
    expect(await w.mails()).toHaveLength(6);
  });
});
