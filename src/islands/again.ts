/**
 * A page that waits looks again by itself: it asks for itself and takes over what changed, so whoever reads or listens keeps their place. Without
 * this script there is a link, "Look again". It asks less and less often, not while nobody looks, and never sends anything.
 */
const FIRST = 1_000;
const SLOWEST = 10_000;

const waits = () => document.querySelector<HTMLElement>('[data-again]');
const first = waits();
if (first) attend(first.dataset.again ?? '');

function attend(done: string): void {
  // There before there is something to say: only a region that was there is listened to.
  const heard = document.createElement('div');
  heard.className = 'usa-sr-only';
  heard.setAttribute('role', 'status');
  document.body.append(heard);
  let pause = FIRST;

  async function look(): Promise<void> {
    if (!document.hidden) await ask().catch(() => {}); // no connection just now: the next look tells
    pause = Math.min(pause * 1.25, SLOWEST);
    if (waits()) setTimeout(look, pause);
    else heard.textContent = done;
  }

  async function ask(): Promise<void> {
    // A redirect is not followed here, but by the window: the page that it leads to, and its notice, are for people.
    const answer = await fetch(location.href, { redirect: 'manual', headers: { accept: 'text/html' } });
    const isPage = answer.headers.get('content-type')?.startsWith('text/html') ?? false;
    if (answer.type === 'opaqueredirect') return location.reload();
    if (!answer.ok) return;
    if (!isPage) {
      // What was waited for is a file: the browser takes it, this page stays.
      const link = waits()?.querySelector('a');
      waits()?.removeAttribute('data-again');
      if (link) {
        link.textContent = first?.dataset.download ?? '';
        link.download = '';
        link.click();
      }
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    const own = document.querySelector('main');
    if (fresh && own) take(own, fresh);
  }

  setTimeout(look, pause);
}

/** Makes `old` what `fresh` is, and touches nothing that is the same already. */
function take(old: Element, fresh: Element): void {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  // What stands at the beginning and at the end of both stays; between them something came, went or changed.
  const [from, to] = [[...old.childNodes], [...fresh.childNodes]];
  const least = Math.min(from.length, to.length);
  const alike = (i: number, j: number) => from[i]?.nodeName === to[j]?.nodeName;
  let [head, tail] = [0, 0];
  while (head < least && alike(head, head)) head += 1;
  while (tail < least - head && alike(from.length - 1 - tail, to.length - 1 - tail)) tail += 1;
  const after = from[from.length - tail] ?? null;
  for (const gone of from.slice(head, from.length - tail)) gone.remove();
  for (const come of to.slice(head, to.length - tail)) old.insertBefore(document.importNode(come, true), after);
  for (let i = 0; i < head; i++) renew(from[i], to[i]);
  for (let i = 1; i <= tail; i++) renew(from.at(-i), to.at(-i));
}

function renew(from: Node | undefined, to: Node | undefined): void {
  if (from instanceof Element && to instanceof Element) take(from, to);
  else if (from && to && from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
}

export {};
