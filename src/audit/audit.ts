/**
 * One audit of a log: follow it from where the last one left off, check the receipts that were given, and say what came of it under one
 * name. Contradictions are kept as evidence. Never throws for what a log, a file or an argument holds.
 */
import { hex } from '../proof/index.ts';
import { keepEvidence } from './evidence.ts';
import { damaged, Folder } from './folder.ts';
import { follow } from './follow.ts';
import { type AuditFailure, asFailure, OUTCOMES, type Outcome } from './outcome.ts';
import { checkReceipts, type ReceiptsFound } from './receipts.ts';
import { type Fetch, logUrl, remoteLog } from './remote.ts';
import { type Head, openCheckpoint, type Trust, trustOf } from './trust.ts';

export interface AuditOptions {
  /** the log's address, above `checkpoint` and `tile/` */
  readonly url: string;
  /** folder of the audit, made by the first run */
  readonly dir: string;
  /** verifier key of the log; needed in the first run unless there is a policy */
  readonly vkey?: string;
  /** text of a tlog-policy */
  readonly policy?: string;
  /** folder of receipts */
  readonly receipts?: string;
  /** verifier keys to go on with although the key before them was lost */
  readonly accept?: readonly string[];
  /** milliseconds that one request may take */
  readonly timeout?: number;
  /** false: tiles need not survive a power cut; for tests whose folder goes with them */
  readonly durable?: boolean;
  readonly fetch: Fetch;
  /** milliseconds since the epoch */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly onProgress?: (done: number, of: number) => void;
}

/** What an audit found; also the shape of `--json`. */
export interface Report {
  readonly outcome: Outcome;
  /** 0 consistent, 1 something is proven wrong, 2 could not be checked */
  readonly exit: 0 | 1 | 2;
  readonly at: string;
  readonly url: string;
  readonly expected?: string;
  readonly found?: string;
  /** of the checkpoint up to which all holds: that of now, or the one before where this audit ended early */
  readonly origin?: string;
  readonly size?: number;
  readonly root?: string;
  /** size when the audit began; absent in the first run */
  readonly sizeBefore?: number;
  /** tiles and entry bundles that were fetched and checked */
  readonly checked?: number;
  readonly receipts?: {
    readonly included: number;
    readonly refused: number;
    readonly ignored: number;
    readonly failures: readonly {
      readonly file: string;
      readonly outcome: Outcome;
      readonly expected: string;
      readonly found: string;
      readonly evidence?: string;
      readonly evidenceLost?: string;
    }[];
  };
  /** folder with the signed checkpoints and what else shows it */
  readonly evidence?: string;
  /** why that could not be written */
  readonly evidenceLost?: string;
}

const TIMEOUT = 20_000;

export async function audit(options: AuditOptions): Promise<Report> {
  const now = options.now();
  const known: { before?: Head; head?: Head; checked?: number; trust?: Trust; receipts?: Report['receipts'] } = {};
  let unlock: (() => Promise<void>) | undefined;
  let failure: AuditFailure | null = null;
  try {
    try {
      const url = logUrl(options.url);
      const folder = new Folder(options.dir, options.durable);
      unlock = await folder.lock();
      const saved = await folder.state();
      let trust = await trustOf(options, saved?.state ?? null);
      known.trust = trust;
      let head = saved === null ? null : await openSaved(saved.checkpoint, trust);
      if (head !== null) known.before = head;
      const remote = remoteLog({ fetch: options.fetch, url, timeout: options.timeout ?? TIMEOUT, wait: options.wait });
      const accepted = options.accept ?? [];
      const deps = { remote, folder, accepted, wait: options.wait, onProgress: options.onProgress ?? (() => {}) };
      const look = async (): Promise<Head> => {
        const followed = await follow({ ...deps, trust }, head, url);
        trust = followed.trust;
        known.trust = trust;
        head = followed.head;
        known.head = followed.head;
        known.checked = (known.checked ?? 0) + followed.checked;
        return followed.head;
      };
      const newest = await look();
      if (options.receipts !== undefined) {
        let found = await checkReceipts(options.receipts, trust, folder.copy, newest);
        // Receipts that came in while the log was read are not ahead of it for long.
        if (found.ahead) found = await checkReceipts(options.receipts, trust, folder.copy, await look());
        known.receipts = await told(options.dir, found, trust.text, now);
        failure = found.failures[0]?.failure ?? null;
      }
    } catch (error) {
      failure = asFailure(error);
    }
    const report = summary(options, known, failure, now);
    return failure === null
      ? report
      : { ...report, ...(await kept(options.dir, failure, known.trust?.text ?? '', now)) };
  } finally {
    await unlock?.().catch(() => {});
  }
}

/** Evidence, where something is proven; why it could not be written, where that is so. */
async function kept(
  dir: string,
  failure: AuditFailure,
  policy: string,
  now: number,
): Promise<Pick<Report, 'evidence' | 'evidenceLost'>> {
  if (OUTCOMES[failure.outcome] !== 1) return {};
  try {
    const evidence = await keepEvidence(dir, failure, policy, now);
    return evidence === null ? {} : { evidence };
  } catch (error) {
    const { expected, found } = asFailure(error);
    return { evidenceLost: `${expected}: ${found}` };
  }
}

/** The checkpoint that an earlier run accepted. Its witnesses were counted then. */
async function openSaved(note: string, trust: Trust): Promise<Head> {
  try {
    return await openCheckpoint(note, trust, false);
  } catch (error) {
    const { expected, found } = asFailure(error);
    throw damaged(`the checkpoint that was saved: ${expected}`, found);
  }
}

async function told(
  dir: string,
  { included, refused, ignored, failures }: ReceiptsFound,
  policy: string,
  now: number,
): Promise<NonNullable<Report['receipts']>> {
  const listed = [];
  for (const { file, failure } of failures) {
    const { outcome, expected, found } = failure;
    listed.push({ file, outcome, expected, found, ...(await kept(dir, failure, policy, now)) });
  }
  return { included, refused, ignored, failures: listed };
}

function summary(
  { url }: AuditOptions,
  known: { before?: Head; head?: Head; checked?: number; receipts?: Report['receipts'] },
  failure: AuditFailure | null,
  now: number,
): Report {
  const outcome = failure?.outcome ?? 'consistent';
  const head = known.head ?? known.before;
  return {
    outcome,
    exit: OUTCOMES[outcome],
    at: new Date(now).toISOString(),
    url,
    ...(failure === null ? {} : { expected: failure.expected, found: failure.found }),
    ...(head ? { origin: head.origin, size: head.size, root: hex(head.root) } : {}),
    ...(known.before ? { sizeBefore: known.before.size } : {}),
    ...(known.checked === undefined ? {} : { checked: known.checked }),
    ...(known.receipts ? { receipts: known.receipts } : {}),
  };
}
