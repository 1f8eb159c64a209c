/**
 * `counterfoil verify FILE… --policy POLICY [--document F…] [--json]`: checks receipts (JSON or PDF) without a network
 * and without any server. Reads the files it is given and nothing else; documents are hashed as they stream by.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type Accepted, type GivenDocument, ProofFailure, type Refused, Verifier } from '../proof/index.ts';
import { useNodeCrypto } from '../proof/node-crypto.ts';
import { PDF_BYTES, readReceiptFile } from '../proof/pdf.ts';
import type { Io } from './io.ts';

const USAGE = `counterfoil verify FILE… --policy POLICY [--document FILE…] [--json]

  FILE       a receipt: *.receipt.json, or a PDF receipt
  --policy   a tlog-policy file that you chose: which logs and witnesses you trust
  --document a document that each receipt must name (may be repeated)
  --json     the full result as JSON, every step with its values

Exit code 0 if everything holds, 1 otherwise.
`;

type Result =
  | (Accepted & { file: string })
  | (Omit<Refused, 'failure'> & { failure: Refused['failure'] | 'unreadable-file'; file: string });

/** Runs the command; the number is the exit code. Never throws for what stands in a file or on the command line. */
export async function verifyCommand(argv: string[], io: Io): Promise<number> {
  let args: ReturnType<typeof readArguments>;
  try {
    args = readArguments(argv);
  } catch (error) {
    io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 1;
  }
  if (args.help) {
    io.stdout.write(USAGE);
    return 0;
  }
  const { files, policy, documents, json } = args;
  if (files.length === 0 || policy === undefined) {
    io.stderr.write(`${files.length === 0 ? 'No receipt given.' : 'No --policy given.'}\n\n${USAGE}`);
    return 1;
  }
  useNodeCrypto();
  let verifier: Verifier | Refusal;
  const given: GivenDocument[] = [];
  try {
    verifier = new Verifier(await readFile(policy, 'utf8'), readReceiptFile);
    for (const document of documents) given.push(await hashFile(document));
  } catch (error) {
    verifier = refusal(error);
  }
  const results: Result[] = [];
  for (const file of files) {
    results.push(verifier instanceof Verifier ? await check(verifier, file, given) : { file, ...verifier });
  }
  if (json) io.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else for (const result of results) io.stdout.write(`${sentence(result)}\n`);
  return results.every(({ ok }) => ok) ? 0 : 1;
}

function readArguments(argv: string[]) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      policy: { type: 'string' },
      document: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { policy, document = [], json = false, help = false } = values;
  return { files: positionals, policy, documents: document, json, help };
}

type Refusal = Omit<Extract<Result, { ok: false }>, 'file'>;

/** A file that cannot be read is a result like any other; anything that is neither is a fault of ours. */
function refusal(error: unknown): Refusal {
  if (error instanceof ProofFailure) {
    const { failure, expected, found } = error;
    return { ok: false, failure, expected, found, steps: [] };
  }
  if (error instanceof Error && 'code' in error && 'path' in error) {
    return {
      ok: false,
      failure: 'unreadable-file',
      expected: `to read ${error.path}`,
      found: String(error.code),
      steps: [],
    };
  }
  if (error instanceof Error && 'code' in error && error.code === 'EISDIR') {
    return { ok: false, failure: 'unreadable-file', expected: 'a file', found: 'a folder', steps: [] };
  }
  throw error;
}

async function hashFile(path: string): Promise<GivenDocument> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { name: basename(path), sha256: hash.digest('hex'), bytes };
}

/** The bytes of a receipt file, at most one more than the largest that is looked at. */
async function readReceipt(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > PDF_BYTES) {
      throw new ProofFailure('too-large', `a receipt of at most ${PDF_BYTES} bytes`, `${size} bytes`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function check(verifier: Verifier, file: string, given: readonly GivenDocument[]): Promise<Result> {
  try {
    return { file, ...(await verifier.verify(await readReceipt(file), given)) };
  } catch (error) {
    return { file, ...refusal(error) };
  }
}

/** What a terminal must not be told to do: control and direction characters become visible numbers. */
function plain(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (c) => `<U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
  );
}

function sentence(result: Result): string {
  if (!result.ok) {
    return plain(`✕ ${result.file}: ${result.failure}. Expected ${result.expected}; found ${result.found}.`);
  }
  const { origin, index, size, witnesses, documents } = result;
  const signed =
    witnesses.known.length === 0
      ? 'signed by the log'
      : `signed by the log and ${witnesses.signed.length} of ${witnesses.known.length} witnesses you trust`;
  const named = documents.matched.map(({ given }) => given.name);
  const matched =
    named.length === 0
      ? ''
      : named.length === 1
        ? `, and the document you gave is one it names (${named[0]})`
        : `, and the ${named.length} documents you gave are ones it names (${named.join(', ')})`;
  return plain(
    `✓ ${result.file}: This was in the log of ${origin} at position ${index} of ${size}, ${signed}${matched}.`,
  );
}
