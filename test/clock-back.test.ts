/**
 * A server that is started again with its clock set back, as a machine with a dead battery is: nothing is recorded earlier than what was
 * recorded before, whoever is signed in stays so, links end by the clock that the server has, and the log is whole.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseReceipt, verifyReceipt } from '../src/proof/index.ts';
import { firstOwnerOf } from './support/first-owner.ts';
import { freePort, type Program, serverAlone, startProgram } from './support/program.ts';

const HOUR = 3_600_000;
const DATA_DIR = mkdtempSync(join(tmpdir(), 'counterfoil-clock-'));
let running: Program | null = null;
afterAll(async () => {
  running?.signal('SIGTERM');
  await running?.ended;
  rmSync(DATA_DIR, { recursive: true, force: true });
}, 60_000);

test('started again with an earlier clock', async () => {
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const alone = await serverAlone();
  const env = { DATA_DIR, PORT: String(port), EXAMPLE: '0', LOG_LEVEL: 'error' };
  /** Ends the one that runs, and starts it with its clock so many hours beside the machine's. */
  const startAt = async (hours: number): Promise<Program> => {
    running?.signal('SIGTERM');
    if (running) expect((await running.ended).code).toBe(0);
    const apart = { ...env, ...alone.env, CLOCK_APART: String(hours * HOUR) };
    const program = startProgram(apart, ['--import', './test/support/clock-apart.ts', ...alone.args]);
    running = program;
    await program.said(/^Counterfoil ready on /m);
    return program;
  };
  const linkOf = async (program: Program) => (await program.said(/First owner: open (\S+)/))[1] ?? '';
  const recorded = async (texts: readonly string[]) =>
    texts.map((text) => Date.parse(parseReceipt(text).entry.recordedAt));

  // A link is good for 24 hours of the server's clock.
  const old = await linkOf(await startAt(0));
  expect((await fetch(old)).status).toBe(200);
  const later = await startAt(25);
  const fresh = await linkOf(later);
  expect(fresh).not.toBe(old);
  expect((await fetch(old)).status).toBeGreaterThanOrEqual(400);

  // Set back by an hour: the newer link holds, and works once.
  const third = await startAt(24);
  const link = await linkOf(third);
  const owner = await firstOwnerOf(third, base);
  expect((await fetch(link)).status).toBeGreaterThanOrEqual(400);
  const one = await recorded(await owner.receipts(await owner.openMatter('One')));
  expect(Math.abs((one[0] ?? 0) - (Date.now() + 24 * HOUR))).toBeLessThan(HOUR / 2);

  // Set back by a day: the same session goes on, and nothing is recorded before what was there.
  await startAt(0);
  const texts = await owner.receipts(await owner.openMatter('Two'));
  const two = await recorded(texts);
  expect(two).toHaveLength(1);
  expect(two[0]).toBeGreaterThanOrEqual(one[0] ?? 0);
  const told: { logKey: string } = await (await fetch(`${base}/.well-known/counterfoil`)).json();
  const policy = `log ${told.logKey}\nquorum none\n`;
  expect(await verifyReceipt({ receipt: texts[0] ?? '', policy })).toMatchObject({ ok: true });
  const fsck = startProgram(env, ['bin/counterfoil', 'fsck']);
  expect((await fsck.ended).code, fsck.out() + fsck.err()).toBe(0);
}, 240_000);
