/**
 * A slider on the form that asks as of when: it moves along the moments of the record and then opens the plain address that the form would open.
 * The form works without it; it keeps no state but for the focus of a reader who steps on by keyboard.
 */
import { wordsOf } from './parts/words.ts';

const WAIT = 700;
const FOCUS = 'asof-slider';

const isMoments = (answer: unknown): answer is { readonly moments: readonly string[] } =>
  typeof answer === 'object' &&
  answer !== null &&
  'moments' in answer &&
  Array.isArray(answer.moments) &&
  answer.moments.every((one) => typeof one === 'string' && !Number.isNaN(Date.parse(one)));

function start(form: HTMLFormElement, moments: readonly string[]): void {
  const zone = form.querySelector<HTMLInputElement>('input[name="tz"]')?.value;
  const said = wordsOf(form);
  const { lang } = document.documentElement;
  // Day before month, as times are written in our pages.
  const words = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const shown = form.dataset.asof ?? '';
  const now = moments.length;
  const at = Date.parse(shown);
  const label = document.createElement('label');
  label.className = 'asof__slider';
  const name = document.createElement('span');
  name.className = 'asof__label';
  name.textContent = said('slider');
  const slider = document.createElement('input');
  slider.type = 'range';
  slider.min = '0';
  slider.max = String(now);
  // The last moment that is not after what is shown; past the last one stands the present.
  slider.value = String(shown === '' ? now : Math.max(0, moments.filter((one) => Date.parse(one) <= at).length - 1));
  const output = document.createElement('output');
  output.className = 'asof__moment';
  const text = () => {
    const moment = moments[Number(slider.value)];
    return moment === undefined ? said('now') : words.format(new Date(moment));
  };
  const say = () => {
    output.textContent = text();
    slider.setAttribute('aria-valuetext', text());
  };
  say();
  let timer = 0;
  slider.addEventListener('input', () => {
    say();
    window.clearTimeout(timer);
    timer = window.setTimeout(open, WAIT);
  });
  function open(): void {
    const to = new URL(form.action);
    for (const [key, value] of new FormData(form))
      if (typeof value === 'string' && value !== '') to.searchParams.set(key, value);
    const moment = moments[Number(slider.value)];
    if (moment === undefined) to.searchParams.delete('asOf');
    else to.searchParams.set('asOf', moment);
    if (to.href === window.location.href) return;
    if (document.activeElement === slider) sessionStorage.setItem(FOCUS, '1');
    window.location.assign(to);
  }
  label.append(name, slider, output);
  form.append(label);
  if (sessionStorage.getItem(FOCUS) !== null) {
    sessionStorage.removeItem(FOCUS);
    slider.focus({ preventScroll: true });
  }
}

const form = document.querySelector<HTMLFormElement>('form.asof[data-moments]');
if (form?.dataset.moments) {
  const axis = form.querySelector<HTMLInputElement>('input[name="axis"]:checked')?.value ?? 'known';
  fetch(`${form.dataset.moments}?axis=${encodeURIComponent(axis)}`, { credentials: 'omit' })
    .then(async (answer): Promise<unknown> => (answer.ok ? await answer.json() : null))
    .then((answer) => {
      if (isMoments(answer) && answer.moments.length > 1) start(form, answer.moments);
    })
    // Without its moments there is no slider; the form is there.
    .catch(() => {});
}
