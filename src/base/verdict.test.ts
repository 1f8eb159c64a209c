/** Receipts and documents together, on the fixtures that other verifiers use too. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFiles, looksLikeReceipt } from './verdict.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures');
const bytes = (path: string) => new Uint8Array(readFileSync(join(FIXTURES, path)));
const receipt = (name: string) => ({ name, bytes: bytes(`valid/${name}`) });
const policy = readFileSync(join(FIXTURES, 'policies/two-of-three.policy'), 'utf8');
const documents = readdirSync(join(FIXTURES, 'documents')).map((name) => {
  const all = bytes(`documents/${name}`);
  return { name, sha256: createHash('sha256').update(all).digest('hex'), bytes: all.length };
});
const both = receipt('documents.both.receipt.json');
const opened = receipt('kind.matter.opened.receipt.json');
const pdf = receipt('pdf.receipt.pdf');
const stranger = { name: 'other.txt', sha256: '0'.repeat(64), bytes: 5 };

describe('what a person is told', () => {
  it('says where a receipt stood and who signed, in one sentence', async () => {
    const [one] = await checkFiles(policy, [opened], []);
    expect(one).toMatchObject({ file: opened.name, ok: true, failure: null });
    expect(one?.sentence).toMatch(
      /^This was in the log \S+ at position \d+ of \d+, signed by the log and [23] of 3 witnesses you trust\.$/,
    );
    expect(one?.steps.length).toBe(4);
  });

  it('matches documents to the receipts that name them, and names the one that no receipt does', async () => {
    const { bytes: text } = both;
    const named = documents.filter((d) => new TextDecoder().decode(text).includes(d.sha256));
    expect(named.length).toBeGreaterThan(0);
    const results = await checkFiles(policy, [both, opened, pdf], [...named, stranger]);
    expect(results.map((r) => [r.file, r.ok])).toEqual([
      [both.name, true],
      [opened.name, true],
      [pdf.name, true],
      ['other.txt', false],
    ]);
    expect(results[0]?.sentence).toContain('you gave');
    expect(results[3]?.failure?.name).toBe('document-mismatch');
  });

  it('refuses a single receipt with a document that it does not name', async () => {
    const [one] = await checkFiles(policy, [opened], [stranger]);
    expect(one).toMatchObject({ ok: false, failure: { name: 'document-mismatch' } });
  });

  it('says what is missing for a document alone, and what is wrong with a policy', async () => {
    expect((await checkFiles(policy, [], [stranger]))[0]?.sentence).toContain('Add the receipt that names it');
    expect((await checkFiles('nonsense', [opened], []))[0]).toMatchObject({
      ok: false,
      file: 'Policy',
      failure: { name: 'bad-policy' },
    });
  });

  it('tells receipts from documents by what is in them', async () => {
    expect(await looksLikeReceipt(opened.bytes)).toBe(true);
    expect(await looksLikeReceipt(pdf.bytes)).toBe(true);
    expect(await looksLikeReceipt(new TextEncoder().encode('{"other": 1}'))).toBe(false);
    expect(await looksLikeReceipt(new TextEncoder().encode('%PDF-1.7 nothing inside'))).toBe(false);
  });
});
