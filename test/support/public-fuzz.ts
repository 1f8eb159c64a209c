/**
 * Bad input for what anyone may ask without a name: `/log/tile/…` and `POST /verify`, over the app itself, from a seed that can be
 * repeated. Each must be answered within its time, and never with an accident. Used by the suite and, longer, by the soak.
 */
import fc from 'fast-check';
import type { Kysely } from 'kysely';
import type { Clock } from '../../src/base/clock.ts';
import type { Database } from '../../src/base/database.ts';
import { verifyRoutes } from '../../src/record/verify-page.tsx';
import { buildApp } from '../../src/web/app.tsx';
import { publicLogRoutes } from '../../src/web/public-log.ts';
import { PLAIN_ASSETS } from './assets.ts';
import { servicesWithoutStore } from './web.ts';
import type { Fuzzed } from './witness-fuzz.ts';

const BASE = 'http://localhost:8080';
const MOST_MS = 50;
const STATUS = { tiles: new Set([200, 400, 404]), verify: new Set([200, 400, 413, 415, 422]) };

export const PUBLIC_FUZZED = ['tiles', 'verify'] as const;
type Name = (typeof PUBLIC_FUZZED)[number];

const number = fc.oneof(
  fc.integer({ min: 0, max: 300 }).map((n) => String(n).padStart(3, '0')),
  fc.integer({ min: 0, max: 300 }).map(String),
  fc.constantFrom(
    '',
    '-1',
    '+1',
    '1e3',
    '0x1',
    '００１',
    '999',
    '1000',
    '9'.repeat(400),
    '%00',
    '%',
    '..',
    '*',
    '001 ',
  ),
);
/** Nearly the path of a tile, or anything. */
const path = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom('0/000', 'entries/000', '0/001.p/44', 'entries/001.p/44', '1/000.p/1', '0/001.p/7'),
        fc.option(fc.tuple(fc.nat(16), fc.constantFrom('0', '1', '/', '.', 'x', '%', ''))),
      )
      .map(([right, change]) => (change ? right.slice(0, change[0]) + change[1] + right.slice(change[0] + 1) : right)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.oneof(fc.constantFrom('0', '1', '2', '63', '64', 'entries', 'Entries', '00'), number),
        fc.array(
          fc.oneof(
            number,
            number.map((one) => `x${one}`),
          ),
          { maxLength: 4 },
        ),
        fc.oneof(number, fc.constant('000')),
        fc.option(number),
        fc.constantFrom('', '', '', '/', '?', '?x=1', '//', ';', '%2e%2e/', '.P/1'),
      )
      .map(([level, high, last, width, tail]) => {
        const cut = width === null ? '' : `.p/${width}`;
        return `${[level, ...high, last].join('/')}${cut}${tail}`;
      }),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.array(number, { maxLength: 400 }).map((all) => all.join('/')) },
);

const edit = fc.tuple(fc.constantFrom('change', 'drop', 'add', 'double', 'cut'), fc.nat(20_000), fc.nat(255));

function edited(good: Uint8Array, edits: readonly (readonly [string, number, number])[]): Uint8Array<ArrayBuffer> {
  let bytes = Buffer.from(good);
  for (const [what, where, byte] of edits) {
    const at = where % Math.max(1, bytes.length);
    if (what === 'change') bytes[at] = byte;
    else if (what === 'drop') bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    else if (what === 'add') bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]);
    else if (what === 'double') bytes = Buffer.concat([bytes, bytes.subarray(at)]);
    else bytes = bytes.subarray(0, at);
  }
  return new Uint8Array(bytes);
}

const file = (good: readonly Uint8Array[]) =>
  fc.oneof(
    fc.tuple(fc.constantFrom(...good), fc.array(edit, { maxLength: 3 })).map(([one, edits]) => edited(one, edits)),
    fc.uint8Array({ maxLength: 2_000 }).map((bytes) => new Uint8Array(bytes)),
    fc.integer({ min: 1, max: 3_000 }).map((n) => new Uint8Array(Buffer.from('['.repeat(n)))),
  );

type Make = () => RequestInit;

/** A form as the page sends it with files that are nearly right, or a body that is no form at all. */
function form(good: readonly Uint8Array[], policy: string): fc.Arbitrary<Make> {
  const field = fc.constantFrom('receipts', 'receipts', 'receipts', 'documents', 'policyFile', 'other');
  const sound = fc
    .record({
      policy: fc.oneof(
        fc.constant(policy),
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.array(edit, { maxLength: 2 }).map((edits) => Buffer.from(edited(Buffer.from(policy), edits)).toString()),
      ),
      files: fc.array(fc.tuple(field, fc.string({ unit: 'binary', maxLength: 40 }), file(good)), { maxLength: 3 }),
    })
    .map(({ policy: text, files }) => () => {
      const body = new FormData();
      body.set('policy', text);
      for (const [name, called, bytes] of files) body.append(name, new File([bytes], called));
      return { body };
    });
  const type = fc.constantFrom(
    'multipart/form-data; boundary=x',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    'application/json',
    'text/plain',
    '',
  );
  const strange = fc
    .tuple(type, fc.oneof(fc.uint8Array({ maxLength: 2_000 }), fc.constant(Buffer.from('--x\r\n'.repeat(500)))))
    .map(([kind, bytes]) => () => ({
      body: new Uint8Array(bytes),
      headers: kind === '' ? [] : [['content-type', kind] satisfies [string, string]],
    }));
  return fc.oneof({ weight: 4, arbitrary: sound }, { weight: 1, arbitrary: strange });
}

export interface PublicTarget {
  /** errors that no refusal names */
  readonly accidents: readonly unknown[];
  fuzz(name: Name, cases: number, seed?: number): Promise<Fuzzed>;
}

/**
 * @param log its published entries are what tiles are asked for; `policy` is what the page proposes
 * @param good receipts of that log, as files
 */
export function publicTarget(
  db: Kysely<Database>,
  clock: Clock,
  log: { readonly origin: string; readonly logKey: string; readonly policy: string },
  good: readonly Uint8Array[],
): PublicTarget {
  const accidents: unknown[] = [];
  const identity = { ...log, witnesses: [] };
  const app = buildApp({
    services: { ...servicesWithoutStore(BASE), db, clock },
    assets: PLAIN_ASSETS,
    routes: [...publicLogRoutes(identity), ...verifyRoutes(identity)],
    whoIs: async () => ({ who: 'anyone' }),
    log: { info() {}, warn() {}, error: (facts) => accidents.push(facts) },
  });
  const makes: Record<Name, fc.Arbitrary<() => readonly [string, RequestInit]>> = {
    tiles: path.map((one) => () => [`${BASE}/log/tile/${one}`, {}]),
    verify: form(good, log.policy).map((make) => () => {
      const { body, headers } = make();
      const all = new Headers(headers);
      all.set('origin', BASE);
      return [`${BASE}/verify`, { method: 'POST', body: body ?? null, headers: all }];
    }),
  };
  return {
    accidents,
    async fuzz(name, cases, seed = Date.now() % 2 ** 31) {
      const statuses = new Map<number, number>();
      const wrong: string[] = [];
      let slowest = 0;
      for (let done = 0; done < cases; ) {
        // In portions, so that what was made can be forgotten.
        for (const make of fc.sample(makes[name], { numRuns: Math.min(500, cases - done), seed: seed + done })) {
          done++;
          const ask = async () => {
            const [url, init] = make();
            const from = performance.now();
            const answer = await app.request(url, init);
            await answer.arrayBuffer();
            return { status: answer.status, ms: performance.now() - from };
          };
          let { status, ms } = await ask();
          // A machine with other work is late now and then; an input that is slow is slow again.
          for (let i = 0; ms > MOST_MS && i < 4; i++) ms = Math.min(ms, (await ask()).ms);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          slowest = Math.max(slowest, ms);
          if ((!STATUS[name].has(status) || ms > MOST_MS) && wrong.length < 10)
            wrong.push(
              `${status} after ${Math.round(ms)} ms: case ${done} of seed ${seed}: ${make()[0].slice(0, 200)}`,
            );
        }
      }
      return { cases, seed, slowest, statuses, wrong };
    },
  };
}
