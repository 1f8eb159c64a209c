/**
 * Who uses the servers over HTTP while the hammer falls: people who open matters and repeat the form when no answer came, readers, verifiers
 * of receipts, one who keeps every checkpoint, and an auditor who follows the log as a stranger would. What may not be is remembered as wrong:
 * any answer but a good one or "unavailable", a receipt that does not verify or changes, a log that goes back or contradicts itself.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { audit } from '../../src/audit/audit.ts';
import { uuidv7 } from '../../src/base/ids.ts';
import { parseCheckpoint, parseNote, parseVkey, Verifier, verifyNote } from '../../src/proof/index.ts';
import { random } from '../support/ledger.ts';
import type { Field } from './field.ts';
import type { Memory } from './memory.ts';
import type { Storm } from './storm.ts';

export interface Callers {
  /** Resolves when all of them have finished what they were at. */
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
}

/** One request; null when nobody answered. */
async function ask(url: string, init: RequestInit = {}): Promise<Answer | null> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(20_000), ...init });
    return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') };
  } catch {
    return null;
  }
}

/** @param crowd people more, who open matters without a pause while the storm blows */
export function setOn(
  field: Field,
  memory: Memory,
  dice: () => number,
  folder: string,
  { storm, crowd }: { readonly storm: Storm; readonly crowd: number },
): Callers {
  let over = false;
  const pick = <T>(many: readonly T[]): T | undefined => many[Math.floor(dice() * many.length)];
  const verifier = new Verifier(`log ${field.vkey}\nquorum none\n`);
  const key = parseVkey(field.vkey);

  /** A server that takes requests now. */
  async function base(): Promise<string | null> {
    const up = pick(field.servers.filter((one) => one.ready()));
    if (!up) await sleep(100);
    return up?.base ?? null;
  }

  /** Asks somebody. @returns null when there was no answer, or one that says to come again */
  async function get(path: string, init: RequestInit = {}, good: readonly number[] = [200]): Promise<Answer | null> {
    const at = await base();
    if (at === null) return null;
    const headers = { ...(init.method === 'POST' ? { origin: at } : {}), ...init.headers };
    const answer = await ask(at + path, { ...init, headers });
    if (answer === null) memory.count('unanswered');
    else if (answer.status === 503) memory.count('unavailable');
    else if (good.includes(answer.status)) {
      memory.count('answers');
      return answer;
    } else
      memory.wrong(
        `${init.method ?? 'GET'} ${path}: ${answer.status} ${answer.text.replace(/<[^>]*>|\s+/g, ' ').slice(0, 300)}`,
      );
    return null;
  }

  /** Opens matters one after the other; the same form until it is answered. @param pressing only in the storm, then without a pause */
  async function person(n: number, pressing = false): Promise<void> {
    for (let i = 0; !over; i++) {
      if (pressing) await storm.next();
      const once = uuidv7(Date.now(), random);
      memory.matters.set(once, null);
      const form = { title: `Matter ${n} of round ${i}`, slug: '', summary: '', audience: 'public', once };
      for (let tries = 0; tries === 0 || !over; tries++) {
        const init = { method: 'POST', headers: { cookie: field.cookie }, body: new URLSearchParams(form) };
        const answer = await get('/desk/matters', init, [303]);
        if (answer?.location) {
          memory.matters.set(once, answer.location);
          if (dice() < 0.1) {
            const again = await get('/desk/matters', init, [303]);
            if (again && again.location !== answer.location) memory.wrong(`the form ${once} led to two matters`);
          }
          break;
        }
        await sleep(100);
      }
      if (!pressing) await sleep(100);
    }
  }

  async function reader(): Promise<void> {
    while (!over) {
      const known = pick([...memory.matters.values()].filter((one) => one !== null));
      const path = pick(['/records', '/api/v1/records', '/healthz', '/log/tile/0/000.p/1', '/', known ?? '/records']);
      await get(path ?? '/', { headers: { cookie: field.cookie } }, path?.startsWith('/log/') ? [200, 404] : [200]);
      await sleep(60);
    }
  }

  async function holder(): Promise<void> {
    while (!over) {
      const id = pick(memory.ids);
      const answer = id ? await get(`/receipts/${id}.receipt.json`, {}, [200, 202, 404, 409]) : null;
      if (id && answer?.status === 200) {
        const before = memory.receipts.get(id);
        if (before !== undefined && before !== answer.text) memory.wrong(`two receipts of ${id}`);
        const verdict = await verifier.verify(answer.text);
        if (!verdict.ok) memory.wrong(`the receipt of ${id}: ${verdict.failure}`);
        memory.receipts.set(id, answer.text);
        memory.count('receiptsVerified');
      } else if (answer) memory.count('receiptsNotYet');
      await sleep(40);
    }
  }

  /** A checkpoint that was read later is never of a smaller log, and there is one root for a size, whichever server is asked. */
  async function keeper(): Promise<void> {
    let largest = 0;
    while (!over) {
      const answer = await get('/log/checkpoint', {}, [200, 404]);
      if (answer?.status === 200) {
        const note = parseNote(answer.text);
        const { size } = parseCheckpoint(note.text);
        if ((await verifyNote(note, [key])).length !== 1) memory.wrong(`the checkpoint of ${size} is not signed`);
        if (size < largest) memory.wrong(`a checkpoint of ${size} after one of ${largest}`);
        largest = Math.max(largest, size);
        const before = memory.checkpoints.get(size);
        if (before !== undefined && before !== note.text) memory.wrong(`two checkpoints of ${size}`);
        memory.checkpoints.set(size, note.text);
      }
      await sleep(150);
    }
  }

  async function auditor(): Promise<void> {
    while (!over) {
      const at = await base();
      if (at !== null) {
        const report = await audit({
          url: `${at}/log`,
          dir: join(folder, 'audit'),
          vkey: field.vkey,
          durable: false,
          timeout: 5_000,
          fetch: (url, init) => fetch(url, init),
          now: () => Date.now(),
          wait: (ms) => sleep(ms),
        });
        memory.count(report.exit === 0 ? 'audits' : 'auditsCutOff');
        if (report.exit === 1) memory.wrong(`audit: ${report.outcome} at ${report.at}`);
      }
      await sleep(1_500);
    }
  }

  const pressing = Array.from({ length: crowd }, (_, n) => person(n + 3, true));
  const all = Promise.all([person(1), person(2), reader(), reader(), holder(), keeper(), auditor(), ...pressing]);
  // Told of at the end, by `stop`.
  all.catch(() => {});
  return {
    async stop() {
      over = true;
      // Whoever waits for the storm goes home.
      storm.begin();
      await all;
    },
  };
}
