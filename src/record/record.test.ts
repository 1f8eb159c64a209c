/** The public side over HTTP against a real ledger: what it shows, as of when, what it never shows, how long copies keep. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestMatter, testMatter } from '../../test/support/matter.ts';
import { type TestPublic, testPublic } from '../../test/support/public.ts';
import { recordBody, recordList } from './api-schemas.ts';

let p: TestPublic;
let m: TestMatter;
let secret: TestMatter;
let start: number;
let second: string;
const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

beforeAll(async () => {
  p = await testPublic();
  start = p.t.clock.now();
  m = await testMatter(p.t, { slug: 'sample-inquiry', recipients: 4, example: true });
  secret = await testMatter(p.t, { slug: 'secret-inquiry', audience: 'parties', recipients: 2 });
  p.t.clock.tick(HOUR);
  const a = await m.answer(0, 1, 'objected');
  await m.determine(0, 1, a.answer, 'deficient');
  p.t.clock.tick(HOUR);
  second = (await m.answer(0, 1, 'produced')).entry;
  await m.note('A reader wrote that letters had come.', start - 24 * HOUR);
  // Late: happened in the first hour, recorded in the third.
  await m.answer(1, 2, 'withheld', start + HOUR / 2);
  p.t.clock.tick(HOUR);
  await p.t.ledger.publish();
});
afterAll(() => p.close());

const text = async (path: string, status = 200) => {
  const response = await p.get(path);
  expect(`${path} ${response.status}`).toBe(`${path} ${status}`);
  return response.text();
};
const api = async (query = '') => recordBody.parse(JSON.parse(await text(`/api/v1/records/sample-inquiry${query}`)));

describe('what is public', () => {
  it('shows no matter, service or entry that is not, by any address', async () => {
    for (const path of [
      '/record/secret-inquiry',
      '/record/secret-inquiry/timeline',
      '/record/secret-inquiry/changes',
      '/record/secret-inquiry/board.csv',
      '/record/nothing-here',
      '/api/v1/records/secret-inquiry',
      `/record/secret-inquiry/services/${secret.services[0]}`,
      `/record/sample-inquiry/services/${secret.services[0]}`,
      '/record/sample-inquiry/services/nonsense',
      `/record/sample-inquiry/entries/${secret.entries.issued}`,
      '/record/sample-inquiry/entries/nonsense',
      `/receipts/${secret.entries.issued}.receipt.json`,
      `/receipts/${secret.entries.issued}.pdf`,
      '/receipts/nonsense',
    ]) {
      const body = await text(path, 404);
      expect(body).not.toContain('Example inquiry');
    }
    expect(await text('/records')).not.toContain('secret-inquiry');
    expect(await text('/api/v1/records')).not.toContain('secret-inquiry');
  });

  it('never shows an address of a person or a link of a letter', async () => {
    const body = {
      service: m.services[0] ?? '',
      request: m.request,
      event: 'ContentConsignment',
      channel: 'mail',
      detail: '250 ok',
    };
    const evidence = p.t.newId();
    await p.t.ledger.append({
      key: p.t.newId(),
      entries: [
        {
          kind: 'service.evidenced',
          id: evidence,
          matter: m.matter,
          by: m.issuer,
          occurredAt: iso(p.t.clock.now()),
          audience: 'parties',
          body: { ...body, address: 'clerk@place.example.gov' },
        },
      ],
    });
    await p.t.ledger.publish();
    const pages = [
      '/',
      '/records',
      '/record/sample-inquiry',
      '/record/sample-inquiry/timeline',
      '/record/sample-inquiry/changes',
      '/record/sample-inquiry/board.csv',
      `/record/sample-inquiry/services/${m.services[0]}`,
      `/record/sample-inquiry/entries/${m.entries.issued}`,
      '/api/v1/records/sample-inquiry',
    ];
    for (const path of pages) expect(await text(path)).not.toMatch(/[\w.]+@[\w.]+|\/a\/|evidenced|250 ok/);
    await text(`/record/sample-inquiry/entries/${evidence}`, 404);
    await text(`/receipts/${evidence}.receipt.json`, 404);
  });
});

describe('as of', () => {
  const said = async (query: string) =>
    (await api(query)).board?.rows.map((r) => r.cells.map((c) => c.answer?.disposition ?? '-').join('/')).join(' ') ??
    'none';

  it('shows what was known, and what had happened, as plain addresses', async () => {
    expect(await said('')).toBe('produced/- -/withheld -/- -/-');
    expect(await said(`?asOf=${iso(start + HOUR)}`)).toBe('objected/- -/- -/- -/-');
    expect(await said(`?asOf=${iso(start + HOUR)}&axis=happened`)).toBe('objected/- -/withheld -/- -/-');
    expect(await said(`?asOf=${iso(start - 1)}`)).toBe('none');
    expect(await said('?asOf=2026-03-02T11:00&tz=America/New_York')).toBe('objected/- -/- -/- -/-');
    const page = await text(`/record/sample-inquiry?asOf=${iso(start + HOUR)}`);
    const rows = page.slice(page.indexOf('<tbody>'));
    expect(rows).toContain('objected');
    expect(rows).not.toContain('withheld');
    expect(await text(`/record/sample-inquiry?asOf=${iso(start - 1)}`)).toContain(
      'Nothing had been recorded here by then',
    );
  });

  it('says what is wrong with a time, with the form, and shows no facts', async () => {
    for (const bad of ['yesterday', '2026-02-30T10:00', '2999-01-01T00:00Z']) {
      const page = await text(`/record/sample-inquiry?asOf=${encodeURIComponent(bad)}`, 422);
      expect(page).toContain('This time cannot be shown');
      expect(page).toContain('name="asOf"');
      expect(page).not.toContain('Place 001');
      await text(`/api/v1/records/sample-inquiry?asOf=${encodeURIComponent(bad)}`, 422);
      await text(`/record/sample-inquiry/timeline?asOf=${encodeURIComponent(bad)}`, 422);
    }
  });

  it('lists changes as new, changed, late', async () => {
    const page = await text(`/record/sample-inquiry/changes?from=${iso(start + HOUR)}&to=${iso(start + 2 * HOUR)}`);
    const part = (head: string) => page.split('<h2 id=').find((s) => s.startsWith(`"${head}"`)) ?? '';
    expect(part('changed')).toContain('Place 001 answered item 1: produced');
    expect(part('changed')).toContain('Before: objected');
    expect(part('late')).toContain('Place 002 answered item 2: withheld');
    expect(part('late')).toContain('A reader wrote');
    expect(part('new')).toBe('');
    expect(await text(`/record/sample-inquiry/changes?from=${iso(start - 1)}&to=${iso(start)}`)).toContain(
      '4 recipients served',
    );
    expect(await text('/record/sample-inquiry/changes?from=soon', 422)).toContain('cannot be compared');
  });

  it('tells the timeline in the order in which things happened', async () => {
    const page = await text('/record/sample-inquiry/timeline');
    const at = ['A reader wrote', 'Request issued to 4', 'withheld', 'objected', 'deficient', 'item 1: produced'].map(
      (s) => page.indexOf(s),
    );
    expect(at).toEqual([...at].sort((x, y) => x - y));
    expect(at).not.toContain(-1);
  });
});

describe('the API', () => {
  it('gives the same as the page, in the form that it promises', async () => {
    const body = await api();
    const page = await text('/record/sample-inquiry');
    expect(body.record).toMatchObject({ title: 'Example inquiry', example: true, issuer: 'Office of Examples' });
    for (const row of body.board?.rows ?? []) expect(page).toContain(row.name);
    expect(page).toContain(`<strong>${body.board?.counts.asked}</strong> asked`);
    expect(body.notes.map((n) => n.text)).toEqual(['A reader wrote that letters had come.']);
    expect(page).toContain(body.notes[0]?.text);
    expect(body.lastEntry?.position).toBeGreaterThan(0);
    expect(recordList.parse(JSON.parse(await text('/api/v1/records?q=example'))).total).toBe(1);
    expect(recordList.parse(JSON.parse(await text('/api/v1/records?q=nowhere'))).total).toBe(0);
  });

  it('describes itself', async () => {
    const doc: unknown = JSON.parse(await text('/api/openapi.json'));
    expect(doc).toMatchObject({
      openapi: '3.1.0',
      paths: { '/api/v1/records/{slug}': { get: {} }, '/api/v1/records': {} },
    });
    expect(JSON.stringify(doc)).toContain('#/components/schemas/BoardRow');
  });

  it('gives the board as CSV, one line a cell, narrowed as the page is', async () => {
    const lines = (await text('/record/sample-inquiry/board.csv?answer=produced')).trim().split('\r\n');
    expect(lines.length).toBe(3);
    expect(lines[1]).toMatch(/^Place 001,place,Example State,,1,produced,2026-/);
  });
});

describe('copies', () => {
  it('keep for seconds for the present, for minutes for what the record showed once', async () => {
    const cache = async (path: string) => (await p.get(path)).headers.get('cache-control');
    expect(await cache('/record/sample-inquiry')).toBe('public, max-age=10');
    expect(await cache(`/record/sample-inquiry?asOf=${iso(start + HOUR)}`)).toBe('public, max-age=600');
    expect(await cache(`/record/sample-inquiry?asOf=${iso(start + HOUR)}&axis=happened`)).toBe('public, max-age=10');
    // A receipt can be taken away by an order, so no copy lasts; asking again costs nothing while it is the same.
    const receipt = await p.get(`/receipts/${second}.receipt.json`);
    expect(receipt.headers.get('cache-control')).toBe('public, max-age=60, must-revalidate');
    const tag = receipt.headers.get('etag') ?? '';
    expect((await p.get(`/receipts/${second}.receipt.json`, { 'if-none-match': tag })).status).toBe(304);
    expect(await cache(`/receipts/${second}.pdf`)).toBe('public, max-age=60, must-revalidate');
    const own = await p.get('/record/sample-inquiry', { cookie: 'tz=Europe%2FParis' });
    expect(own.headers.get('cache-control')).toBe('private, no-cache');
    const page = await p.get('/record/sample-inquiry');
    expect(page.headers.get('last-modified')).toMatch(/GMT$/);
    const etag = page.headers.get('etag') ?? '';
    expect((await p.get('/record/sample-inquiry', { 'if-none-match': etag })).status).toBe(304);
  });
});

describe('one recipient, one entry', () => {
  it('shows the three facts, the working of the clock, and receipts', async () => {
    const page = await text(`/record/sample-inquiry/services/${m.services[0]}`);
    for (const words of [
      'produced',
      'deficient',
      'of an earlier answer',
      'Page 2 is missing.',
      'Due by the end of Wed 1 Apr 2026',
    ]) {
      expect(page).toContain(words);
    }
    expect(page).toContain(`/record/sample-inquiry/entries/${second}`);
    expect(await text(`/record/sample-inquiry/services/${m.services[0]}?asOf=${iso(start - 1)}`)).toContain(
      'had not been asked by then',
    );
  });

  it('shows the slip, what stands in it, and how to verify it', async () => {
    const page = await text(`/record/sample-inquiry/entries/${second}`);
    for (const words of [
      'Issuer’s half',
      'Place 001',
      'Disposition',
      'produced',
      'Verify it yourself',
      '.receipt.json',
    ]) {
      expect(page).toContain(words);
    }
    const pdf = await p.get(`/receipts/${second}.pdf`);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect(Buffer.from(await pdf.arrayBuffer()).toString('latin1')).toContain('%PDF');
  });

  it('opens on a real slip and three doors', async () => {
    const page = await text('/');
    for (const words of [
      'Request served on Place',
      'See the record',
      'Verify a receipt',
      'Start your own',
      'example',
    ]) {
      expect(page).toContain(words);
    }
  });
});

describe('an empty server', () => {
  it('says what this is and how to start, and shows no slip', async () => {
    const empty = await testPublic();
    try {
      const page = await (await empty.get('/')).text();
      for (const words of ['Both sides hold proof', 'There is none yet', 'Start your own', 'first start'])
        expect(page).toContain(words);
      expect(page).not.toContain('slip__paper');
      expect((await empty.get('/log/checkpoint')).status).toBe(404);
      expect(await (await empty.get('/records')).text()).toContain('No public record yet');
    } finally {
      await empty.close();
    }
  });
});
