/**
 * Verifies receipts in the browser: files are read here, checked by src/proof, and leave the page nowhere. Without this script the
 * form goes to the server, which says that it must then be trusted.
 */
import { IntlMessageFormat } from 'intl-messageformat';
import { checkFiles, looksLikeReceipt, type ReceiptBytes, type Say, type Spoken } from '../base/verdict-check.ts';
import { type GivenDocument, hex, Sha256 } from '../proof/index.ts';
import { PDF_BYTES } from '../proof/pdf.ts';

const SLICE = 4 << 20;

/** A document's SHA-256, read in slices: memory stays flat at any size. */
async function hashOf(file: File, tell: (done: number) => void): Promise<GivenDocument> {
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += SLICE) {
    hash.update(new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer()));
    tell(Math.min(file.size, at + SLICE));
  }
  return { name: file.name, sha256: hex(hash.digest()), bytes: file.size };
}

/** Adds one, in place of an earlier one of the same name: choosing a file again is not a second file. */
function replace<T extends { readonly name: string }>(list: T[], one: T): void {
  const at = list.findIndex((other) => other.name === one.name);
  if (at < 0) list.push(one);
  else list[at] = one;
}

function element(tag: string, className: string, ...children: (string | Node)[]): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function pairs(values: readonly (readonly [string, string])[]): HTMLElement {
  const list = element('dl', 'facts verdict__values');
  for (const [name, value] of values) {
    list.append(element('div', '', element('dt', '', name), element('dd', '', value)));
  }
  return list;
}

/** The words of the page: messages by id, and the locale for their numbers (`verdictWords` of base/verdict.ts). */
interface Words {
  readonly locale: string;
  readonly texts: Readonly<Record<string, string>>;
}

const isWords = (read: unknown): read is Words =>
  typeof read === 'object' &&
  read !== null &&
  'locale' in read &&
  typeof read.locale === 'string' &&
  'texts' in read &&
  typeof read.texts === 'object' &&
  read.texts !== null &&
  Object.values(read.texts).every((text) => typeof text === 'string');

function sayer(text: string): Say {
  const words: unknown = JSON.parse(text);
  if (!isWords(words)) throw new Error('the page brings no words along');
  return (id, given) => String(new IntlMessageFormat(words.texts[id] ?? id, words.locale).format<string>(given));
}

function shown(say: Say, one: Spoken): HTMLElement {
  const sign = element('span', 'verdict__sign', one.ok ? '✓' : '✕');
  sign.setAttribute('aria-hidden', 'true');
  const item = element('li', one.ok ? 'verdict verdict--good' : 'verdict verdict--bad');
  item.append(
    element('h3', 'verdict__file', sign, ' ', one.file),
    element(
      'p',
      'verdict__sentence',
      say(one.ok ? 'letters.verdict.good' : 'letters.verdict.bad', { sentence: one.sentence }),
    ),
  );
  if (one.failure) {
    const { name, expected, found } = one.failure;
    item.append(
      pairs([
        [say('letters.verdict.failure'), name],
        [say('letters.verdict.expected'), expected],
        [say('letters.verdict.found'), found],
      ]),
    );
  }
  if (one.facts.length > 0) {
    item.append(element('details', '', element('summary', '', say('letters.verdict.says')), pairs(one.facts)));
  }
  if (one.steps.length > 0) {
    const steps = element('ol', 'verdict__steps');
    for (const step of one.steps) {
      steps.append(element('li', '', element('p', '', `${step.ok ? '✓' : '✕'} ${step.title}`), pairs(step.values)));
    }
    item.append(element('details', '', element('summary', '', say('letters.verdict.steps')), steps));
  }
  return item;
}

function start(form: HTMLFormElement, results: HTMLElement, drop: HTMLElement, status: HTMLElement): void {
  const say = sayer(form.dataset.words ?? '');
  const receipts: ReceiptBytes[] = [];
  const documents: GivenDocument[] = [];
  const input = (name: string): HTMLInputElement | null => form.querySelector(`input[name="${name}"]`);
  const policy = form.querySelector<HTMLTextAreaElement>('textarea[name="policy"]');

  async function add(files: readonly File[], as: 'receipt' | 'document' | 'either'): Promise<void> {
    for (const file of files) {
      status.textContent = say('letters.verdict.reading', { file: file.name });
      if (as !== 'document' && file.size <= PDF_BYTES) {
        const bytes = new Uint8Array(await file.arrayBuffer());
        if (as === 'receipt' || (await looksLikeReceipt(bytes))) {
          replace(receipts, { name: file.name, bytes });
          continue;
        }
      }
      const found = await hashOf(file, (done) => {
        status.textContent = say('letters.verdict.hashing', {
          file: file.name,
          percent: Math.round((done / Math.max(1, file.size)) * 100),
        });
      });
      replace(documents, found);
    }
    await check();
  }

  async function check(): Promise<void> {
    if (receipts.length + documents.length === 0) {
      status.textContent = say('letters.verdict.first');
      return;
    }
    const spoken = await checkFiles(say, policy?.value ?? '', receipts, documents);
    results.replaceChildren(...spoken.map((one) => shown(say, one)));
    const good = spoken.filter((one) => one.ok).length;
    status.textContent = say('letters.verdict.hold', { good, all: spoken.length });
  }

  function clear(): void {
    receipts.length = 0;
    documents.length = 0;
    results.replaceChildren();
    status.textContent = '';
    form.reset();
  }

  const run = (work: Promise<void>) =>
    work.catch(() => {
      status.textContent = say('letters.verdict.unread');
    });

  input('receipts')?.addEventListener('change', (event) => {
    if (event.target instanceof HTMLInputElement) void run(add([...(event.target.files ?? [])], 'receipt'));
  });
  input('documents')?.addEventListener('change', (event) => {
    if (event.target instanceof HTMLInputElement) void run(add([...(event.target.files ?? [])], 'document'));
  });
  input('policyFile')?.addEventListener('change', (event) => {
    const file = event.target instanceof HTMLInputElement ? event.target.files?.[0] : undefined;
    if (!file || !policy) return;
    void run(
      file.text().then((text) => {
        policy.value = text;
        return receipts.length > 0 ? check() : undefined;
      }),
    );
  });
  policy?.addEventListener('change', () => {
    if (receipts.length > 0) void run(check());
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run(check());
  });
  form.querySelector('[data-clear]')?.addEventListener('click', clear);
  for (const name of ['dragover', 'dragenter']) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add('vdrop--over');
    });
  }
  drop.addEventListener('dragleave', () => drop.classList.remove('vdrop--over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('vdrop--over');
    void run(add([...(event.dataTransfer?.files ?? [])], 'either'));
  });
  form.classList.add('verify--live');
}

const form = document.querySelector<HTMLFormElement>('#verify');
const results = document.querySelector<HTMLElement>('#results');
const drop = document.querySelector<HTMLElement>('#drop');
const status = document.querySelector<HTMLElement>('#verify-status');
if (form && results && drop && status) start(form, results, drop, status);

// Keeps this page, in the language that it is read in, for reading it again with the network off. Where it cannot be kept, everything else works all the same.
if ('serviceWorker' in navigator)
  navigator.serviceWorker
    .register(`/verify-sw.js?lang=${document.documentElement.lang}`, { scope: '/verify' })
    .catch(() => {});
