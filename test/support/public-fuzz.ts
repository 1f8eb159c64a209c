/**
 * Bad input for what anyone may ask without a name: `/log/tile/…` and `POST /verify`, over the app itself and over a real socket, from a seed
 * that can be repeated. Each must be answered within its time, and never with an accident. Used by the suite and, longer, by the soak.
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import fc from 'fast-check';
import type { Kysely } from 'kysely';
import type { Clock } from '../../src/base/clock.ts';
import type { Database } from '../../src/base/database.ts';
import { verifyRoutes } from '../../src/record/verify-page.tsx';
import { MOST_DOCUMENTS, MOST_RECEIPTS, RECEIPT_LIMIT } from '../../src/record/verify-upload.ts';
import { buildApp } from '../../src/web/app.tsx';
import { publicLogRoutes } from '../../src/web/public-log.ts';
import { PLAIN_ASSETS } from './assets.ts';
import { servicesWithoutStore } from './web.ts';
import type { Fuzzed } from './witness-fuzz.ts';

const BASE = 'http://localhost:8080';
const MOST_MS = 50;
const STATUS = { tiles: new Set([200, 400, 404]), verify: new Set([200, 400, 413, 415, 422]) };

/** `…-socket`: sent to a port of this machine by HTTP/1.1 as any program sends it. */
export const PUBLIC_FUZZED = ['tiles', 'verify', 'tiles-socket', 'verify-socket'] as const;
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

const PDF = new Uint8Array(readFileSync(join(import.meta.dirname, '../fixtures/valid/pdf.receipt.pdf')));
/** What costs most to read, for its length: brackets, names of PDF, keys, escapes, numbers, lines. */
const COSTLY = [
  '[',
  '{"a":',
  '"\\u0041",',
  '/E',
  '/#45',
  '/EmbeddedFile ',
  '7 0 obj << ',
  '(',
  '<<',
  '1\n',
  '“\u0344',
  '\u1100\u1161\u11a8',
];
const sized = (piece: string, before: string, bytes: number) =>
  new Uint8Array(Buffer.from(before + piece.repeat(Math.ceil(bytes / Buffer.byteLength(piece)))).subarray(0, bytes));
/** As large as a file may be, or a little larger. */
const large = fc
  .tuple(
    fc.constantFrom(...COSTLY),
    fc.constantFrom('', '%PDF-1.7\n', '{"counterfoil":"receipt/v1","entry":{', '{"counterfoil":'),
    fc.integer({ min: RECEIPT_LIMIT - 2_000, max: RECEIPT_LIMIT + 500 }),
  )
  .map(([piece, before, bytes]) => sized(piece, before, bytes));
/** A receipt whose entry has very many fields, all of them new. */
const wide = fc
  .tuple(fc.integer({ min: 1_000, max: 15_000 }), fc.constantFrom('1', '"a"', '[]', '{}'))
  .map(([n, value]) => {
    const fields = Array.from({ length: n }, (_, i) => `"k${i}":${value}`).join();
    const body = `{"counterfoil":"receipt/v1","entry":{"v":1,"body":{${fields}}},"opening":"","proof":""}`;
    return new Uint8Array(Buffer.from(body));
  });

/** @param good receipts, as files */
const file = (good: readonly Uint8Array[]) =>
  fc.oneof(
    { weight: 60, arbitrary: small(good) },
    {
      weight: 20,
      arbitrary: fc.array(edit, { maxLength: 4 }).map((edits) => edited(PDF, edits)),
    },
    { weight: 1, arbitrary: large },
    { weight: 1, arbitrary: wide },
  );

const small = (good: readonly Uint8Array[]) =>
  fc.oneof(
    fc.tuple(fc.constantFrom(...good), fc.array(edit, { maxLength: 3 })).map(([one, edits]) => edited(one, edits)),
    fc.uint8Array({ maxLength: 2_000 }).map((bytes) => new Uint8Array(bytes)),
    fc.integer({ min: 1, max: 3_000 }).map((n) => new Uint8Array(Buffer.from('['.repeat(n)))),
  );

/** What is sent; `much`: many files or a body near the limit, which is work in several pieces. */
type Sent = RequestInit & { readonly much?: boolean };
type Make = () => Sent;

/** Runs `work` and gives the longest time, in ms, for which nobody else had a turn meanwhile. */
async function longestTurn<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  let last = performance.now();
  let ms = 0;
  let on = true;
  const tick = () => {
    const now = performance.now();
    ms = Math.max(ms, now - last);
    last = now;
    if (on) setImmediate(tick);
  };
  setImmediate(tick);
  try {
    const result = await work();
    return { result, ms: Math.max(ms, performance.now() - last) };
  } finally {
    on = false;
  }
}

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
  // As many as may be sent, and more.
  const many = fc
    .tuple(
      fc.constantFrom('receipts', 'documents', 'other', 'policyFile'),
      fc.integer({ min: MOST_RECEIPTS - 2, max: MOST_RECEIPTS + MOST_DOCUMENTS + 10 }),
      fc.oneof(
        fc.constantFrom(...good).map((bytes) => new Uint8Array(bytes)),
        small(good),
      ),
    )
    .map(([name, n, bytes]) => () => {
      const body = new FormData();
      body.set('policy', policy);
      for (let i = 0; i < n; i++) body.append(name, new File([bytes], `${i}.json`));
      return { body, much: true };
    });
  // A body that is nearly as large as one may be, or a little larger: documents, or a thousand empty parts.
  const whole = fc
    .tuple(fc.integer({ min: 4_950_000, max: 5_010_000 }), fc.constantFrom('documents', 'receipts', 'parts'))
    .map(([bytes, name]) => () => {
      if (name !== 'parts') {
        const body = new FormData();
        body.set('policy', policy);
        body.append(name, new File([new Uint8Array(bytes)], 'large'));
        return { body, much: true };
      }
      const part = '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n';
      return {
        body: Buffer.from(part.repeat(Math.floor(bytes / part.length))),
        headers: [['content-type', 'multipart/form-data; boundary=x'] satisfies [string, string]],
        much: true,
      };
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
  return fc.oneof(
    { weight: 400, arbitrary: sound },
    { weight: 100, arbitrary: strange },
    { weight: 10, arbitrary: many },
    { weight: 1, arbitrary: whole },
  );
}

export interface PublicTarget {
  /** errors that no refusal names */
  readonly accidents: readonly unknown[];
  /** @param options.seed to repeat a run; `onProgress`: told after each portion of at most 500 cases */
  fuzz(
    name: Name,
    cases: number,
    options?: { readonly seed?: number; readonly onProgress?: (done: number) => Promise<void> },
  ): Promise<Fuzzed>;
}

/** The app on a free port. @returns how to ask it, and how to end it */
async function listening(fetchApp: Parameters<typeof createAdaptorServer>[0]['fetch']) {
  const server = createAdaptorServer({ fetch: fetchApp });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    base: `http://127.0.0.1:${address.port}`,
    async close() {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
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
  const makes: Record<keyof typeof STATUS, fc.Arbitrary<() => readonly [string, Sent]>> = {
    tiles: path.map((one) => () => [`${BASE}/log/tile/${one}`, {}]),
    verify: form(good, log.policy).map((make) => () => {
      const { body, headers, much } = make();
      const all = new Headers(headers);
      all.set('origin', BASE);
      return [`${BASE}/verify`, { method: 'POST', body: body ?? null, headers: all, ...(much ? { much } : {}) }];
    }),
  };
  return {
    accidents,
    async fuzz(name, cases, { seed = Date.now() % 2 ** 31, onProgress = async () => {} } = {}) {
      const what = name.startsWith('tiles') ? 'tiles' : 'verify';
      const port = name.endsWith('-socket') ? await listening(app.fetch) : null;
      const statuses = new Map<number, number>();
      const wrong: string[] = [];
      let slowest = 0;
      for (let done = 0; done < cases; ) {
        // In portions, so that what was made can be forgotten.
        for (const make of fc.sample(makes[what], { numRuns: Math.min(500, cases - done), seed: seed + done })) {
          done++;
          const ask = async () => {
            const [url, { much = false, ...init }] = make();
            const from = performance.now();
            const cpu = process.cpuUsage();
            const { result: status, ms } = await longestTurn(async () => {
              const path = url.slice(BASE.length);
              const sent = port ? fetch(port.base + path, init) : Promise.resolve(app.request(url, init));
              // A body above the limit is refused while it still arrives: the line may break before the answer is read.
              const answer = await sent.catch(() => null);
              await answer?.arrayBuffer();
              return answer?.status ?? (port && much ? 413 : 0);
            });
            // What this process worked, where that is less: other work of the machine is not the input's doing.
            const { user, system } = process.cpuUsage(cpu);
            return { status, ms: Math.min(much ? ms : performance.now() - from, (user + system) / 1000) };
          };
          let { status, ms } = await ask();
          // A machine with other work is late now and then; an input that is slow is slow again.
          for (let i = 0; ms > MOST_MS && i < 4; i++) ms = Math.min(ms, (await ask()).ms);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          slowest = Math.max(slowest, ms);
          if ((!STATUS[what].has(status) || ms > MOST_MS) && wrong.length < 10)
            wrong.push(
              `${status} after ${Math.round(ms)} ms: case ${done} of seed ${seed}: ${make()[0].slice(0, 200)}`,
            );
        }
        await onProgress(done);
      }
      await port?.close();
      return { cases, seed, slowest, statuses, wrong };
    },
  };
}
