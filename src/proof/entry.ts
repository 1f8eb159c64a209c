/**
 * The entry: one fact, written once (FORMATS.md, "Entry"). Checks a value from outside field by field, gives its
 * canonical bytes (RFC 8785), and finds the documents it names. Never repairs a value and never looks at the clock.
 *
 * Byte format: RFC 8785 JSON in UTF-8, at most 60,000 bytes. Example (one line):
 * {"audience":"public","body":{"title":"Annual report"},"by":"01890a5d-ac96-774b-bcce-b302099a8057",
 *  "id":"01890a5d-ac96-774b-bcce-b302099a8058","kind":"matter.opened","matter":"01890a5d-ac96-774b-bcce-b302099a8059",
 *  "occurredAt":"2026-03-02T15:04:05.000Z","recordedAt":"2026-03-02T15:04:05.120Z","v":1}
 */
import canonicalize from 'canonicalize';
import { utf8 } from './bytes.ts';
import { ProofFailure, quote } from './failure.ts';

/** What may stand in `body`: JSON without floats. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export type Audience = 'public' | 'parties' | 'own';

export interface Entry {
  readonly v: 1;
  /** `noun.verb`, past tense. */
  readonly kind: string;
  /** UUIDv7 of the entry. */
  readonly id: string;
  /** UUIDv7 of the matter; null for the directory. */
  readonly matter: string | null;
  /** Id of the party that speaks. */
  readonly by: string;
  /** RFC 3339, UTC, milliseconds, `Z`. */
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly audience: Audience;
  /** Id of the entry that this one replaces. */
  readonly corrects?: string;
  readonly body: JsonObject;
}

/** A document as entries name it. `sha256` is lower-case hex, `bytes` its length, `type` a media type. */
export interface DocumentRef {
  readonly sha256: string;
  readonly bytes: number;
  readonly name: string;
  readonly type: string;
}

/** The longest entry, in canonical bytes. */
export const ENTRY_BYTES = 60_000;
/** The deepest nesting of objects and lists in an entry; deeper ones are refused before they can exhaust a stack. */
const DEPTH = 32;

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const KIND = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const SHA256 = /^[0-9a-f]{64}$/;
const MEDIA_TYPE = /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}(?:;[ -~]*)?$/;
/** Below U+0300 every text is in NFC already: no need to normalise in order to know. */
const BEYOND_LATIN = /[^\0-\u02ff]/;

function bad(expected: string, found: string): ProofFailure {
  return new ProofFailure('bad-entry', expected, found);
}

function checkText(text: string, where: string): void {
  if (!BEYOND_LATIN.test(text)) return;
  if (!text.isWellFormed()) {
    throw new ProofFailure('not-canonicalisable', `well-formed text in ${where}`, 'a lone surrogate');
  }
  if (text.normalize('NFC') !== text) {
    throw new ProofFailure('not-canonicalisable', `text in Unicode form NFC in ${where}`, quote(text));
  }
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What the walk through a body learns besides: whether every object has its keys in RFC 8785's order, and its documents. */
interface Seen {
  sorted: boolean;
  readonly documents: DocumentRef[];
}

/** Throws unless `value` is JSON as entries allow it; the return value only narrows the type. */
function isJson(value: unknown, where: string, depth: number, seen: Seen): value is JsonValue {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') {
    checkText(value, where);
    return true;
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw new ProofFailure('not-canonicalisable', `an integer within ±(2^53−1) in ${where}`, String(value));
    }
    return true;
  }
  if (typeof value !== 'object') throw bad(`JSON in ${where}`, typeof value);
  if (depth >= DEPTH)
    throw new ProofFailure('not-canonicalisable', `at most ${DEPTH} levels`, `more, in ${quote(where)}`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) isJson(value[i], where, depth + 1, seen);
    return true;
  }
  if (!isPlain(value)) throw bad(`JSON in ${where}`, 'an object with a class');
  let document = false;
  let before = '';
  for (const key of Object.keys(value)) {
    checkText(key, 'a field name');
    isJson(value[key], key, depth + 1, seen);
    if (key === 'sha256') document = true;
    if (key < before) seen.sorted = false;
    before = key;
  }
  if (!document) return true;
  if (!isDocument(value)) {
    throw bad(
      'a document as exactly sha256, bytes, name and type',
      `${quote(Object.keys(value).join(', '))} in ${where}`,
    );
  }
  seen.documents.push(value);
  return true;
}

function isObject(value: unknown, where: string, seen: Seen): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(`an object in ${where}`, quote(value));
  return isJson(value, where, 1, seen);
}

/** Whether a value is exactly `{ sha256, bytes, name, type }`, each of its form. */
function isDocument(value: unknown): value is DocumentRef {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 4) return false;
  if (!('sha256' in value && 'bytes' in value && 'name' in value && 'type' in value)) return false;
  const { sha256, bytes, name, type } = value;
  return (
    typeof sha256 === 'string' &&
    SHA256.test(sha256) &&
    typeof bytes === 'number' &&
    Number.isSafeInteger(bytes) &&
    bytes >= 0 &&
    typeof name === 'string' &&
    name !== '' &&
    typeof type === 'string' &&
    MEDIA_TYPE.test(type)
  );
}

function text(value: unknown, field: string, pattern: RegExp, form: string): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw bad(`${form} in ${field}`, quote(value));
  return value;
}

/** The number that two digits at `at` spell. */
function two(digits: string, at: number): number {
  return (digits.charCodeAt(at) - 48) * 10 + digits.charCodeAt(at + 1) - 48;
}

/** A time in its one spelling, and on a day that its month has. */
function instant(value: unknown, field: string): string {
  const spelled = text(value, field, INSTANT, 'a time like 2026-03-02T15:04:05.000Z');
  const month = two(spelled, 5);
  // A year of a century counts its leap days by the century: 1900 has none, 2000 has one.
  const leap = (two(spelled, 2) === 0 ? two(spelled, 0) : two(spelled, 2)) % 4 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  const real = month >= 1 && month <= 12 && two(spelled, 8) >= 1 && two(spelled, 8) <= days;
  if (!real || two(spelled, 11) > 23 || two(spelled, 14) > 59 || two(spelled, 17) > 59)
    throw bad(`a real date in ${field}`, quote(spelled));
  return spelled;
}

function audience(value: unknown): Audience {
  if (value === 'public' || value === 'parties' || value === 'own') return value;
  throw bad('public, parties or own in audience', quote(value));
}

const FIELDS = new Set(['v', 'kind', 'id', 'matter', 'by', 'occurredAt', 'recordedAt', 'audience', 'corrects', 'body']);

/** An entry with what was learnt in reading it. */
interface ReadEntry {
  readonly entry: Entry;
  /** RFC 8785 text. */
  readonly canonical: string;
  readonly bytes: Uint8Array;
  /** As `documentsOf` gives them. */
  readonly documents: readonly DocumentRef[];
}

/** The entry together with its canonical text, for callers that need both. Same checks as `checkEntry`. */
export function readEntry(value: unknown): ReadEntry {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !isPlain(value)) {
    throw bad('an object as entry', quote(value));
  }
  for (const key of Object.keys(value))
    if (!FIELDS.has(key)) throw bad('no field that entries do not have', quote(key));
  if (value.v !== 1) throw bad('1 in v', quote(value.v));
  const by = text(value.by, 'by', /^[!-~]{1,200}$/, 'the id of a party');
  const body = value.body;
  const seen: Seen = { sorted: true, documents: [] };
  if (!isObject(body, 'body', seen)) throw bad('an object in body', quote(body));
  const kind = text(value.kind, 'kind', KIND, 'noun.verb');
  const id = text(value.id, 'id', UUID7, 'a UUIDv7');
  const matter = value.matter === null ? null : text(value.matter, 'matter', UUID7, 'a UUIDv7 or null');
  const occurredAt = instant(value.occurredAt, 'occurredAt');
  const recordedAt = instant(value.recordedAt, 'recordedAt');
  const heard = audience(value.audience);
  const corrects = 'corrects' in value ? text(value.corrects, 'corrects', UUID7, 'a UUIDv7') : undefined;
  const replaced = corrects === undefined ? {} : { corrects };
  const entry: Entry = { v: 1, kind, id, matter, by, occurredAt, recordedAt, audience: heard, ...replaced, body };
  // Where the keys are in order, all numbers integers and all text well-formed, `JSON.stringify` gives what RFC 8785
  // asks for, in a fraction of the time. The other fields have one spelling each, with nothing in it to escape but in `by`.
  const content = seen.sorted ? JSON.stringify(body) : canonicalText(body);
  const canonical =
    `{"audience":"${heard}","body":${content},"by":${JSON.stringify(by)},` +
    `${corrects === undefined ? '' : `"corrects":"${corrects}",`}"id":"${id}","kind":"${kind}",` +
    `"matter":${matter === null ? 'null' : `"${matter}"`},"occurredAt":"${occurredAt}","recordedAt":"${recordedAt}","v":1}`;
  const bytes = utf8(canonical);
  if (bytes.length > ENTRY_BYTES) {
    throw new ProofFailure('too-large', `an entry of at most ${ENTRY_BYTES} canonical bytes`, `${bytes.length} bytes`);
  }
  return { entry, canonical, bytes, documents: seen.documents };
}

/**
 * A value from outside as an entry, or a `ProofFailure`: `bad-entry` (a field missing, unknown or not of its form),
 * `not-canonicalisable` (float, not NFC, lone surrogate, too deep) or `too-large`. The body is not copied.
 */
export function checkEntry(value: unknown): Entry {
  return readEntry(value).entry;
}

/** RFC 8785. */
function canonicalText(value: Entry | JsonObject): string {
  const canonical = canonicalize(value);
  if (canonical === undefined) throw new ProofFailure('not-canonicalisable', 'JSON', 'nothing');
  return canonical;
}

/** Canonical bytes of a checked entry (RFC 8785, UTF-8). */
export function canonicalEntry(entry: Entry): Uint8Array {
  return utf8(canonicalText(entry));
}

/** All documents that the entry's body names, in the order of the body, each as often as it is named. */
export function documentsOf(entry: Entry): DocumentRef[] {
  const found: DocumentRef[] = [];
  const look = (value: JsonValue): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isDocument(value)) found.push(value);
    else for (const inner of Object.values(value)) look(inner);
  };
  look(entry.body);
  return found;
}
