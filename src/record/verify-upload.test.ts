/** What the verify page takes from somebody without JavaScript, and what it refuses by name. The real app, real receipts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partyEntry } from '../../test/support/ledger.ts';
import { type TestPublic, testPublic } from '../../test/support/public.ts';
import { MOST_DOCUMENTS, MOST_RECEIPTS, POLICY_LIMIT, RECEIPT_LIMIT } from './verify-upload.ts';

let p: TestPublic;
let receipt = '';
beforeAll(async () => {
  p = await testPublic();
  const entry = partyEntry(p.t);
  await p.t.ledger.append({ key: 'one', entries: [entry] });
  await p.t.ledger.publish();
  receipt = (await p.t.ledger.receipt(entry.id))?.json ?? '';
});
afterAll(() => p.close());

async function send(
  files: readonly (readonly [field: string, body: string | Uint8Array<ArrayBuffer>])[],
  policy = p.t.policy,
) {
  const form = new FormData();
  form.set('policy', policy);
  files.forEach(([field, body], i) => {
    form.append(field, new File([body], `${i}.file`));
  });
  const answer = await p.post('/verify', form);
  return { status: answer.status, html: await answer.text() };
}
const times = (n: number, field: string, body: string) => Array.from({ length: n }, () => [field, body] as const);

test('as many receipts and documents as may be sent at once, each with its result', async () => {
  const all = [...times(MOST_RECEIPTS, 'receipts', receipt), ...times(MOST_DOCUMENTS, 'documents', 'a document')];
  const { status, html } = await send(all);
  expect(status).toBe(200);
  // The page also hands its script the words to say.
  const said = html.replace(/ data-words="[^"]*"/, '');
  expect(said.match(/It holds\. /g)).toHaveLength(MOST_RECEIPTS);
  expect(said.match(/No receipt you gave that holds names this document/g)).toHaveLength(MOST_DOCUMENTS);
});

test('one more of either is refused, by name and with what to do', async () => {
  for (const [field, most] of [
    ['receipts', MOST_RECEIPTS],
    ['documents', MOST_DOCUMENTS],
  ] as const) {
    const { status, html } = await send(times(most + 1, field, receipt));
    expect(status).toBe(422);
    expect(html).toContain(`More than ${most} ${field} were sent at once.`);
    expect(html).toContain('bin/counterfoil verify');
  }
  expect((await send(times(500, 'other', 'x'))).status).toBe(422);
});

test('a receipt or a policy above its limit is refused; one at its limit is read', async () => {
  const large = await send([['receipts', new Uint8Array(RECEIPT_LIMIT + 1)]]);
  expect(large.status).toBe(413);
  expect(large.html).toContain('A receipt may have 200,000 bytes here');
  expect((await send([['receipts', new Uint8Array(RECEIPT_LIMIT)]])).html).toContain('Something does not fit. ');
  const comment = `#${'x'.repeat(POLICY_LIMIT)}\n`;
  expect(
    (
      await send([
        ['receipts', receipt],
        ['policyFile', comment + p.t.policy],
      ])
    ).status,
  ).toBe(413);
  expect((await send([['receipts', receipt]], comment + p.t.policy)).status).toBe(422);
  const own = await send(
    [
      ['receipts', receipt],
      ['policyFile', `# mine\n${p.t.policy}`],
    ],
    'nothing',
  );
  expect(own.html).toContain('>It holds. ');
});

test('a receipt as PDF, and inputs left empty', async () => {
  const pdf = readFileSync(join(import.meta.dirname, '../../test/fixtures/valid/pdf.receipt.pdf'));
  const { status, html } = await send([['receipts', new Uint8Array(pdf)]]);
  expect(status).toBe(200);
  expect(html).toContain('The log’s signature does not hold.');
  const none = await send([
    ['receipts', ''],
    ['documents', ''],
    ['policyFile', ''],
  ]);
  expect(none.status).toBe(422);
  expect(none.html).toContain('Choose a receipt');
});

test('five megabytes of tiny parts are not looked at beyond the limit', async () => {
  const part = '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n';
  const before = process.cpuUsage();
  const answer = await p.post('/verify', part.repeat(Math.floor(4_900_000 / part.length)), {
    'content-type': 'multipart/form-data; boundary=x',
  });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('longer than this page takes');
  const { user, system } = process.cpuUsage(before);
  // Looking at all of it took more than a second.
  expect((user + system) / 1000).toBeLessThan(500);
});
