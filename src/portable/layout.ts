/**
 * The layout of an export (docs/exporting.md): names of files, the form of each line, what `export.json` says. Pure; a reader refuses
 * every name and every line that is not spelled exactly as it is written here.
 */
import { z } from 'zod';
import type { Columns, StoredEntry } from '../ledger/check.ts';
import type { StoredHandover } from '../ledger/lineage.ts';
import { base64, decimal, fromBase64 } from '../proof/bytes.ts';
import { OPENING_BYTES } from '../proof/commitment.ts';
import { ProofFailure } from '../proof/index.ts';
import { parseTilePath } from '../proof/write.ts';

export const EXPORT_VERSION = 'export/v1';
export const MANIFEST = 'manifest-sha256.txt';
export const FACTS = 'export.json';

/** Lines and bytes after which a numbered file ends. */
export const LINES = 10_000;
export const FILE_BYTES = 16 * 1024 * 1024;
/** Longest line that is read: an entry of 60,000 canonical bytes (FORMATS.md) with what stands around it, and room to spare. */
export const LINE_BYTES = 128 * 1024;

export const facts = z.strictObject({
  counterfoil: z.literal(EXPORT_VERSION),
  /** what is not public was left out; such an export can be read and checked, not imported */
  public: z.boolean(),
  origin: z.string().min(1).max(500),
  /** C2SP verifier key of the log */
  logKey: z.string().min(1).max(1000),
  program: z.string().max(200),
  madeAt: z.iso.datetime(),
  entries: z.number().int().min(0),
  /** entries that the last checkpoint covers */
  published: z.number().int().min(0),
  checkpoints: z.number().int().min(0),
  erased: z.number().int().min(0),
  withheld: z.number().int().min(0),
  documents: z.number().int().min(0),
  commands: z.number().int().min(0),
  /** keys that the log had before; they stand in log/handovers.jsonl */
  handovers: z.number().int().min(0).default(0),
  /** what others have signed of the checkpoints */
  cosignatures: z.number().int().min(0).default(0),
  quorums: z.number().int().min(0).default(0),
  timestamps: z.number().int().min(0).default(0),
});
export type Facts = z.infer<typeof facts>;

export type Kind = 'entries' | 'commands' | 'checkpoints' | 'cosignatures' | 'quorums' | 'timestamps';

/** Name of the n-th file of a kind. */
export function numbered(kind: Kind, n: number): string {
  const folder = kind === 'entries' || kind === 'commands' ? kind : `log/${kind}`;
  return `${folder}/${String(n).padStart(6, '0')}.jsonl`;
}

export const documentPath = (sha256: string): string => `documents/${sha256.slice(0, 2)}/${sha256}`;

const FIXED = [
  FACTS,
  'index.html',
  'viewer.js',
  'keys/log.vkey',
  'keys/policy',
  'log/checkpoint',
  'log/handovers.jsonl',
];
const NUMBERED = /^(entries|commands|log\/(?:checkpoints|cosignatures|quorums|timestamps))\/\d{6}\.jsonl$/;
const DOCUMENT = /^documents\/([0-9a-f]{2})\/\1[0-9a-f]{62}$/;
const VIEW = /^view\/(index|entries-\d{6}|list-\d{6}|checkpoints-\d{6}|tiles-\d{1,2}-\d{6})\.js$/;

/** Whether an export may hold a file of this name; nothing else is ever opened, whatever a manifest says. */
export function isExportPath(path: string): boolean {
  if (FIXED.includes(path) || NUMBERED.test(path) || DOCUMENT.test(path) || VIEW.test(path)) return true;
  if (!path.startsWith('log/tile/')) return false;
  try {
    parseTilePath(path.slice('log/'.length));
    return true;
  } catch (error) {
    if (error instanceof ProofFailure) return false;
    throw error;
  }
}

/** A line of the manifest, without its end. */
export const manifestLine = (sha256: string, path: string): string => `${sha256}  ${path}`;
/** The two halves of a manifest's line, or null where it is none. The path is not judged here. */
export function parseManifestLine(line: string): { readonly sha256: string; readonly path: string } | null {
  const match = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
  return match?.[1] && match[2] ? { sha256: match[1], path: match[2] } : null;
}

/** Line of a whole entry: canonical JSON, so that every byte of it is the entry's own. */
export const wholeLine = (seq: number, canonical: string, opening: Uint8Array): string =>
  `{"entry":${canonical},"opening":"${base64(opening)}","seq":${seq}}`;

export function erasedLine(seq: number, commitment: Uint8Array, c: Columns): string {
  const { audience, by, corrects, id, kind, matter, occurredAt, recordedAt, stream } = c;
  const erased = { audience, by, corrects, id, kind, matter, occurredAt, recordedAt, stream };
  return JSON.stringify({ commitment: base64(commitment), erased, seq });
}

export const withheldLine = (seq: number, commitment: Uint8Array): string =>
  JSON.stringify({ commitment: base64(commitment), seq, withheld: true });

const WHOLE = /^\{"entry":(\{.*\}),"opening":"([A-Za-z0-9+/]{43}=)","seq":(0|[1-9]\d{0,15})\}$/;
const id = z.uuid();
const seq = z.number().int().min(0);
const gone = z.union([
  z.strictObject({
    commitment: z.string(),
    erased: z.strictObject({
      audience: z.enum(['public', 'parties', 'own']),
      by: id,
      corrects: id.nullable(),
      id,
      kind: z.string().max(100),
      matter: id.nullable(),
      occurredAt: z.iso.datetime({ precision: 3 }),
      recordedAt: z.iso.datetime({ precision: 3 }),
      stream: id,
    }),
    seq,
  }),
  z.strictObject({ commitment: z.string(), seq, withheld: z.literal(true) }),
]);

/** An entry from its line, or null where it is none. Whether the entry is right is checked later (ledger/check.ts). */
export function parseEntryLine(line: string): StoredEntry | null {
  try {
    const whole = WHOLE.exec(line);
    if (whole) {
      const [, canonical = '', opening = '', at = ''] = whole;
      const bytes = fromBase64(opening, OPENING_BYTES);
      return { state: 'whole', seq: decimal(at), canonical, opening: bytes, stored: null };
    }
    const read = gone.safeParse(JSON.parse(line));
    if (!read.success) return null;
    const commitment = fromBase64(read.data.commitment, 32);
    const stored: StoredEntry =
      'erased' in read.data
        ? { state: 'erased', seq: read.data.seq, columns: read.data.erased, commitment }
        : { state: 'withheld', seq: read.data.seq, commitment };
    const again =
      stored.state === 'erased'
        ? erasedLine(stored.seq, commitment, stored.columns)
        : withheldLine(stored.seq, commitment);
    return again === line ? stored : null;
  } catch (error) {
    if (error instanceof ProofFailure || error instanceof SyntaxError) return null;
    throw error;
  }
}

export interface SavedCheckpoint {
  readonly note: string;
  readonly signedAt: string;
  readonly size: number;
}
export const checkpointLine = ({ note, signedAt, size }: SavedCheckpoint): string =>
  JSON.stringify({ note, signedAt, size });
export const checkpointRow = z.strictObject({
  note: z.string().max(100_000),
  signedAt: z.iso.datetime(),
  size: z.number().int().min(1),
});

export interface CommandRow {
  readonly count: number;
  readonly first: number;
  readonly key: string;
}
export const commandLine = ({ count, first, key }: CommandRow): string => JSON.stringify({ count, first, key });
export const commandRow = z.strictObject({
  count: z.number().int().min(0).max(2_000_000_000),
  first: seq,
  key: z.string().max(10_000),
});

export const handoverLine = ({ seq, from, to, size, root, lost, statement, checkpoint }: StoredHandover): string =>
  JSON.stringify({ checkpoint, from, lost, root, seq, size, statement, to });
export const handoverRow = z.strictObject({
  checkpoint: z.string().max(40_000),
  from: z.string().max(1_000),
  lost: z.boolean(),
  root: z.string().max(64),
  seq,
  size: z.number().int().positive(),
  statement: z.string().max(8_000),
  to: z.string().max(1_000),
});
