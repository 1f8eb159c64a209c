/**
 * The entry: one fact, written once (FORMATS.md, "Entry"). Checks a value from outside field by field, gives its
 * canonical bytes (RFC 8785), and finds the documents it names. Never repairs a value and never looks at the clock.
 *
 * Byte format: RFC 8785 JSON in UTF-8, at most 60,000 bytes. Example (one line):
 * {"audience":"public","body":{"title":"Annual report"},"by":"01890a5d-ac96-774b-bcce-b302099a8057",
 *  "id":"01890a5d-ac96-774b-bcce-b302099a8058","kind":"matter.opened","matter":"01890a5d-ac96-774b-bcce-b302099a8059",
 *  "occurredAt":"2026-03-02T15:04:05.000Z","recordedAt":"2026-03-02T15:04:05.120Z","v":1}
 */
import { utf8 } from './bytes.ts';
import { atMost, quote, refuse } from './failure.ts';

/** What may stand in `body`: JSON without floats. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** A JSON object of such values. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Who may see an entry: everyone; issuer and recipient; the writing party alone. */
export type Audience = 'public' | 'parties' | 'own';

/** One fact (FORMATS.md, "Entry"). */
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

const UUID7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const KIND = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
/** Of four digits; what follows has one spelling (`instantIn`). */
const YEAR = /^\d{4}-/;
const SHA256 = /^[0-9a-f]{64}$/;
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:;[ -~]*)?$/;
/** Below U+0300 every text is in NFC already: no need to normalise in order to know. */
const BEYOND_LATIN = /[^\0-\u02ff]/;

const bad: (expected: string, found: string) => never = (expected, found) => refuse('bad-entry', expected, found);
const strange: (expected: string, found: string) => never = (expected, found) =>
  refuse('not-canonicalisable', expected, found);

function checkText(text: string, where: string): void {
  if (!BEYOND_LATIN.test(text)) return;
  if (!text.isWellFormed()) strange(`well-formed text in ${where}`, 'a lone surrogate');
  if (text.normalize('NFC') !== text) strange(`NFC in ${where}`, quote(text));
}

/** Whether a value is an object as JSON has them: no list, and of no class. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
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
  if (typeof value === 'string') checkText(value, where);
  else if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      strange(`an integer in ${where}`, String(value));
    }
  } else if (value !== null && typeof value !== 'boolean') {
    if (depth >= DEPTH) strange(`at most ${DEPTH} levels`, `more, in ${quote(where)}`);
    if (Array.isArray(value)) {
      for (const inner of value) isJson(inner, where, depth + 1, seen);
    } else if (!isObject(value)) bad(`JSON in ${where}`, typeof value);
    else {
      let before = '';
      for (const key of Object.keys(value)) {
        checkText(key, 'a field name');
        isJson(value[key], key, depth + 1, seen);
        if (key < before) seen.sorted = false;
        before = key;
      }
      if (Object.hasOwn(value, 'sha256')) {
        seen.documents.push(
          documentIn(value) ??
            bad('exactly sha256, bytes, name and type', `${quote(Object.keys(value).join(', '))} in ${where}`),
        );
      }
    }
  }
  return true;
}

/** A value that is exactly `{ sha256, bytes, name, type }`, each of its form. */
function documentIn(value: Readonly<Record<string, unknown>>): DocumentRef | undefined {
  const { sha256, bytes, name, type } = value;
  return matches(sha256, SHA256) &&
    typeof bytes === 'number' &&
    bytes >= 0 &&
    matches(name, /./s) &&
    matches(type, MEDIA_TYPE) &&
    Object.keys(value).length === 4
    ? { sha256, bytes, name, type }
    : undefined;
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

type Fields = Readonly<Record<string, unknown>>;

// Functions of their own, not made anew for each entry: many are read.
function textIn(value: Fields, field: string, pattern: RegExp, form: string): string {
  const found = value[field];
  return matches(found, pattern) ? found : bad(`${form} in ${field}`, quote(found));
}

/** A time in its one spelling: what no calendar or clock has comes back as another one, or as none. */
function instantIn(value: Fields, field: string): string {
  const spelled = textIn(value, field, YEAR, 'a UTC time');
  const real = new Date(spelled).toJSON() === spelled;
  return real ? spelled : bad(`a real date in ${field}`, spelled);
}

/** An entry with what was learnt in reading it. */
interface EntryText {
  readonly entry: Entry;
  /** RFC 8785 text. */
  readonly canonical: string;
  /** As `documentsOf` gives them. */
  readonly documents: readonly DocumentRef[];
}

/** The entry together with its canonical text and bytes, for callers that need them. Same checks as `checkEntry`. */
export function readEntry(value: unknown): EntryText & { readonly bytes: Uint8Array } {
  const read = readEntryText(value);
  const bytes = utf8(read.canonical);
  atMost(ENTRY_BYTES, bytes.length, 'canonical bytes');
  return { ...read, bytes };
}

/** The same without the bytes, for a caller that makes them in a place of its own, and there holds them to `ENTRY_BYTES`. */
export function readEntryText(value: unknown): EntryText {
  if (!isObject(value)) return bad('an object as entry', quote(value));
  const { audience, body, matter, v } = value;
  if (v !== 1) return bad('1 in v', quote(v));
  if (audience !== 'public' && audience !== 'parties' && audience !== 'own') {
    return bad('public, parties or own in audience', quote(audience));
  }
  const seen: Seen = { sorted: true, documents: [] };
  if (!isObject(body) || !isJson(body, 'body', 1, seen)) return bad('an object in body', quote(body));
  // The keys in RFC 8785's order, as everything of an entry that is sorted: then `JSON.stringify` gives what the RFC asks for (all
  // numbers are integers, all text is well-formed), in a fraction of the time.
  const entry: Entry = {
    audience,
    body,
    by: textIn(value, 'by', /^[!-~]{1,200}$/, 'the id of a party'),
    ...('corrects' in value ? { corrects: textIn(value, 'corrects', UUID7, 'a UUIDv7') } : {}),
    id: textIn(value, 'id', UUID7, 'a UUIDv7'),
    kind: textIn(value, 'kind', KIND, 'noun.verb'),
    matter: matter === null ? null : textIn(value, 'matter', UUID7, 'a UUIDv7 or null'),
    occurredAt: instantIn(value, 'occurredAt'),
    recordedAt: instantIn(value, 'recordedAt'),
    v,
  };
  for (const key of Object.keys(value)) if (!Object.hasOwn(entry, key)) bad('only fields of entries', quote(key));
  return {
    entry,
    canonical: seen.sorted ? JSON.stringify(entry) : canonicalJson({ ...entry }),
    documents: seen.documents,
  };
}

/**
 * A value from outside as an entry, or a `ProofFailure`: `bad-entry` (a field missing, unknown or not of its form),
 * `not-canonicalisable` (float, not NFC, lone surrogate, too deep) or `too-large`. The body is not copied.
 */
export function checkEntry(value: unknown): Entry {
  return readEntry(value).entry;
}

/**
 * RFC 8785 text of a JSON value: keys sorted by UTF-16 code units, everything else as `JSON.stringify` writes it, which is where the RFC took
 * its spelling of numbers and strings from. The value must be JSON without lone surrogates; entries are checked before.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join()}}`;
}

function isList(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Canonical bytes of a checked entry (RFC 8785, UTF-8). */
export function canonicalEntry(entry: Entry): Uint8Array {
  return utf8(canonicalJson({ ...entry }));
}

/** All documents that the entry's body names, in the order of the body, each as often as it is named. */
export function documentsOf(entry: Entry): readonly DocumentRef[] {
  return readEntry(entry).documents;
}
