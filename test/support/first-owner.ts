/** A server that somebody just started, filled over HTTP as its first owner would: by the link that the start printed. */
import { uuidv7 } from '../../src/base/ids.ts';
import { random } from './ledger.ts';
import type { Program } from './program.ts';

export interface Owner {
  /** opens a public matter @returns its slug */
  openMatter(title: string): Promise<string>;
  /** receipts of what the public may see of a matter, as the server gives them */
  receipts(slug: string): Promise<string[]>;
}

export async function firstOwnerOf(program: Program, base: string): Promise<Owner> {
  const [, link] = await program.said(/First owner: open (\S+) within 24 hours/);
  const post = (url: string, form: Readonly<Record<string, string>>, cookie = '') =>
    fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: base, cookie },
      body: new URLSearchParams(form),
    });
  const joined = await post(link ?? '', {
    organisation: 'Office of Examples',
    kind: 'agency',
    timeZone: 'America/New_York',
    name: 'Sample Owner',
    email: 'owner@office.example.gov',
  });
  if (joined.status !== 303) throw new Error(`the first owner: ${joined.status}`);
  const cookie = joined.headers.getSetCookie().map((line) => line.split(';')[0]);
  return {
    async openMatter(title) {
      const slug = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
      const once = uuidv7(Date.now(), random);
      const form = { title, slug, summary: '', audience: 'public', once };
      const answer = await post(`${base}/desk/matters`, form, cookie.join('; '));
      await answer.body?.cancel();
      if (answer.status !== 303) throw new Error(`the matter ${title}: ${answer.status}`);
      return slug;
    },
    async receipts(slug) {
      const page = await (await fetch(`${base}/api/v1/records/${slug}`)).text();
      const ids = new Set([...page.matchAll(/\/receipts\/([0-9a-f-]{36})\.receipt\.json/g)].map(([, id = '']) => id));
      return Promise.all([...ids].map(async (id) => (await fetch(`${base}/receipts/${id}.receipt.json`)).text()));
    },
  };
}
