/** Erasing at the desk, and what everybody sees of it, through the app itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Exchange, exchange } from '../../../test/support/exchange.ts';
import { type Browser, firstOwner } from '../../../test/support/people.ts';
import { BASE, browser, type World, world } from '../../../test/support/world.ts';
import { verifyReceipt } from '../../proof/index.ts';

let w: World;
let a: Exchange;
let owner: Browser;
beforeAll(async () => {
  w = await world({ whole: true });
  owner = await firstOwner(w, 'owner@office.example.gov', 'Office alpha');
  a = await exchange(w, 'owner@office.example.gov', 'alpha');
  await w.publish();
}, 120_000);
afterAll(() => w.close());

const once = () => w.t.newId();
const order = { authority: 'District Court of Example, No. 26-101', reason: 'Names a minor.' };
const base = () => `/desk/matters/${a.matter}/erasures`;
const entryOf = async (kind: string): Promise<string> =>
  (
    await w.owner.query<{ id: string }>(
      'select id from ledger.entry where kind = $1 and matter = $2 and canonical is not null order by seq limit 1',
      [kind, a.matter],
    )
  ).rows[0]?.id ?? '';

describe('erasing at the desk', () => {
  it('wants an order, a reason and the word, and then erases', async () => {
    const target = await entryOf('item.determined').then((id) => id || entryOf('item.answered'));
    const stranger = browser(w.app);
    const before = await stranger.get(`/receipts/${target}.receipt.json`);
    expect(before.status).toBe(200);
    const shown = await owner.get(`${base()}?target=${target}`);
    expect(shown.status).toBe(200);
    expect(shown.text).toContain('This cannot be undone');
    for (const [fields, name] of [
      [{ ...order, confirm: 'no' }, 'Type the word erase'],
      [{ ...order, authority: '', confirm: 'erase' }, 'Authority is missing'],
      [{ ...order, reason: ' ', confirm: 'erase' }, 'Reason is missing'],
    ] as const) {
      const refused = await owner.post(base(), { target, once: once(), ...fields });
      expect(refused.status).toBe(422);
      expect(refused.text).toContain(name);
    }
    const form = { target, once: once(), ...order, confirm: 'erase' };
    expect((await owner.post(base(), form)).status).toBe(303);
    expect((await owner.post(base(), form)).status).toBe(303);
    expect((await owner.post(base(), { ...form, once: once() })).text).toContain('erased already');
    expect((await owner.get(base())).text).toContain(order.authority);
    await w.publish();

    const page = await stranger.get(`/record/${a.slug}/entries/${target}`);
    expect(page.status).toBe(410);
    expect(page.text).toContain('by order of District Court of Example');
    const receipt = await stranger.get(`/receipts/${target}.receipt.json`);
    expect(receipt.status).toBe(404);
    // Whoever kept a copy asks again, and is not told that it is still the same.
    const asked = { headers: { 'if-none-match': before.headers.get('etag') ?? '' } };
    expect((await w.app.request(`${BASE}/receipts/${target}.receipt.json`, asked)).status).toBe(404);
    expect(receipt.text).toContain('Receipts of it that were handed out before go on verifying');
    expect(await verifyReceipt({ receipt: before.text, policy: w.t.policy })).toMatchObject({ ok: true });
    for (const path of ['', '/timeline', '/changes'])
      expect((await stranger.get(`/record/${a.slug}${path}`)).status).toBe(200);
    expect((await stranger.get(`/record/${a.slug}/timeline`)).text).toContain('erased by order of');
    expect((await stranger.get(`/api/v1/records/${a.slug}`)).status).toBe(200);
  });

  it('says of what is not there that it is not there', async () => {
    for (const target of [once(), '0'.repeat(64), 'x', "'"]) {
      const shown = await owner.get(`${base()}?${new URLSearchParams({ target })}`);
      expect(shown.status).toBe(422);
      const posted = await owner.post(base(), { target, once: once(), ...order, confirm: 'erase' });
      expect(posted.status).toBe(422);
    }
  });

  it('erases a document: both sides are told, nobody gets the bytes', async () => {
    const [place] = a.places;
    const target = place.file.sha256;
    expect((await owner.get(`/desk/services/${place.service}/documents/${target}`)).status).toBe(200);
    const sent = await owner.post(base(), { target, once: once(), ...order, confirm: 'erase' });
    expect(sent.status).toBe(303);
    for (const [who, path] of [
      [owner, `/desk/services/${place.service}`],
      [place.b, '/answer'],
    ] as const) {
      const download = await who.get(`${path}/documents/${target}`);
      expect(download.status).toBe(404);
      expect(download.text).toContain('was erased on');
    }
    expect((await place.b.get('/answer/history')).text).toContain('Document erased by order of');
  });

  it('keeps every page of both sides whole when an answer and then the whole service go', async () => {
    const place = a.places[1];
    const answer = await entryOf('answer.sent');
    expect((await owner.post(base(), { target: answer, once: once(), ...order, confirm: 'erase' })).status).toBe(303);
    for (const one of a.places) {
      for (const path of ['/answer', '/answer/history']) expect((await one.b.get(path)).status, path).toBe(200);
      expect((await owner.get(`/desk/services/${one.service}`)).status).toBe(200);
    }
    const refused = await owner.post(base(), { target: place.service, once: once(), ...order, confirm: 'erase' });
    expect(refused.text).toContain('hang on this one');
    const gone = await owner.post(base(), {
      target: place.service,
      once: once(),
      ...order,
      confirm: 'erase',
      hanging: '1',
    });
    expect(gone.status).toBe(303);
    expect((await owner.get(`/desk/services/${place.service}`)).status).toBe(404);
    expect([303, 401, 404]).toContain((await place.b.get('/answer')).status);
    for (const path of [`/desk/requests/${a.request}`, `/desk/matters/${a.matter}`, '/desk'])
      expect((await owner.get(path)).status, path).toBe(200);
    expect((await browser(w.app).get(`/record/${a.slug}`)).status).toBe(200);
    expect(w.log).toEqual([]);
  });
});

describe('certifications', () => {
  it('are given to each side and to the public, as PDF and as text', async () => {
    const [place] = a.places;
    const stranger = browser(w.app);
    const issued = await entryOf('request.issued');
    await w.publish();
    for (const [who, path] of [
      [owner, `/desk/services/${place.service}/certificate`],
      [place.b, '/answer/certificate'],
      [stranger, `/certificates/${issued}`],
    ] as const) {
      const pdf = await who.get(path);
      expect([path, pdf.status, pdf.headers.get('content-type')]).toEqual([path, 200, 'application/pdf']);
      expect(pdf.text.startsWith('%PDF-1.7')).toBe(true);
      const text = await who.get(`${path}?form=txt`);
      expect(text.text).toContain('902(13)');
      expect(text.text).toContain('not legal advice');
    }
    expect((await stranger.get(`/certificates/${await entryOf('answer.sent')}`)).status).toBe(404);
    expect((await stranger.get(`/certificates/${once()}`)).status).toBe(404);
  });
});
