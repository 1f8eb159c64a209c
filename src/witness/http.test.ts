/** add-checkpoint over HTTP, on a real port: each status with its media type and its whole body, as the table of tlog-witness says. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asOwner, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { TestLog } from '../../test/support/witness.ts';
import { type FuzzTarget, fuzzTarget } from '../../test/support/witness-app.ts';
import { FUZZED } from '../../test/support/witness-fuzz.ts';
import { base64 } from '../proof/bytes.ts';
import { parseNote, parseVkey, verifyNote } from '../proof/index.ts';
import { formatAddCheckpoint } from '../proof/witness.ts';

const PLAIN = 'text/plain; charset=utf-8';

let t: TestLedger;
let target: FuzzTarget;
let open: Awaited<ReturnType<FuzzTarget['listen']>>;
beforeAll(async () => {
  t = await testLedger();
  target = fuzzTarget(t.db, t.clock);
  open = await target.listen();
});
afterAll(async () => {
  await open.close();
  await t.close();
});

async function post(body: string | Uint8Array<ArrayBuffer>) {
  const answer = await fetch(`${open.base}/witness/add-checkpoint`, { method: 'POST', body });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
}

test('the table: status, media type, body', async () => {
  const log = FUZZED;
  const other = new TestLog(log.origin, log.signer, 'another history');
  const stranger = new TestLog('stranger.example.gov/log');
  const impostor = new TestLog(log.origin);
  const line = /^— records\.example\.gov\/witness [A-Za-z0-9+/]{102}=*\n$/;
  const zeros = base64(new Uint8Array(32));
  const grown = await log.request(5, 9);
  const bent = grown.replace(/(— \S+ .{20})(.)/, (_, a: string, b: string) => a + (b === 'A' ? 'B' : 'A'));
  const wrongProof = grown.replace(/\n.{44}\n/, `\n${zeros}\n`);
  const needless = formatAddCheckpoint({
    oldSize: 5,
    proof: [new Uint8Array(32)],
    checkpoint: await log.checkpoint(5),
  });
  // In order: what a row leaves behind is what the next one meets.
  const table: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, number, string, RegExp])[] = [
    ['unknown size before the first', await log.request(2, 4), 409, 'text/x.tlog.size', /^0\n$/],
    ['the first', await log.request(0, 5), 200, PLAIN, line],
    ['the same again', await log.request(5, 5), 200, PLAIN, line],
    ['nothing', '', 400, PLAIN, /^bad-encoding: .*\n$/],
    ['not UTF-8', new Uint8Array([0xff, 0xfe]), 400, PLAIN, /^expected UTF-8\n$/],
    ['old above the size', grown.replace('old 5', 'old 10'), 400, PLAIN, /an old size of at most 9/],
    ['old with a zero before', grown.replace('old 5', 'old 05'), 400, PLAIN, /^bad-encoding: .*\n$/],
    ['64 hashes', `old 5\n${`${zeros}\n`.repeat(64)}\n${await log.checkpoint(9)}`, 400, PLAIN, /^too-large: .*\n$/],
    ['a log nobody named', await stranger.request(0, 5), 404, PLAIN, /does not cosign that log\n$/],
    ['no key that is known', await impostor.request(5, 9), 403, PLAIN, /^no signature by a key.*\n$/],
    ['a signature that does not hold', bent, 403, PLAIN, /^bad-signature: .*\n$/],
    ['old behind', await log.request(3, 9), 409, 'text/x.tlog.size', /^5\n$/],
    ['old ahead', await log.request(6, 9), 409, 'text/x.tlog.size', /^5\n$/],
    ['a wrong proof', wrongProof, 422, PLAIN, /^inconsistent: .*\n$/],
    ['another history', await other.request(5, 9), 422, PLAIN, /^inconsistent: .*\n$/],
    ['another root for the same size', await other.request(5, 5), 422, PLAIN, /^inconsistent: .*\n$/],
    ['a proof where none belongs', needless, 422, PLAIN, /\n$/],
    ['grown', grown, 200, PLAIN, line],
    ['what it was before', grown, 409, 'text/x.tlog.size', /^9\n$/],
  ];
  for (const [name, body, status, type, expected] of table) {
    const answer = await post(body);
    expect({ name, ...answer }).toEqual({ name, status, type, body: expect.stringMatching(expected) });
  }
  expect((await fetch(`${open.base}/witness/add-checkpoint`)).status).toBe(404);

  // The lines of 200, under the checkpoint, are a cosignature by the key that the witness names.
  const vkey = (await (await fetch(`${open.base}/witness/vkey`)).text()).trim();
  const { body } = await post(await log.request(9, 20));
  const note = parseNote((await log.checkpoint(20)) + body);
  expect((await verifyNote(note, [log.signer.key, parseVkey(vkey)])).map(({ time }) => time)).toEqual([
    undefined,
    Math.floor(t.clock.now() / 1000),
  ]);
  expect(target.accidents).toEqual([]);

  // A database that was emptied under the key.
  await asOwner(t, 'delete from witness.seen');
  const forgot = await post(await log.request(0, 5));
  expect(forgot).toMatchObject({ status: 503, type: PLAIN });
  expect(forgot.body).toMatch(/^this witness signed this log at size 20 and remembers 0: .*\n$/);
});
