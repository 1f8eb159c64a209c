import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_ORIGIN, type TestLedger, testLedger } from '../../../test/support/ledger.ts';
import { type TestMatter, testMatter } from '../../../test/support/matter.ts';
import { type TestServices, testServices } from '../../../test/support/services.ts';
import { openPool } from '../../adapters/postgres/pool.ts';
import { instant } from '../../base/clock.ts';
import { NotFound, RuleRefusal } from '../../base/errors.ts';
import { fsck } from '../../ledger/fsck.ts';
import { rebuild } from '../../ledger/rebuild.ts';
import { verifyReceipt } from '../../proof/index.ts';
import { sweepDocuments } from '../documents/sweep.ts';
import { streamOf } from '../entries.ts';
import { project } from '../project.ts';
import { erase, eraseDocumentOf } from './commands.ts';
import { erasureOf } from './view.ts';

let t: TestLedger;
let s: TestServices;
let m: TestMatter;
beforeAll(async () => {
  t = await testLedger();
  s = await testServices(t);
  m = await testMatter(t, { recipients: 3 });
});
afterAll(async () => {
  await s.close();
  await t.close();
});

const order = { authority: 'District Court of Example, No. 26-101', reason: 'Names a minor.' };
const command = (entry: string, more: object = {}) => ({
  entry,
  by: m.issuer,
  matter: m.matter,
  hanging: false,
  once: t.newId(),
  ...order,
  ...more,
});
const check = () => fsck({ pool: t.pool, origin: TEST_ORIGIN, key: t.signer.key, streamOf });
async function rebuilt(): Promise<boolean> {
  const owner = openPool(t.database.ownerConfig);
  try {
    return (await rebuild(owner, project)).equal;
  } finally {
    await owner.end();
  }
}
const textOf = async (id: string) =>
  (
    await t.pool.query<{ canonical: string | null; opening: Buffer | null }>(
      'select canonical, opening from ledger.entry where id = $1',
      [id],
    )
  ).rows[0];

describe('erasing an entry', () => {
  it('takes text and opening away, says so, and every proof goes on', async () => {
    const note = await m.note('A child named Example Name was seen.');
    await t.ledger.publish();
    const receipt = (await t.ledger.receipt(note))?.json ?? '';
    const neighbour = (await t.ledger.receipt(m.entries.issued))?.json;
    expect(await verifyReceipt({ receipt, policy: t.policy })).toMatchObject({ ok: true });

    const given = command(note);
    expect(await erase(s.services, given)).toEqual({ erased: 1 });
    expect(await textOf(note)).toEqual({ canonical: null, opening: null });
    expect(await erasureOf(t.db, note)).toMatchObject({ ...order, by: m.issuer, what: 'entry' });
    const { rows } = await t.pool.query(`select from view.note where id = $1`, [note]);
    expect(rows).toEqual([]);
    await t.ledger.publish();
    // Nothing gives it back, and what was handed out before is as true as it was.
    expect(await t.ledger.receipt(note)).toBeNull();
    expect(await verifyReceipt({ receipt, policy: t.policy })).toMatchObject({ ok: true });
    expect((await t.ledger.receipt(m.entries.issued))?.json).toBe(neighbour);
    expect(await check()).toMatchObject({ ok: true, erased: 1, unpublished: 0 });
    expect(await rebuilt()).toBe(true);
    const { rows: left } = await t.pool.query<{ n: number }>(
      `select count(*)::int as n from ledger.entry where canonical like '%Example Name%'`,
    );
    expect(left[0]?.n).toBe(0);

    // The same form again, and another one.
    expect(await erase(s.services, given)).toEqual({ erased: 1 });
    await expect(erase(s.services, command(note))).rejects.toMatchObject({ code: 'already-erased' });
  });

  it('refuses what must stay, and what is not there', async () => {
    const note = await m.note('To be erased.');
    await erase(s.services, command(note));
    const { rows } = await t.pool.query<{ entry: string }>('select entry from view.erasure where target = $1', [note]);
    await expect(erase(s.services, command(rows[0]?.entry ?? ''))).rejects.toMatchObject({ code: 'erasure-stays' });
    await expect(erase(s.services, command(t.newId()))).rejects.toBeInstanceOf(NotFound);
    await expect(erase(s.services, command("' or 1=1 --"))).rejects.toBeInstanceOf(NotFound);
    await expect(erase(s.services, command(note, { matter: t.newId() }))).rejects.toBeInstanceOf(NotFound);
    await expect(erase(s.services, command(m.entries.opened, { authority: ' ' }))).rejects.toMatchObject({
      fields: { authority: 'Authority is missing.' },
    });
    const party = await t.pool.query<{ id: string }>(`select id from ledger.entry where stream = $1`, [m.issuer]);
    const { matter: _, ...anywhere } = command(party.rows[0]?.id ?? '');
    await expect(erase(s.services, anywhere)).rejects.toMatchObject({ code: 'party-in-use' });
  });

  it('takes what hangs on a service along only where asked to, with the addresses kept for it', async () => {
    const service = m.services[2] ?? '';
    await m.answer(2, 1, 'produced');
    await t.db.insertInto('work.contact').values({ service, address: 'clerk@city.example.gov' }).execute();
    await expect(erase(s.services, command(service))).rejects.toMatchObject({ code: 'entry-in-use' });
    await expect(erase(s.services, command(service))).rejects.toBeInstanceOf(RuleRefusal);
    expect(await erase(s.services, command(service, { hanging: true }))).toEqual({ erased: 2 });
    for (const table of ['view.service', 'view.item_answer', 'work.contact']) {
      const column = table === 'view.service' ? 'id' : 'service';
      expect((await t.pool.query(`select from ${table} where ${column} = $1`, [service])).rows).toEqual([]);
    }
    await t.ledger.publish();
    expect(await check()).toMatchObject({ ok: true });
    expect(await rebuilt()).toBe(true);
  });

  it('is what writing the entry does, and nothing else can', async () => {
    const note = await m.note('Stays.');
    const { rows } = await t.pool.query<{ seq: number; commitment: string }>(
      `select seq, encode(commitment, 'hex') as commitment from ledger.entry where id = $1`,
      [note],
    );
    const { seq = -1, commitment = '' } = rows[0] ?? {};
    const entry = (body: object, more: object = {}) => ({
      kind: 'entry.erased',
      id: t.newId(),
      matter: m.matter,
      by: m.issuer,
      occurredAt: instant(t.clock.now()),
      audience: 'public' as const,
      body: { entry: note, position: seq, commitment, ...order, ...body },
      ...more,
    });
    const beside = m.note('Written in the same batch.');
    for (const wrong of [
      entry({ position: seq - 1 }),
      entry({ entry: t.newId() }),
      entry({ commitment: '0'.repeat(64) }),
      entry({}, { matter: t.newId() }),
      entry({}, { audience: 'own' }),
    ]) {
      await expect(t.ledger.append({ key: t.newId(), entries: [wrong] })).rejects.toMatchObject({ code: '23CF2' });
    }
    await beside;
    expect((await textOf(note))?.canonical).toContain('Stays.');
    await expect(t.pool.query('update ledger.entry set canonical = null, opening = null')).rejects.toThrow(
      /permission/,
    );
    await expect(t.pool.query('select ledger.erase_named()')).rejects.toThrow(/permission|trigger/);
  });

  it('is missed by fsck where no entry says why', async () => {
    const note = await m.note('Made away with.');
    const owner = openPool(t.database.ownerConfig, 1);
    try {
      await t.ledger.publish();
      await owner.query('create table kept as select * from ledger.entry where id = $1', [note]);
      await owner.query('update ledger.entry set canonical = null, opening = null where id = $1', [note]);
      expect(await check()).toMatchObject({ ok: false, failure: 'erased-without-entry' });
      await owner.query(
        'update ledger.entry e set canonical = k.canonical, opening = k.opening from kept k where k.id = e.id',
      );
      const { rows } = await owner.query<{ target_seq: number }>(
        'select target_seq from view.erasure order by seq limit 1',
      );
      await owner.query(`update ledger.entry set canonical = '{}', opening = commitment where seq = $1`, [
        rows[0]?.target_seq,
      ]);
      expect(await check()).toMatchObject({ ok: false, failure: 'entry-refused' });
      await owner.query(`update ledger.entry set canonical = null, opening = null where seq = $1`, [
        rows[0]?.target_seq,
      ]);
      expect(await check()).toMatchObject({ ok: true });
    } finally {
      await owner.end();
    }
  });
});

describe('erasing a document', () => {
  async function sent(where: TestMatter, text: string): Promise<string> {
    const file = await s.services.blobs.put(Readable.from([Buffer.from(text)]), { maxBytes: 1000 });
    const documents = [{ ...file, name: 'minutes.txt', type: 'text/plain' }];
    const body = {
      answer: t.newId(),
      service: where.services[0] ?? '',
      request: where.request,
      round: 1,
      actedBy: { name: 'A Clerk', title: null, address: 'clerk@city.example.gov' },
      items: [{ item: 1, disposition: 'produced', note: '', documents }],
    };
    const common = { matter: where.matter, by: where.issuer, occurredAt: instant(t.clock.now()) };
    await t.ledger.append({
      key: t.newId(),
      entries: [{ kind: 'answer.sent', id: t.newId(), audience: 'parties', ...common, body }],
    });
    return file.sha256;
  }
  const given = (document: string) => ({ document, by: m.issuer, matter: m.matter, once: t.newId(), ...order });

  it('deletes the bytes and keeps the answer that named them', async () => {
    const document = await sent(m, 'one secret');
    const form = given(document);
    await eraseDocumentOf(s.services, form);
    expect(await s.services.blobs.get(document)).toBeNull();
    await eraseDocumentOf(s.services, form);
    const { rows } = await t.pool.query('select from view.erasure where document = $1', [document]);
    expect(rows).toHaveLength(1);
    await t.ledger.publish();
    expect(await check()).toMatchObject({ ok: true });
    expect(await rebuilt()).toBe(true);
  });

  it('refuses a file that another matter has too, and one that nobody named', async () => {
    const other = await testMatter(t, { recipients: 1 });
    const document = await sent(m, 'two matters');
    await sent(other, 'two matters');
    await expect(eraseDocumentOf(s.services, given(document))).rejects.toMatchObject({ code: 'document-elsewhere' });
    expect(await s.services.blobs.get(document)).not.toBeNull();
    await expect(eraseDocumentOf(s.services, given('0'.repeat(64)))).rejects.toBeInstanceOf(NotFound);
    await expect(eraseDocumentOf(s.services, given('%'))).rejects.toBeInstanceOf(NotFound);
  });

  it('is finished by the sweep after a crash between entry and file', async () => {
    const document = await sent(m, 'crashed');
    const lost = { ...s.services.blobs, remove: () => Promise.reject(new Error('crash')) };
    await expect(eraseDocumentOf({ ...s.services, blobs: lost }, given(document))).rejects.toThrow('crash');
    expect(await s.services.blobs.get(document)).not.toBeNull();
    // The files of this test have the machine's time; the erasure the test's, which is earlier.
    t.clock.set(Date.now() + 60_000);
    await eraseDocumentOf({ ...s.services, blobs: lost }, given(document)).catch(() => {});
    await sweepDocuments(s.services);
    expect(await s.services.blobs.get(document)).toBeNull();
  });
});
