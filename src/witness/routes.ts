/**
 * The witness over HTTP: `add-checkpoint` for logs, the newest cosigned checkpoint for monitors, its key for everybody. Programs come
 * here, without cookies; answers are plain text as tlog-witness says. Decides nothing: serve.ts does.
 */
import { NotFound } from '../base/errors.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { hex, sha256, utf8 } from '../proof/index.ts';
import { ADD_CHECKPOINT_BYTES, formatSize, SIZE_TYPE } from '../proof/witness.ts';
import type { Signer } from '../proof/write.ts';
import type { WitnessedLogs } from './config.ts';
import { addCheckpoint, cosigned, type WitnessDeps, type WitnessMemory } from './serve.ts';

export interface OwnWitness {
  readonly signer: Signer;
  readonly vkey: string;
  readonly logs: WitnessedLogs;
  readonly memory: WitnessMemory;
}

const text = (
  c: Ctx,
  status: 200 | 400 | 403 | 404 | 409 | 422 | 503,
  body: string,
  type = 'text/plain; charset=utf-8',
) => c.body(body, status, { 'Content-Type': type, 'Cache-Control': 'no-store' });

/** The body as strict UTF-8, or null. Its length was limited before. */
async function bodyOf(c: Ctx): Promise<string | null> {
  const bytes = await c.req.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** @param own the key that cosigns, and the logs that it cosigns */
export function witnessRoutes(own: OwnWitness): readonly Route[] {
  const hashes = new Map([...own.logs.keys()].map((origin) => [hex(sha256(utf8(origin))), origin]));
  const depsOf = (c: Ctx): WitnessDeps => {
    const { db, clock, random } = c.get('services');
    return { db, clock, random, signer: own.signer, logs: own.logs, memory: own.memory };
  };
  return [
    {
      method: 'POST',
      path: '/witness/add-checkpoint',
      access: ANYONE,
      programs: true,
      body: { maxBytes: ADD_CHECKPOINT_BYTES },
      handler: async (c) => {
        const body = await bodyOf(c);
        if (body === null) return text(c, 400, 'expected UTF-8\n');
        const answer = await addCheckpoint(depsOf(c), body);
        if (answer.status === 200) return text(c, 200, answer.lines);
        if (answer.status === 409) return text(c, 409, formatSize(answer.size), SIZE_TYPE);
        return text(c, answer.status, `${answer.why}\n`);
      },
    },
    {
      method: 'GET',
      path: '/witness/vkey',
      access: ANYONE,
      handler: (c) => c.body(`${own.vkey}\n`, 200, { 'Content-Type': 'text/plain; charset=utf-8' }),
    },
    {
      method: 'GET',
      path: '/witness/:origin/checkpoint',
      access: ANYONE,
      handler: async (c) => {
        const origin = hashes.get(c.req.param('origin') ?? '');
        const note = origin === undefined ? null : await cosigned(depsOf(c), origin);
        if (note === null) throw new NotFound('no-checkpoint', t('desk.witness.not-cosigned'));
        return text(c, 200, note);
      },
    },
  ];
}
