/**
 * Takes the receipt out of a PDF receipt, without a PDF library (`counterfoil/proof/pdf`). Looks for exactly one embedded file stream and reads
 * it; never renders, follows or runs anything, and refuses a file in which two readers could see two receipts.
 *
 * Byte format (ISO 32000-2, 7.11.4), with an example: `7 0 obj << /Type /EmbeddedFile /Length 1234 … >> stream ⏎ …bytes… ⏎ endstream`.
 * Ours is written as it is; a `/FlateDecode` filter (other programs add it when they save) is undone. The page that
 * people see is not checked: only the receipt inside counts.
 */
import { fromUtf8 } from './bytes.ts';
import { ProofFailure } from './failure.ts';
import { RECEIPT_BYTES, receiptText } from './receipt.ts';

/** Longest PDF that is searched. */
export const PDF_BYTES = 33_554_432;

const PDF = [0x25, 0x50, 0x44, 0x46, 0x2d];

function ascii(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = Math.max(0, from); i < Math.min(to, bytes.length); i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0 || byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 32;
const isDelimiter = (byte: number | undefined): boolean =>
  byte === undefined || isSpace(byte) || '()<>[]{}/%'.includes(String.fromCharCode(byte));

function unreadable(found: string): ProofFailure {
  return new ProofFailure('no-receipt', 'one plain embedded receipt', found);
}

/** The name that starts after the slash at `at`, `#xx` undone, cut at 40 letters. */
function nameAt(bytes: Uint8Array, at: number): { name: string; end: number } {
  let end = at + 1;
  while (end < at + 128 && !isDelimiter(bytes[end])) end++;
  const raw = ascii(bytes, at + 1, end);
  return {
    name: raw.replace(/#([0-9a-fA-F]{2})/g, (_, xx: string) => String.fromCharCode(Number.parseInt(xx, 16))),
    end,
  };
}

/** One token of PDF syntax: names as `/Name`, strings as `()`, everything else as it stands. */
function token(bytes: Uint8Array, start: number): { text: string; end: number } {
  let at = start;
  while (isSpace(bytes[at])) at++;
  const here = String.fromCharCode(bytes[at] ?? 0);
  const two = ascii(bytes, at, at + 2);
  if (two === '<<' || two === '>>') return { text: two, end: at + 2 };
  if (here === '[' || here === ']') return { text: here, end: at + 1 };
  if (here === '/') {
    const { name, end } = nameAt(bytes, at);
    return { text: `/${name}`, end };
  }
  if (here === '<') {
    const end = bytes.indexOf(0x3e, at);
    if (end < 0) throw unreadable('an open string');
    return { text: '()', end: end + 1 };
  }
  if (here === '(') {
    let depth = 0;
    for (let i = at; i < bytes.length; i++) {
      if (bytes[i] === 0x5c) i++;
      else if (bytes[i] === 0x28) depth++;
      else if (bytes[i] === 0x29 && --depth === 0) return { text: '()', end: i + 1 };
    }
    throw unreadable('an open string');
  }
  let end = at;
  while (end < at + 40 && !isDelimiter(bytes[end])) end++;
  if (end === at) throw unreadable('something that is not PDF syntax');
  return { text: ascii(bytes, at, end), end };
}

interface Stream {
  readonly object: string;
  readonly from: number;
  readonly to: number;
  readonly filter: string;
}

/** The stream whose dictionary holds position `at`. */
function streamAround(bytes: Uint8Array, at: number): Stream {
  // The dictionary is small: what stands more than 4 KB before its own type is not ours.
  const before = ascii(bytes, at - 4096, at);
  const header = /(?:^|[\s>])(\d{1,10} \d{1,5}) obj\s*<<(?:(?!endobj|obj\s*<<)[\s\S])*$/.exec(before);
  if (header === null) throw unreadable('an embedded file outside of an object');
  let { text, end } = token(bytes, Math.max(0, at - 4096) + header.index + header[0].indexOf('<<'));
  const fields = new Map<string, string>();
  const path: string[] = [];
  let key = '';
  let value = '';
  for (let depth = 1; depth > 0; ) {
    ({ text, end } = token(bytes, end));
    if (text === '<<' || text === '[') path.push(text);
    const inside = path.length > 0;
    if (text === '>>' || text === ']') {
      if (!inside) depth--;
      else if ((path.pop() === '<<') !== (text === '>>')) throw unreadable('brackets that do not match');
    }
    if (depth === 0 || (!inside && text.startsWith('/') && (key === '' || value !== ''))) {
      if (key !== '') {
        if (fields.has(key)) throw new ProofFailure('ambiguous-pdf', `${key} once`, 'twice');
        fields.set(key, value.trim());
      }
      key = text;
      value = '';
    } else {
      value += ` ${text}`;
    }
    if (value.length > 4096) throw unreadable('a dictionary that is too large');
  }
  if (fields.get('/Type') !== '/EmbeddedFile') throw unreadable('an embedded file without its type');
  const length = fields.get('/Length') ?? '';
  if (!/^\d{1,8}$/.test(length)) throw unreadable('an embedded file without a plain length');
  if (fields.has('/DecodeParms') || fields.has('/F')) throw unreadable('an embedded file stored in an unusual way');
  ({ text, end } = token(bytes, end));
  if (text !== 'stream') throw unreadable('an embedded file without a stream');
  if (bytes[end] === 13) end++;
  if (bytes[end] !== 10) throw unreadable('a stream without a line end');
  const from = end + 1;
  const to = from + Number(length);
  if (!/^\r?\n?endstream/.test(ascii(bytes, to, to + 12))) throw unreadable('a stream of another length');
  const filter = (fields.get('/Filter') ?? '').replace(/^\[ (.*) \]$/, '$1');
  return { object: header[1] ?? '', from, to, filter };
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const out = new Uint8Array(RECEIPT_BYTES);
  let length = 0;
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (length + part.value.length > out.length) {
        await reader.cancel();
        throw new ProofFailure('too-large', `a receipt of at most ${RECEIPT_BYTES} bytes`, 'more, once unpacked');
      }
      out.set(part.value, length);
      length += part.value.length;
    }
  } catch (error) {
    throw error instanceof ProofFailure ? error : unreadable('a compressed stream that does not unpack');
  }
  return out.subarray(0, length);
}

/** Whether these bytes begin as a PDF does. */
export function isPdf(bytes: Uint8Array): boolean {
  return PDF.every((byte, i) => bytes[i] === byte);
}

/**
 * The embedded file of a PDF receipt. `no-receipt` if there is none that can be read, `ambiguous-pdf` if there is more
 * than one or its object is defined twice, `too-large` beyond `PDF_BYTES` or `RECEIPT_BYTES`.
 */
export async function receiptFromPdf(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length > PDF_BYTES)
    throw new ProofFailure('too-large', `a PDF of at most ${PDF_BYTES} bytes`, `${bytes.length}`);
  let found: Stream | undefined;
  let encrypted = false;
  for (let at = bytes.indexOf(0x2f); at >= 0; at = bytes.indexOf(0x2f, at + 1)) {
    // Of all names only two matter, and a name may be written with `#`: files are full of others.
    const initial = bytes[at + 1];
    if (initial !== 0x45 && initial !== 0x23) continue;
    const { name } = nameAt(bytes, at);
    if (name === 'Encrypt') encrypted = true;
    if (name !== 'EmbeddedFile') continue;
    if (found !== undefined) throw new ProofFailure('ambiguous-pdf', 'one embedded file', 'more than one');
    found = streamAround(bytes, at);
    // What stands inside the receipt is its text, even where it looks like PDF.
    at = found.to;
  }
  if (found === undefined) throw unreadable('none in this PDF');
  if (encrypted) throw unreadable('an encrypted PDF');
  checkOnce(bytes, found);
  const content = bytes.subarray(found.from, found.to);
  if (found.filter === '/FlateDecode') return inflate(content);
  if (found.filter !== '') throw unreadable(`the filter ${found.filter}`);
  return content;
}

/** An update appended to a PDF may define the same object again, and readers would show that one. */
function checkOnce(bytes: Uint8Array, found: Stream): void {
  const header = `${found.object} obj`;
  const first = header.charCodeAt(0);
  let times = 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at >= found.from && at < found.to) continue;
    const starts = at === 0 || isDelimiter(bytes[at - 1]);
    if (starts && ascii(bytes, at, at + header.length) === header) times++;
  }
  if (times !== 1) throw new ProofFailure('ambiguous-pdf', `object ${found.object} once`, `${times} times`);
}

/**
 * The receipt's JSON text from a file that is either the JSON or a PDF receipt; rejects with `no-receipt` for anything else. Made to be given to
 * a verifier: `new Verifier(policy, readReceiptFile)`.
 */
export async function readReceiptFile(bytes: Uint8Array): Promise<string> {
  return isPdf(bytes) ? fromUtf8(await receiptFromPdf(bytes)) : receiptText(bytes);
}
