/**
 * The service worker of the verify page, as the text that the browser gets: keeps the page with its styles, fonts and script, so that
 * it opens with the network off. It answers for nothing else, and fetches without cookies so that no reader's name is kept; the language that the
 * reader chose comes with its own address.
 */
export const VERIFY_WORKER = `const CACHE = 'verify-1';
const PAGE = '/verify';
const LANG = encodeURIComponent(new URL(location.href).searchParams.get('lang') ?? 'en');
async function keep() {
  const cache = await caches.open(CACHE);
  const page = await fetch(PAGE + '?lang=' + LANG, { credentials: 'omit', cache: 'reload' });
  if (!page.ok) return;
  const names = (text) => text.match(/\\/assets\\/[A-Za-z0-9._-]+/g) ?? [];
  const wanted = new Set(names(await page.clone().text()));
  for (const name of wanted) {
    const file = await fetch(name);
    if (!file.ok) return;
    if (name.endsWith('.css')) for (const inner of names(await file.clone().text())) wanted.add(inner);
    await cache.put(name, file);
  }
  await cache.put(PAGE, page);
}
self.addEventListener('install', (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (pathname === PAGE) {
    event.respondWith(
      fetch(request).then(
        (fresh) => {
          if (fresh.ok) event.waitUntil(keep().catch(() => {}));
          return fresh;
        },
        () => caches.match(PAGE).then((kept) => kept ?? Response.error()),
      ),
    );
  } else if (pathname.startsWith('/assets/')) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});
`;
