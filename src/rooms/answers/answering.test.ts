/** The recipient's answer over HTTP as a browser without JavaScript sends it, with the real ledger behind it. */
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import {
  type Answering,
  type AnsweringOptions,
  answering,
  CLERK,
  formOf,
  wordsOf,
} from '../../../test/support/answering.ts';
import { verifyReceipt } from '../../proof/index.ts';

let a: Answering;
afterEach(async () => a.close());
const start = async (options: AnsweringOptions = {}) => {
  a = await answering(options);
  return a;
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const kinds = async () =>
  (await a.t.db.selectFrom('ledger.entry').select('kind').orderBy('seq').execute())
    .map((row) => row.kind)
    .filter((kind) => /^(answer|item|service)\./.test(kind));

/** Fills in item 1 with a file and sends it. */
async function sendOne(name = 'Sample Clerk') {
  const me = a.recipient(0);
  const form = await me.get('/answer');
  const review = await me.submit(form, { 'disposition-1': 'produced', action: 'review' }, [
    { field: 'files-1', name: 'orders.pdf', bytes: 'orders' },
  ]);
  return await me.submit(review, { name, title: 'City Clerk' });
}

test('the whole way: open, save, add files, review, send, slip, receipts, addition', async () => {
  await start();
  const me = a.recipient(0);
  const first = await me.get('/answer');
  expect(first.status).toBe(200);
  const words = wordsOf(first.html);
  expect(words).toContain('Office of Examples asks Place 001 for 3 items, under Example Code § 1.');
  expect(words).toContain('Due Wed 1 Apr 2026');
  expect(words).toContain('How this is counted');
  expect(words).toContain('[link for this recipient alone]');
  expect(await kinds()).toEqual(['service.evidenced']);

  // Saved as one goes; nothing is sent by that.
  const saved = await me.submit(first, {
    'disposition-2': 'withheld',
    'note-2': 'Under § 5.\r\nSee <below>.',
    action: 'save',
  });
  expect(wordsOf(saved.html)).toContain('Saved. You can close this page');
  expect(formOf(saved.html).values).toMatchObject({
    'disposition-2': 'withheld',
    'note-2': 'Under § 5.\nSee <below>.',
  });
  const added = await me.submit(saved, { 'disposition-1': 'produced', action: 'add-1' }, [
    { field: 'files-1', name: 'orders.pdf', bytes: 'orders' },
    { field: 'files-1', name: 'memo.docx', bytes: 'memo' },
  ]);
  expect(added.path).toBe('/answer#item-1');
  expect(wordsOf(added.html)).toContain('orders.pdf 6 bytes ✓ stored, SHA-256');
  const memo = /remove-[0-9a-f-]{36}(?=[^>]*>[^<]*<span[^>]*>[^<]*<\/span>[^<]*<span[^>]*> memo\.docx)/.exec(
    added.html,
  )?.[0];
  const removed = await me.submit(added, { action: memo ?? '' });
  expect(wordsOf(removed.html)).not.toContain('memo.docx');

  const review = await me.submit(removed, { action: 'review' });
  expect(review.path).toBe('/answer/review');
  expect(wordsOf(review.html)).toContain('Item 3 is not answered yet and stays open');
  expect(wordsOf(review.html)).toContain('no notes, no files, no names');
  expect(review.html).toContain(sha256('orders'));
  const unnamed = await me.submit(review, { name: ' ', title: 'City Clerk' });
  expect(unnamed.status).toBe(422);
  expect(wordsOf(unnamed.html)).toContain('Your name is missing');
  expect(formOf(unnamed.html).values.title).toBe('City Clerk');

  const slip = await me.submit(unnamed, { name: 'Sample Clerk' });
  expect(slip.status).toBe(200);
  expect(slip.path).toMatch(/^\/answer\/sent\//);
  expect(wordsOf(slip.html)).toContain('Your answer is sent');
  expect(await kinds()).toEqual([
    'service.evidenced',
    'answer.sent',
    'item.answered',
    'item.answered',
    'service.evidenced',
  ]);
  const mail = await a.t.db.selectFrom('work.outbox').selectAll().execute();
  expect(mail).toMatchObject([
    { kind: 'answer-receipt', address: CLERK, key: `answer-receipt:${slip.path.slice('/answer/sent/'.length)}` },
  ]);

  // All receipts of the slip verify without the server.
  const links = [...slip.html.matchAll(/\/answer\/receipts\/[0-9a-f-]{36}\.json/g)].map(([link]) => link);
  expect(links).toHaveLength(3);
  for (const link of links) {
    const response = await me.raw(link);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain('attachment');
    expect(await verifyReceipt({ receipt: await response.text(), policy: a.t.policy })).toMatchObject({ ok: true });
  }

  // The draft is empty again; an addition is round 2 and replaces only its item.
  const again = await me.get('/answer');
  expect(wordsOf(again.html)).toContain('You have answered 2 of 3 items');
  expect(formOf(again.html).values['disposition-2'] ?? '').toBe('');
  const more = await me.submit(again, { 'disposition-2': 'certified', 'note-2': 'We state this.', action: 'review' });
  const second = await me.submit(more, { name: 'Sample Clerk' });
  expect(wordsOf(second.html)).toContain('Answer sent, addition 1');
  const history = wordsOf((await me.get('/answer/history')).html);
  expect(history).toContain('Answer 1,');
  expect(history).toContain('A newer answer to this item followed.');
  expect(history).toContain('Answer 2 sent by Sample Clerk');
});

test('opening the page twice writes the handing over once', async () => {
  await start();
  const me = a.recipient(0);
  await Promise.all([me.get('/answer'), me.get('/answer'), me.get('/answer')]);
  await me.get('/answer');
  const rows = await a.t.db.selectFrom('view.evidence').select('event').execute();
  expect(rows).toEqual([{ event: 'ContentHandover' }]);
});

test('two browsers change the same item: both texts stay on the page of the second; other items are simply brought together', async () => {
  await start();
  const [one, two] = [a.recipient(0), a.recipient(0)];
  const [form1, form2] = [await one.get('/answer'), await two.get('/answer')];
  await one.submit(form1, { 'note-1': 'from the first', 'note-3': 'only the first', action: 'save' });
  const clash = await two.submit(form2, { 'note-1': 'from the second', 'note-2': 'only the second', action: 'save' });
  expect(clash.status).toBe(409);
  expect(wordsOf(clash.html)).toContain('Two browsers changed the same item');
  expect(wordsOf(clash.html)).toContain('from the first');
  expect(formOf(clash.html).values).toMatchObject({
    'note-1': 'from the second',
    'note-2': 'only the second',
    'note-3': 'only the first',
  });
  // Having seen both, the second decides.
  await two.submit(clash, { 'note-1': 'from both', action: 'save' });
  expect(formOf((await one.get('/answer')).html).values['note-1']).toBe('from both');
});

test('answering twice at once: one answer; the other browser sees the same slip', async () => {
  await start();
  const [one, two] = [a.recipient(0), a.recipient(0)];
  const review = await one.submit(await one.get('/answer'), {
    'disposition-3': 'no responsive records',
    action: 'review',
  });
  const same = await two.get('/answer/review');
  const slips = await Promise.all([
    one.submit(review, { name: 'First Clerk' }),
    two.submit(same, { name: 'Second Clerk' }),
  ]);
  expect(new Set(slips.map((slip) => slip.path)).size).toBe(1);
  expect((await kinds()).filter((kind) => kind === 'answer.sent')).toHaveLength(1);
  expect(slips.filter((slip) => wordsOf(slip.html).includes('it was not sent twice'))).toHaveLength(1);
});

test('a second browser that was still typing is told of the answer sent meanwhile and keeps its text', async () => {
  await start();
  const [one, two] = [a.recipient(0), a.recipient(0)];
  const started = await one.submit(await one.get('/answer'), { 'note-2': 'draft', action: 'save' });
  const old = await two.get('/answer');
  const review = await one.submit(started, { 'disposition-2': 'objected', action: 'review' });
  const stale = await two.get('/answer/review');
  await one.submit(review, { name: 'First Clerk' });
  const told = await two.submit(old, { 'note-2': 'my long text', 'disposition-2': 'withheld', action: 'review' });
  expect(told.status).toBe(409);
  expect(wordsOf(told.html)).toContain('This answer was sent from another browser meanwhile');
  expect(formOf(told.html).values).toMatchObject({ 'note-2': 'my long text', 'disposition-2': 'withheld' });
  // Pressing send on the review page of before sends nothing new.
  const late = await two.submit(stale, { name: 'Second Clerk' });
  expect(late.path).toMatch(/^\/answer\/sent\//);
  expect((await kinds()).filter((kind) => kind === 'answer.sent')).toHaveLength(1);
});

test('a draft that changed after it was reviewed is not sent; the name stays', async () => {
  await start();
  const [one, two] = [a.recipient(0), a.recipient(0)];
  const review = await one.submit(await one.get('/answer'), {
    'disposition-3': 'no responsive records',
    action: 'review',
  });
  await two.submit(await two.get('/answer'), { 'note-3': 'we looked twice', action: 'save' });
  const refused = await one.submit(review, { name: 'First Clerk' });
  expect(refused.status).toBe(409);
  expect(wordsOf(refused.html)).toContain('changed in another browser since you looked');
  expect(wordsOf(refused.html)).toContain('we looked twice');
  expect(formOf(refused.html).values.name).toBe('First Clerk');
  expect(await kinds()).toEqual(['service.evidenced']);
});

test('a crash between sending and clearing the draft is mended by the next look', async () => {
  await start();
  const slip = await sendOne();
  const row = await a.t.db
    .selectFrom('ledger.command')
    .select('key')
    .where('key', 'like', 'answer:%')
    .executeTakeFirstOrThrow();
  const body = {
    once: row.key.slice('answer:'.length),
    items: { '1': { disposition: 'produced', note: '' } },
    actor: { name: '', title: '' },
    said: [],
  };
  await a.t.db
    .updateTable('work.answer_draft')
    .set({ body: JSON.stringify(body) })
    .execute();
  const page = await a.recipient(0).get('/answer');
  expect(formOf(page.html).values['disposition-1'] ?? '').toBe('');
  expect(slip.status).toBe(200);
});

test('nothing chosen, produced without a file, a reason missing: named, nothing sent, everything kept', async () => {
  await start();
  const me = a.recipient(0);
  const empty = await me.submit(await me.get('/answer'), { action: 'review' });
  expect(wordsOf(empty.html)).toContain('No item has an answer yet.');
  expect(empty.html).not.toContain('action="/answer/send"');
  const review = await me.submit(await me.get('/answer'), {
    'disposition-1': 'produced',
    'disposition-2': 'objected',
    'note-3': 'half a thought',
    action: 'review',
  });
  const words = wordsOf(review.html);
  expect(words).toContain('Item 1 says “produced”, but no file is attached.');
  expect(words).toContain('Item 2 says “objected”: say in the note what or why.');
  expect(words).toContain('Item 3 will not be sent');
  // Sent all the same, by hand.
  const { once } = await a.t.db
    .selectFrom('work.answer_draft')
    .select(['body', 'version'])
    .executeTakeFirstOrThrow()
    .then((row) => ({ once: JSON.stringify(row.body).match(/"once":\s*"([^"]+)"/)?.[1] ?? '' }));
  const { version } = await a.t.db.selectFrom('work.answer_draft').select('version').executeTakeFirstOrThrow();
  const forced = await me.post('/answer/send', { once, version: String(version), name: 'Sample Clerk' });
  expect(forced.status).toBe(409);
  expect(await kinds()).toEqual(['service.evidenced']);
  expect(formOf((await me.get('/answer')).html).values).toMatchObject({
    'note-3': 'half a thought',
    'disposition-2': 'objected',
  });
});

test('a revoked request cannot be answered; what was entered stays', async () => {
  await start();
  const me = a.recipient(0);
  const review = await me.submit(await me.get('/answer'), {
    'disposition-3': 'no responsive records',
    action: 'review',
  });
  await a.m.revoke('Sent to the wrong list.');
  const refused = await me.submit(review, { name: 'Sample Clerk' });
  expect(refused.status).toBe(409);
  expect(wordsOf(refused.html)).toContain('revoked');
  expect(wordsOf((await me.get('/answer')).html)).toContain('Sent to the wrong list.');
});

test('names with paths, control characters, direction marks, none, and very long ones are kept safely and come back as files to keep', async () => {
  await start();
  const me = a.recipient(0);
  const names = [
    '../../etc/passwd',
    'a\u0000b\u0007.pdf',
    'rep\u202efdp.exe',
    `${'long'.repeat(100)}.pdf`,
    '<script>.html',
  ];
  const page = await me.submit(
    await me.get('/answer'),
    { action: 'add-1' },
    names.map((name, i) => ({ field: 'files-1', name, bytes: `bytes ${i}` })),
  );
  const kept = await a.t.db.selectFrom('work.upload').select(['name', 'type', 'sha256']).orderBy('id').execute();
  expect(new Set(kept.map((row) => row.name))).toEqual(
    new Set(['passwd', 'ab.pdf', 'repfdp.exe', `${'long'.repeat(49)}.pdf`, 'script.html']),
  );
  for (const { name } of kept) expect(name.length).toBeLessThanOrEqual(200);
  expect(page.html).not.toContain('\u202e');
  for (const { sha256 } of kept) {
    const file = await me.raw(`/answer/documents/${sha256}`);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; /);
    expect(file.headers.get('content-type')).toBe('application/octet-stream');
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    expect(file.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(
      createHash('sha256')
        .update(await file.text())
        .digest('hex'),
    ).toBe(sha256);
  }
});

test('a file that is too large is refused alone; a form that is too large before it is read', async () => {
  await start({ maxFileBytes: 100_000 });
  const me = a.recipient(0);
  const page = await me.submit(await me.get('/answer'), { 'note-1': 'typed', action: 'add-1' }, [
    { field: 'files-1', name: 'large.bin', bytes: new Uint8Array(200_000) },
    { field: 'files-1', name: 'small.txt', bytes: 'small' },
  ]);
  expect(wordsOf(page.html)).toMatch(/large\.bin \( ?item 1 ?\) ?: larger than the 100 kB that this server takes/);
  expect(wordsOf(page.html)).toContain('small.txt 5 bytes ✓ stored');
  expect(formOf(page.html).values['note-1']).toBe('typed');
  expect(await a.blobFiles()).toEqual([sha256('small')]);
  const whole = await me.submit(page, { action: 'add-1' }, [
    { field: 'files-1', name: 'huge', bytes: new Uint8Array(18_000_000) },
  ]);
  expect(whole.status).toBe(413);
  expect(wordsOf(whole.html)).toContain('go back in your browser');
  expect(await a.blobFiles()).toHaveLength(1);
});

test('no room on the disk, announced or found out on the way: said so, nothing half kept', async () => {
  await start({
    room: 17_000_000,
    create: async () => ({
      write: () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
      sync: async () => {},
      close: async () => {},
    }),
  });
  const me = a.recipient(0);
  const page = await me.submit(await me.get('/answer'), { 'note-2': 'typed', action: 'add-2' }, [
    { field: 'files-2', name: 'a.pdf', bytes: 'bytes' },
  ]);
  expect(wordsOf(page.html)).toContain('There is no room left on this server’s disk');
  expect(formOf(page.html).values['note-2']).toBe('typed');
  const large = await me.submit(page, { action: 'add-2' }, [
    { field: 'files-2', name: 'b.pdf', bytes: new Uint8Array(18_000_000) },
  ]);
  expect(large.status).toBe(507);
  expect(await a.blobFiles()).toEqual([]);
  expect(await a.t.db.selectFrom('work.upload').selectAll().execute()).toEqual([]);
});

test('an upload cut off half way leaves nothing of the file, keeps the draft, and is told on return', async () => {
  await start();
  const me = a.recipient(0);
  const saved = await me.submit(await me.get('/answer'), { 'note-1': 'typed before', action: 'save' });
  const boundary = 'cut';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="once"\r\n\r\n${formOf(saved.html).values.once}\r\n--${boundary}\r\nContent-Disposition: form-data; name="files-1"; filename="half.pdf"\r\nContent-Type: application/pdf\r\n\r\n`;
  await new Promise<void>((resolve) => {
    const request = httpRequest(`${a.origin}/answer`, {
      method: 'POST',
      headers: {
        'x-test-actor': `recipient/${a.m.services[0]}`,
        origin: a.origin,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': 2_000_000,
      },
    });
    request.on('error', () => resolve());
    request.on('close', () => resolve());
    request.write(head);
    request.write(Buffer.alloc(1_000_000, 1), () => setTimeout(() => request.destroy(), 100));
  });
  await expect
    .poll(async () => wordsOf((await me.get('/answer')).html), { timeout: 5000 })
    .toContain('the upload broke off before the file was whole. Add it again.');
  const page = await me.get('/answer');
  expect(wordsOf(page.html)).toContain('half.pdf');
  expect(formOf(page.html).values['note-1']).toBe('typed before');
  expect(await a.blobFiles()).toEqual([]);
  expect(await a.t.db.selectFrom('work.upload').selectAll().execute()).toEqual([]);
  // The next save takes the word away.
  expect(wordsOf((await me.submit(page, { action: 'save' })).html)).not.toContain('broke off');
});

test('another recipient sees nothing of it: page, slip, document, receipt, upload', async () => {
  await start();
  const slip = await sendOne();
  const other = a.recipient(1);
  const document = `/answer/documents/${sha256('orders')}`;
  const receipt = /\/answer\/receipts\/[0-9a-f-]{36}\.json/.exec(slip.html)?.[0] ?? '';
  expect((await a.recipient(0).raw(document)).status).toBe(200);
  expect((await a.recipient(0).raw(receipt)).status).toBe(200);
  for (const path of [
    slip.path,
    document,
    receipt,
    receipt.replace('json', 'pdf'),
    '/answer/documents/..%2f..',
    '/answer/receipts/x.json',
    '/answer/sent/x',
  ]) {
    expect((await other.raw(path)).status).toBe(404);
  }
  expect((await other.get('/answer')).html).not.toContain('orders.pdf');
  // Taking away another's file does nothing.
  const me = a.recipient(0);
  await me.submit(await me.get('/answer'), { action: 'add-2' }, [
    { field: 'files-2', name: 'mine.txt', bytes: 'mine' },
  ]);
  const upload = await a.t.db.selectFrom('work.upload').select('id').executeTakeFirstOrThrow();
  await other.submit(await other.get('/answer'), { action: `remove-${upload.id}` });
  expect(await a.t.db.selectFrom('work.upload').selectAll().execute()).toHaveLength(1);
  expect((await fetch(`${a.origin}/answer`)).status).toBe(401);
});

test('while the log has not signed yet, the receipt is a page that waits', async () => {
  await start({ publish: false });
  const slip = await sendOne();
  expect(wordsOf(slip.html)).toContain('Your receipt is being made');
  // It waits for its reader: a page that reloads itself cannot be read by who listens to it (axe: meta-refresh).
  expect(slip.html).not.toContain('http-equiv');
  expect(slip.html).toContain(`<a href="${slip.path}">Look again</a>`);
  const entry = await a.t.db
    .selectFrom('ledger.entry')
    .select('id')
    .where('kind', '=', 'answer.sent')
    .executeTakeFirstOrThrow();
  const waiting = await a.recipient(0).get(`/answer/receipts/${entry.id}.json`);
  expect(waiting.status).toBe(202);
  expect(waiting.html).not.toContain('http-equiv');
  expect(waiting.html).toContain('>Look again</a>');
  await a.t.ledger.publish();
  expect((await a.recipient(0).raw(`/answer/receipts/${entry.id}.json`)).headers.get('content-type')).toContain('json');
});
