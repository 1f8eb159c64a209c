/**
 * The viewer of an export: lists, search, an entry with its receipt. It runs from a file or any static server, loads chunks as scripts
 * when they are needed, and never touches a network. Receipts are made here from the tiles of the export, and checked before they are shown.
 */

import { fromBase64 } from '../../proof/bytes.ts';
import { proveInclusion } from '../../proof/prove.ts';
import { TILE_WIDTH } from '../../proof/tiles.ts';
import { HASH_BYTES } from '../../proof/tree.ts';
import { verifyReceipt } from '../../proof/verify.ts';
import { formatStoredReceipt, formatTlogProof } from '../../proof/write.ts';
import type { EntryLine, ListLine, ViewIndex } from '../viewer-data.ts';

type Shown = Exclude<ListLine, 0>;
/** Lines on one page. */
const SIZE = 100;
/** Chunks of entries kept. */
const KEPT = 20;

// Chunks are data that this program wrote, checked by nobody on the way: text is only ever put into the page as text.
const waiting = new Map<string, { give: (value: unknown) => void; fail: (error: Error) => void }>();
Object.assign(globalThis, {
  counterfoil(name: string, value: unknown) {
    waiting.get(name)?.give(value);
    waiting.delete(name);
  },
});

const loaded = new Map<string, Promise<unknown>>();
function load(name: string): Promise<unknown> {
  const known = loaded.get(name);
  if (known) return known;
  const chunk = new Promise<unknown>((give, fail) => {
    waiting.set(name, { give, fail });
    const script = document.createElement('script');
    script.src = `view/${name}.js`;
    script.onerror = () => {
      loaded.delete(name);
      fail(new Error(`view/${name}.js is missing from this export`));
    };
    script.onload = () => script.remove();
    document.head.append(script);
  });
  loaded.set(name, chunk);
  if (name.startsWith('entries-')) {
    const old = [...loaded.keys()].filter((one) => one.startsWith('entries-'));
    if (old.length > KEPT) loaded.delete(old[0] ?? '');
  }
  return chunk;
}

const number6 = (n: number) => String(n).padStart(6, '0');
const isIndex = (value: unknown): value is ViewIndex => typeof value === 'object' && value !== null && 'facts' in value;
const isList = (value: unknown): value is readonly ListLine[] => Array.isArray(value);
const isEntries = (value: unknown): value is readonly EntryLine[] => Array.isArray(value);
const isNotes = (value: unknown): value is readonly (readonly [number, string])[] => Array.isArray(value);
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value);

async function read<T>(name: string, is: (value: unknown) => value is T): Promise<T> {
  const value = await load(name);
  if (!is(value)) throw new Error(`view/${name}.js is not what an export writes`);
  return value;
}

function el(tag: string, props: Readonly<Record<string, string>> = {}, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
const main = () => document.getElementById('main') ?? document.body;

async function lineAt(index: ViewIndex, seq: number): Promise<ListLine | undefined> {
  const list = await read(`list-${number6(Math.floor(seq / index.chunk.list))}`, isList);
  return list[seq % index.chunk.list];
}

interface Query {
  readonly q: string;
  /** kind, or '' */
  readonly kind: string;
  /** position of a matter, request or service that entries must belong to; −1: any */
  readonly of: number;
  readonly page: number;
}

const params = (): URLSearchParams => new URLSearchParams(location.hash.slice(1));
const link = (values: Readonly<Record<string, string>>): string =>
  `#${new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''))}`;

function fits(line: Shown, index: ViewIndex, query: Query, words: readonly string[]): boolean {
  const [kind, , , matter, request, service, title] = line;
  if (query.kind !== '' && index.kinds[kind] !== query.kind) return false;
  if (query.of >= 0 && matter !== query.of && request !== query.of && service !== query.of) return false;
  const text = words.length === 0 ? '' : `${title} ${index.kinds[kind]}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Lines that fit, one page of them; looks through as many chunks as it has to and says how far it is. */
async function search(index: ViewIndex, query: Query, tell: (text: string) => void) {
  const words = query.q.toLowerCase().split(/\s+/).filter(Boolean);
  const found: { seq: number; line: Shown }[] = [];
  let count = 0;
  const chunks = Math.ceil(index.facts.entries / index.chunk.list);
  for (let n = 0; n < chunks; n++) {
    const list = await read(`list-${number6(n)}`, isList);
    for (const [i, line] of list.entries()) {
      if (line === 0 || !fits(line, index, query, words)) continue;
      if (count >= query.page * SIZE && found.length < SIZE) found.push({ seq: n * index.chunk.list + i, line });
      count++;
    }
    tell(
      `Looked through ${Math.min((n + 1) * index.chunk.list, index.facts.entries).toLocaleString('en-US')} entries …`,
    );
  }
  return { found, count };
}

const VIEWS = [
  ['', 'All entries'],
  ['matter.opened', 'Matters'],
  ['request.issued', 'Requests'],
  ['request.served', 'Recipients'],
] as const;

function searchForm(index: ViewIndex, query: Query): HTMLElement {
  const input = el('input', { type: 'search', id: 'q', name: 'q', value: query.q });
  const select = el('select', { id: 'kind', name: 'kind' });
  const others = index.kinds.filter((kind) => !VIEWS.some(([known]) => known === kind)).sort();
  for (const [value, text] of [...VIEWS, ...others.map((kind) => [kind, kind.replace('.', ' ')] as const)]) {
    select.append(el('option', { value, ...(value === query.kind ? { selected: '' } : {}) }, text));
  }
  const form = el(
    'form',
    { role: 'search' },
    el('div', {}, el('label', { for: 'q' }, 'Search'), input),
    el('div', {}, el('label', { for: 'kind' }, 'Show'), select),
    el('button', { type: 'submit' }, 'Find'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const data = new FormData(form instanceof HTMLFormElement ? form : undefined);
    const of = query.of >= 0 ? String(query.of) : '';
    location.hash = link({ q: String(data.get('q') ?? ''), kind: String(data.get('kind') ?? ''), of });
  });
  return form;
}

async function showList(index: ViewIndex, query: Query): Promise<void> {
  const status = el('p', { role: 'status', class: 'quiet' }, 'Looking …');
  main().replaceChildren(searchForm(index, query), status);
  if (query.of >= 0) {
    const about = await lineAt(index, query.of);
    if (about)
      main().prepend(
        el('p', {}, `Within: ${about[6] || 'an erased entry'}. `, el('a', { href: '#' }, 'Show everything')),
      );
  }
  const { found, count } = await search(index, query, (text) => {
    status.textContent = text;
  });
  status.textContent = count === 1 ? '1 entry' : `${count.toLocaleString('en-US')} entries`;
  const body = el('tbody');
  for (const { seq, line } of found) {
    const [kind, happened, recorded, , , , title] = line;
    body.append(
      el(
        'tr',
        {},
        el('td', { class: 'n' }, String(seq)),
        el(
          'td',
          {},
          el('a', { href: link({ entry: String(seq) }) }, title === '' ? `Erased (${index.kinds[kind]})` : title),
        ),
        el('td', { class: 'n when' }, timeText(happened)),
        el('td', { class: 'n when' }, timeText(recorded)),
      ),
    );
  }
  const head = ['No.', 'Entry', 'Happened', 'Recorded'].map((text, i) =>
    el('th', { scope: 'col', ...(i > 1 ? { class: 'when' } : {}) }, text),
  );
  if (found.length > 0) main().append(el('table', {}, el('thead', {}, el('tr', {}, ...head)), body));
  const pages = Math.ceil(count / SIZE);
  const to = (page: number, text: string) =>
    el(
      'a',
      { href: link({ q: query.q, kind: query.kind, of: query.of >= 0 ? String(query.of) : '', page: String(page) }) },
      text,
    );
  if (pages > 1)
    main().append(
      el(
        'nav',
        { class: 'pages', 'aria-label': 'Pages' },
        ...(query.page > 0 ? [to(query.page - 1, 'Previous')] : []),
        `Page ${query.page + 1} of ${pages}`,
        ...(query.page + 1 < pages ? [to(query.page + 1, 'Next')] : []),
      ),
    );
}

/** Tiles out of chunks. */
const tilesOf = (index: ViewIndex) => ({
  readTiles: (coords: readonly { level: number | 'entries'; index: number; width: number }[]) =>
    Promise.all(
      coords.map(async (coord) => {
        const chunk = await read(
          `tiles-${coord.level}-${number6(Math.floor(coord.index / index.chunk.tiles))}`,
          isTexts,
        );
        const bytes = fromBase64(chunk[coord.index % index.chunk.tiles] ?? '');
        if (bytes.length > TILE_WIDTH * HASH_BYTES || bytes.length < coord.width * HASH_BYTES)
          throw new Error('a tile is cut');
        return bytes.subarray(0, coord.width * HASH_BYTES);
      }),
    ),
});

/** The first checkpoint above a position: the one that the server's own receipt carries. */
async function checkpointAbove(index: ViewIndex, seq: number): Promise<readonly [number, string] | null> {
  const after = index.checkpoints.findIndex((first) => first > seq);
  for (const n of [after === -1 ? index.checkpoints.length - 1 : after - 1, after]) {
    if (n < 0) continue;
    const found = (await read(`checkpoints-${number6(n)}`, isNotes)).find(([size]) => size > seq);
    if (found) return found;
  }
  return null;
}

export async function receiptOf(
  index: ViewIndex,
  seq: number,
  canonical: string,
  opening: string,
): Promise<string | null> {
  const above = await checkpointAbove(index, seq);
  if (!above) return null;
  const [size, note] = above;
  const hashes = await proveInclusion(tilesOf(index), seq, size);
  const proof = formatTlogProof({ index: seq, hashes, checkpoint: note });
  return formatStoredReceipt({ canonical, opening: fromBase64(opening), proof });
}

async function showEntry(index: ViewIndex, seq: number): Promise<void> {
  main().replaceChildren(el('p', { role: 'status', class: 'quiet' }, 'Opening …'));
  const line = await lineAt(index, seq);
  const back = el('p', {}, el('a', { href: '#' }, 'All entries'));
  if (line === undefined || line === 0) {
    main().replaceChildren(
      back,
      el('p', {}, `Entry ${seq} is not in this export: it is not public, or the log ends before it.`),
    );
    return;
  }
  const [kind, happened, recorded, matter, request, service, title] = line;
  const entries = await read(`entries-${number6(Math.floor(seq / index.chunk.entries))}`, isEntries);
  const whole = entries[seq % index.chunk.entries];
  const name = index.kinds[kind] ?? 'entry';
  const facts = el(
    'p',
    {},
    `No. ${seq} · ${name.replace('.', ' ')} · happened ${timeText(happened)} · recorded ${timeText(recorded)}`,
  );
  const near = el('p', {});
  for (const [of, text] of [
    [matter, 'Everything in this matter'],
    [request, 'Everything on this request'],
    [service, 'Everything with this recipient'],
  ] as const)
    if (of >= 0) near.append(el('a', { href: link({ of: String(of) }) }, text), ' ');
  main().replaceChildren(back, el('h2', {}, title === '' ? 'Erased' : title), facts, near);
  if (!whole) {
    main().append(
      el(
        'p',
        {},
        'This entry was erased by order. Its commitment is still in the log, and receipts of it go on verifying. ',
      ),
      el('p', {}, el('a', { href: link({ kind: 'entry.erased' }) }, 'What was erased, and on whose order')),
    );
    return;
  }
  const [canonical, opening] = whole;
  const receipt = await receiptOf(index, seq, canonical, opening);
  main().append(el('pre', {}, JSON.stringify(JSON.parse(canonical), null, 2)));
  if (receipt === null) {
    main().append(el('p', {}, 'No checkpoint covered this entry yet when the export was made, so it has no receipt.'));
    return;
  }
  const policy = `log ${index.facts.logKey}\nquorum none\n`;
  const verdict = await verifyReceipt({ receipt, policy });
  const file = URL.createObjectURL(new Blob([receipt], { type: 'application/json' }));
  main().append(
    el(
      'p',
      {},
      el('a', { href: file, download: `${name.replace('.', '-')}-${seq}.receipt.json` }, 'Download the receipt'),
    ),
    el(
      'p',
      { id: 'verdict' },
      verdict.ok
        ? `✓ Checked here: this was in the log of ${verdict.origin} at position ${verdict.index} of ${verdict.size}, by the key that this export names.`
        : `✕ ${verdict.failure}: expected ${verdict.expected}; found ${verdict.found}.`,
    ),
  );
}

async function route(index: ViewIndex): Promise<void> {
  const given = params();
  const whole = (name: string, fallback: number) => {
    const text = given.get(name) ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : fallback;
  };
  try {
    const entry = whole('entry', -1);
    if (entry >= 0) await showEntry(index, entry);
    else
      await showList(index, {
        q: given.get('q') ?? '',
        kind: given.get('kind') ?? '',
        of: whole('of', -1),
        page: whole('page', 0),
      });
  } catch (error) {
    main().replaceChildren(
      el('p', { role: 'alert' }, `This could not be shown: ${error instanceof Error ? error.message : String(error)}.`),
      el('p', {}, 'Check the export with “counterfoil fsck --export”.'),
    );
  }
}

async function start(): Promise<void> {
  const index = await read('index', isIndex);
  const { facts } = index;
  const origin = document.getElementById('origin');
  const about = document.getElementById('about');
  if (origin) origin.textContent = facts.origin;
  if (about)
    about.textContent =
      `${facts.entries.toLocaleString('en-US')} entries, as of ${facts.madeAt.slice(0, 19).replace('T', ' ')} UTC.` +
      (facts.erased > 0 ? ` ${facts.erased} were erased by order.` : '') +
      (facts.public
        ? ` ${facts.withheld} are not public and are left out.`
        : ' This export also holds what is not public.');
  addEventListener('hashchange', () => void route(index));
  await route(index);
}

void start().catch((error: unknown) => {
  main().replaceChildren(el('p', { role: 'alert' }, String(error)));
});
