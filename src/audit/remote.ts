/**
 * A log as anybody reaches it over HTTP: checkpoint, tiles, entry bundles. Every answer has a limit of bytes and of time; what fails on
 * the way is asked for again a few times. Judges lengths only, never content.
 */
import { z } from 'zod';
import {
  fromUtf8,
  HASH_BYTES,
  ProofFailure,
  TILE_WIDTH,
  type TileCoord,
  type TileReader,
  tilePath,
} from '../proof/index.ts';
import { AuditFailure } from './outcome.ts';

/** The platform's `fetch`, passed in. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface RemoteOptions {
  readonly fetch: Fetch;
  /** the log's address, above `checkpoint` and `tile/` */
  readonly url: string;
  /** milliseconds that one try may take, its body included */
  readonly timeout: number;
  /** waits, between tries */
  readonly wait: (ms: number) => Promise<void>;
}

/** Milliseconds before each further try. */
const PAUSES = [250, 1_000, 4_000];
/** Most bytes of a checkpoint: a hundred cosignatures fit several times. */
export const CHECKPOINT_BYTES = 64 * 1024;
/** An entry of a bundle: two bytes of length, then the 32 of a commitment (FORMATS.md). */
export const BUNDLED_BYTES = 2 + HASH_BYTES;

/** A hand-over as a log serves it. */
export interface Served {
  readonly statement: string;
  readonly checkpoint: string;
}
/** Most bytes of all hand-overs. */
const HANDOVERS_BYTES = 1024 * 1024;
const served = z.array(z.object({ statement: z.string(), checkpoint: z.string() }));

export interface RemoteLog {
  /** the signed note, as it is served now */
  checkpoint(): Promise<string>;
  /** hand-overs to new keys, oldest first; none where the log serves none */
  handovers(): Promise<readonly Served[]>;
  /** exactly the hashes that were asked for; a wider tile is cut (tlog-tiles lets logs drop partial ones) */
  tile(coord: TileCoord): Promise<Uint8Array>;
  /** the bytes of an entry bundle of 32-byte entries; a wider one is cut */
  bundle(index: number, width: number): Promise<Uint8Array>;
  /** the same tiles for proofs */
  readonly reader: TileReader;
}

/** The log's address without a slash at its end. @throws AuditFailure `bad-input` for anything but http and https */
export function logUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.search !== '' || url.hash !== '') {
    throw new AuditFailure(
      'bad-input',
      'the address of a log, like https://records.example.gov/log',
      text.slice(0, 200),
    );
  }
  return url.href.replace(/\/+$/, '');
}

export function remoteLog(options: RemoteOptions): RemoteLog {
  const get = async (path: string, limit: number): Promise<Uint8Array | null> => {
    for (let tried = 0; ; tried++) {
      const got = await once(options, path, limit);
      if (!(got instanceof Again)) return got;
      const pause = PAUSES[tried];
      if (pause === undefined) throw got.failure;
      await options.wait(pause);
    }
  };
  /** `each` bytes for each of `coord.width` */
  const exactly = async (coord: TileCoord, each: number): Promise<Uint8Array> => {
    const path = tilePath(coord);
    let bytes = await get(path, coord.width * each);
    let width = coord.width;
    if (bytes === null && width < TILE_WIDTH) {
      bytes = await get(tilePath({ ...coord, width: TILE_WIDTH }), TILE_WIDTH * each);
      width = TILE_WIDTH;
    }
    if (bytes === null) throw new AuditFailure('missing-tile', `${path}, which the checkpoint covers`, 'nothing there');
    if (bytes.length !== width * each) {
      throw new AuditFailure('inconsistent-tile', `${path} of ${width * each} bytes`, `${bytes.length} bytes`);
    }
    return bytes.subarray(0, coord.width * each);
  };
  const tile = (coord: TileCoord) => exactly(coord, HASH_BYTES);
  return {
    async checkpoint() {
      const bytes = await get('checkpoint', CHECKPOINT_BYTES);
      if (bytes === null) {
        const hint = options.url.endsWith('/log') ? '' : ` (is it ${options.url}/log?)`;
        throw new AuditFailure('not-a-checkpoint', `a checkpoint at ${options.url}/checkpoint${hint}`, 'nothing there');
      }
      try {
        return fromUtf8(bytes);
      } catch (error) {
        if (!(error instanceof ProofFailure)) throw error;
        throw new AuditFailure('not-a-checkpoint', error.expected, error.found);
      }
    },
    async handovers() {
      const bytes = await get('hand-overs', HANDOVERS_BYTES);
      if (bytes === null) return [];
      try {
        return served.parse(JSON.parse(new TextDecoder().decode(bytes)));
      } catch (error) {
        throw new AuditFailure(
          'hand-over-refused',
          `hand-overs at ${options.url}/hand-overs`,
          error instanceof SyntaxError ? 'no JSON' : 'something else',
        );
      }
    },
    tile,
    bundle: (index, width) => exactly({ level: 'entries', index, width }, BUNDLED_BYTES),
    reader: { readTiles: (coords) => Promise.all(coords.map(tile)) },
  };
}

/** Worth another try. */
class Again {
  readonly failure: AuditFailure;
  constructor(failure: AuditFailure) {
    this.failure = failure;
  }
}

/** One try. Null: the log says that there is no such thing. */
async function once(options: RemoteOptions, path: string, limit: number): Promise<Uint8Array | Again | null> {
  const url = `${options.url}/${path}`;
  const signal = AbortSignal.timeout(options.timeout);
  try {
    const answer = await options.fetch(url, {
      signal,
      cache: 'no-store',
      headers: { 'accept-encoding': 'identity', 'user-agent': 'counterfoil-audit' },
    });
    if (answer.status === 200) return await bounded(answer, url, limit);
    await answer.body?.cancel();
    if (answer.status === 404 || answer.status === 410) return null;
    const failure = new AuditFailure('http-error', `${url} with status 200`, `status ${answer.status}`);
    if (answer.status >= 500 || answer.status === 429) return new Again(failure);
    throw failure;
  } catch (error) {
    if (error instanceof AuditFailure) throw error;
    if (signal.aborted) {
      return new Again(new AuditFailure('timeout', `an answer of ${url} within ${options.timeout} ms`, 'none'));
    }
    return new Again(new AuditFailure('unreachable', `an answer of ${url}`, reason(error)));
  }
}

/** The body, never more than `limit` bytes of it and one piece; what comes beyond that is not read. */
async function bounded(answer: Response, url: string, limit: number): Promise<Uint8Array> {
  const all = new Uint8Array(limit);
  let length = 0;
  const tooLarge = () => new AuditFailure('response-too-large', `at most ${limit} bytes from ${url}`, 'more');
  if (Number(answer.headers.get('content-length') ?? 0) > limit) {
    await answer.body?.cancel();
    throw tooLarge();
  }
  for await (const piece of answer.body ?? []) {
    // Leaving the loop cancels the body.
    if (length + piece.length > limit) throw tooLarge();
    all.set(piece, length);
    length += piece.length;
  }
  return all.slice(0, length);
}

/** Why a connection failed, in the system's word where there is one. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause: unknown = error.cause;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.message;
}
