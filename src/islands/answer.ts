/**
 * The recipient's form with a browser script: texts are saved while one types, and an upload shows how far it is. Without this
 * script the form does the same when its buttons are pressed. Never sends files by itself, never drops what was typed.
 */
import { type Words, wordsOf } from './parts/words.ts';

const WAIT = 1500;
// By name: the form's buttons are called `action`, which hides the property.
const ADDRESS = '/answer';

const found = document.querySelector('form.answer');
if (found instanceof HTMLFormElement) attend(found);

function attend(form: HTMLFormElement): void {
  const words = wordsOf(form);
  const status = form.querySelector('[data-saved]');
  const say = (text: string) => {
    if (status) status.textContent = text;
  };
  let timer: number | undefined;
  let stopped = false;

  async function save(): Promise<void> {
    const data = new FormData(form);
    for (const name of [...data.keys()]) if (name.startsWith('files-')) data.delete(name);
    data.set('action', 'save');
    try {
      const response = await fetch(ADDRESS, {
        method: 'POST',
        body: data,
        headers: { Accept: 'application/json' },
      });
      const answer: unknown = await response.json();
      if (!response.ok || !isSaved(answer)) {
        stopped = true;
        say(words('changed'));
        return;
      }
      for (const [item, digest] of Object.entries(answer.was)) {
        const was = form.elements.namedItem(`was-${item}`);
        if (was instanceof HTMLInputElement) was.value = digest;
      }
      say(words('saved', { at: answer.at }));
    } catch {
      say(words('offline'));
    }
  }

  form.addEventListener('input', (event) => {
    if (stopped || (event.target instanceof HTMLInputElement && event.target.type === 'file')) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, WAIT);
  });

  form.addEventListener('submit', (event) => {
    window.clearTimeout(timer);
    stopped = true;
    const files = [...form.querySelectorAll('input[type=file]')].some(
      (input) => input instanceof HTMLInputElement && (input.files?.length ?? 0) > 0,
    );
    if (!files) return;
    event.preventDefault();
    void upload(form, new FormData(form, event.submitter), say, words);
  });
}

interface Saved {
  readonly at: string;
  readonly was: Readonly<Record<string, string>>;
}

function isSaved(answer: unknown): answer is Saved {
  return typeof answer === 'object' && answer !== null && 'at' in answer && 'was' in answer;
}

/** Why the server would not take these files, in its own words; null where it would, or cannot be asked. */
async function refusal(data: FormData): Promise<string | null> {
  let bytes = 0;
  for (const value of data.values()) if (value instanceof File) bytes += value.size;
  try {
    const response = await fetch(`${ADDRESS}/room?bytes=${bytes}`);
    const answer: unknown = await response.json();
    if (typeof answer !== 'object' || answer === null || !('refused' in answer)) return null;
    return typeof answer.refused === 'string' ? answer.refused : null;
  } catch {
    return null;
  }
}

async function upload(form: HTMLFormElement, data: FormData, say: (text: string) => void, words: Words): Promise<void> {
  // Asked first, so that nobody sends for an hour what is not taken.
  const refused = await refusal(data);
  if (refused !== null) {
    say(words('kept', { why: refused }));
    return;
  }
  const request = new XMLHttpRequest();
  const bar = document.createElement('progress');
  bar.max = 100;
  bar.setAttribute('aria-label', words('upload'));
  form.querySelector('.answer__end')?.append(bar);
  bar.scrollIntoView({ block: 'nearest' });
  const failed = (text: string) => {
    bar.remove();
    say(text);
  };
  request.upload.addEventListener('progress', (event) => {
    if (!event.lengthComputable) return;
    const percent = Math.floor((100 * event.loaded) / event.total);
    bar.value = percent;
    say(percent < 100 ? words('adding', { percent }) : words('storing'));
  });
  request.addEventListener('error', async () => {
    // The server may have refused it in the middle: then the browser knows of a broken connection and no more.
    const why = await refusal(data);
    failed(why === null ? words('broke') : words('kept', { why }));
  });
  request.addEventListener('load', () => {
    if (request.status < 400) {
      const action = String(data.get('action') ?? '');
      const item = /^add-(\d+)$/.exec(action)?.[1];
      window.location.assign(request.responseURL);
      if (item) window.location.hash = `item-${item}`;
      if (new URL(request.responseURL).pathname === window.location.pathname) window.location.reload();
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, 'text/html');
    const why = page.querySelector('.lead, .notice p:not(.notice__title)')?.textContent;
    failed(words('kept', { why: why ?? words('not-taken') }));
  });
  request.open('POST', ADDRESS);
  request.send(data);
}
