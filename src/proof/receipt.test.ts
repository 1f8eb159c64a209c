/**
 * Receipts under attack: every single bit of a receipt flipped, every byte dropped, and the PDF wrapper. A changed file
 * is refused, or it provably says the same.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { embedded, tinyPdf } from '../../test/fixtures/world.ts';
import { equal, fromUtf8, utf8 } from './bytes.ts';
import { canonicalEntry } from './entry.ts';
import { checkJsonSpelling } from './json.ts';
import { parseNote, verifierKey } from './note.ts';
import { readReceiptFile, receiptFromPdf } from './pdf.ts';
import { parseReceipt } from './receipt.ts';
import { Verifier, verifyReceipt } from './verify.ts';
import { formatNote, formatReceipt, formatVkey } from './write.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures');
const fixture = async (name: string) => new Uint8Array(await readFile(join(FIXTURES, name)));
const policy = async (name: string) => readFile(join(FIXTURES, 'policies', name), 'utf8');

/** Flips each bit of a receipt and gives the files that still verify. */
async function flips(
  receipt: Uint8Array,
  verifier: Verifier,
): Promise<{ at: number; bit: number; bytes: Uint8Array }[]> {
  const accepted: { at: number; bit: number; bytes: Uint8Array }[] = [];
  const failures = new Set<string>();
  for (let at = 0; at < receipt.length; at++) {
    for (let bit = 1; bit < 256; bit *= 2) {
      const bytes = receipt.slice();
      bytes[at] = (bytes[at] ?? 0) ^ bit;
      const verdict = await verifier.verify(bytes);
      if (verdict.ok) accepted.push({ at, bit, bytes });
      else failures.add(verdict.failure);
    }
  }
  expect(failures.size).toBeGreaterThan(5);
  return accepted;
}

describe('every single bit', () => {
  it('flipped in a receipt whose signatures are all needed is refused', async () => {
    const receipt = await fixture('valid/size.1-of-2.receipt.json');
    expect(await flips(receipt, new Verifier(await policy('one-witness.policy')))).toEqual([]);
  }, 120_000);

  it('flipped in one with signatures that the policy does not need is refused, or only touches those', async () => {
    const receipt = await fixture('valid/size.6-of-7.receipt.json');
    const verifier = new Verifier(await policy('log-only.policy'));
    const before = parseReceipt(fromUtf8(receipt));
    const first = parseNote(before.proof.checkpoint).signatures[0];
    const accepted = await flips(receipt, verifier);
    // A line of an unknown key says nothing under this policy: its name, id and bytes may be anything. All else is the same.
    const start = fromUtf8(receipt).lastIndexOf('\\n— ');
    const from = utf8(fromUtf8(receipt).slice(0, start)).length;
    for (const { at, bytes } of accepted) {
      expect(at).toBeGreaterThan(from);
      const after = parseReceipt(fromUtf8(bytes));
      expect(equal(after.canonical, before.canonical)).toBe(true);
      expect(equal(after.opening, before.opening)).toBe(true);
      expect({ ...after.proof, checkpoint: '' }).toEqual({ ...before.proof, checkpoint: '' });
      const note = parseNote(after.proof.checkpoint);
      expect(note.text).toBe(parseNote(before.proof.checkpoint).text);
      expect(note.signatures[0]).toEqual(first);
    }
    expect(accepted.length).toBeGreaterThan(100);
  }, 120_000);

  it('flipped in a receipt of another JSON layout is refused, or gives the same canonical bytes', async () => {
    const receipt = await fixture('valid/layout.escaped.receipt.json');
    const before = parseReceipt(fromUtf8(receipt));
    const accepted = await flips(receipt, new Verifier(await policy('two-of-three.policy')));
    // The letter case of \u escapes is the only thing in JSON that one bit changes without changing the value.
    for (const { at, bit, bytes } of accepted) {
      expect(bit).toBe(0x20);
      expect(fromUtf8(receipt.subarray(at - 6, at + 1))).toMatch(/\\u[0-9a-f]*$/);
      expect(equal(parseReceipt(fromUtf8(bytes)).canonical, before.canonical)).toBe(true);
    }
  }, 120_000);

  it('any byte dropped or doubled is refused, or gives the same receipt', async () => {
    const receipt = await fixture('valid/size.1-of-2.receipt.json');
    const before = parseReceipt(fromUtf8(receipt));
    const verifier = new Verifier(await policy('one-witness.policy'));
    for (let at = 0; at < receipt.length; at++) {
      const dropped = new Uint8Array([...receipt.subarray(0, at), ...receipt.subarray(at + 1)]);
      const doubled = new Uint8Array([...receipt.subarray(0, at + 1), ...receipt.subarray(at)]);
      for (const bytes of [dropped, doubled]) {
        if ((await verifier.verify(bytes)).ok) expect(parseReceipt(fromUtf8(bytes))).toEqual(before);
      }
    }
  }, 60_000);
});

describe('receipts', () => {
  it('are written as the fixtures are and read back', async () => {
    const text = fromUtf8(await fixture('valid/kind.item.answered.receipt.json'));
    const receipt = parseReceipt(text);
    expect(formatReceipt(receipt)).toBe(text);
    expect(receipt.canonical).toEqual(canonicalEntry(receipt.entry));
    expect(text).toContain(fromUtf8(receipt.canonical));
    expect(() => formatReceipt({ ...receipt, opening: new Uint8Array(3) })).toThrow('bad-encoding');
  });

  it('tell who signed and when', async () => {
    const verdict = await verifyReceipt({
      receipt: await fixture('valid/kind.item.answered.receipt.json'),
      policy: await policy('two-of-three.policy'),
    });
    expect(verdict).toMatchObject({
      ok: true,
      origin: 'records.example.gov/log',
      size: 184,
      signedAt: '2026-03-02T15:06:43.000Z',
      witnesses: { known: ['north', 'south', 'east'], required: 2, quorum: '2 of (north, south, east)' },
    });
    if (verdict.ok) expect(verdict.witnesses.signed.map(({ name }) => name)).toEqual(['north', 'south', 'east']);
    expect(JSON.parse(JSON.stringify(verdict.steps))[1].values.at(-1)[0]).toBe('root');
  });

  it('that only repeat a key are refused, as text and as bytes', () => {
    expect(() => checkJsonSpelling('{"a":{"b":1},"c":{"b":[{"b":-2},{"b":"\\"b\\":"}]}}')).not.toThrow();
    expect(() => checkJsonSpelling('[{"b":1,"\\u0062":2}]')).toThrow('bad-encoding');
    expect(() => checkJsonSpelling('{"a":-0}')).toThrow('not-canonicalisable');
    expect(() => checkJsonSpelling('{"a":true,"b":null,"c":"1.5"}')).not.toThrow();
  });
});

describe('receipts in PDFs', () => {
  const extract = async (...objects: (string | Uint8Array)[]) => fromUtf8(await receiptFromPdf(tinyPdf(objects)));

  it('are found whatever else the dictionary holds', async () => {
    expect(await extract(embedded(3, '{"a":1}'))).toBe('{"a":1}');
    const fields =
      '/Params << /Size 7 /CheckSum (\\)>>/Length 3 endobj) /ModDate <2f4c> /X [ << /Length 9 >> ] >> /Subtype /application#2Fjson ';
    expect(await extract('1 0 obj\n<< >>\nendobj\n', embedded(12, '{"a":1}', fields))).toBe('{"a":1}');
    expect(await extract('7 0 obj<</Length 2/Type/EmbeddedFile>>stream\r\n{}endstream endobj')).toBe('{}');
    const packed = new Uint8Array(deflateSync('{"a":2}'));
    expect(await extract(embedded(3, packed, '/Filter [/FlateDecode] '))).toBe('{"a":2}');
  });

  it('never unpack more than a receipt can be', async () => {
    const bomb = new Uint8Array(deflateSync(new Uint8Array(50_000_000)));
    await expect(extract(embedded(3, bomb, '/Filter /FlateDecode '))).rejects.toThrow('too-large');
  });

  it('are refused where a reader could see another one', async () => {
    await expect(extract(embedded(3, '{}'), embedded(4, '{}'))).rejects.toThrow('ambiguous-pdf');
    await expect(extract(embedded(3, '{}', '/Length 1 '))).rejects.toThrow('ambiguous-pdf');
    await expect(extract(embedded(3, '{}'), '\n3 0 obj <<>> endobj')).rejects.toThrow('ambiguous-pdf');
    await expect(extract(embedded(3, '{}', '/F (other.json) '))).rejects.toThrow('no-receipt');
    await expect(extract(embedded(3, '{}', '', 1))).rejects.toThrow('no-receipt');
    await expect(extract('/EmbeddedFile')).rejects.toThrow('no-receipt');
    await expect(extract('3 0 obj << /Type /EmbeddedFile (')).rejects.toThrow('no-receipt');
    await expect(extract('3 0 obj << /Type /EmbeddedFile /Length 2 0 R >> stream\n{}endstream')).rejects.toThrow(
      'no-receipt',
    );
  });

  it('survive any cut without hanging', async () => {
    const pdf = tinyPdf([embedded(3, '{"a":1}', '/Params << /A [1 2 (x)] >> ')]);
    for (let end = 5; end < pdf.length; end++) {
      const got = await receiptFromPdf(pdf.subarray(0, end)).then(fromUtf8, (error: Error) => error.name);
      expect(['ProofFailure', '{"a":1}']).toContain(got);
    }
  });

  it('are told from JSON and from everything else', async () => {
    expect(await readReceiptFile(utf8(' \n{}'))).toBe(' \n{}');
    for (const other of ['', 'x', '[]', '\u0089PNG'])
      await expect(readReceiptFile(utf8(other))).rejects.toThrow('no-receipt');
    await expect(readReceiptFile(new Uint8Array(1_048_577).fill(0x7b))).rejects.toThrow('too-large');
  });
});

describe('a policy that asks for signatures of a type that cannot be checked here', () => {
  const quantum = verifierKey('witness.example/quantum', 6, new Uint8Array(1312).fill(7));
  const policyOf = async (quorum: string) => {
    const lines = (await policy('two-of-three.policy')).split('\n').filter((line) => /^(?:log|witness) /.test(line));
    return `${lines.join('\n')}\nwitness quantum ${formatVkey(quantum)}\n${quorum}\n`;
  };
  /** A receipt with a line that says it is by the key of unknown type. */
  const withLine = async (file = ALL) => {
    const receipt = parseReceipt(fromUtf8(await fixture(file)));
    const { text, signatures } = parseNote(receipt.proof.checkpoint);
    const line = { name: quantum.name, keyId: quantum.keyId, signature: new Uint8Array(2428) };
    const checkpoint = formatNote({ text, signatures: [...signatures, line] });
    return formatReceipt({ ...receipt, proof: { ...receipt.proof, checkpoint } });
  };
  const verdictOf = async (quorum: string, receipt: string | Uint8Array) =>
    await verifyReceipt({ receipt, policy: await policyOf(quorum) });

  /** signed by north, south and east; by north alone */
  const ALL = 'valid/kind.item.answered.receipt.json';
  const NORTH = 'invalid/quorum-missing.one-of-three.receipt.json';

  it('says so by name where its signature is there and would make the quorum', async () => {
    const refused = { ok: false, failure: 'unsupported-signature' };
    expect(await verdictOf('quorum quantum', await withLine())).toMatchObject(refused);
    const all = 'group g all north south quantum\nquorum g';
    expect(await verdictOf(all, await withLine())).toMatchObject(refused);
  });

  it('misses the quorum where it did not sign, or others did not either', async () => {
    const missing = { ok: false, failure: 'quorum-missing' };
    expect(await verdictOf('quorum quantum', await fixture(ALL))).toMatchObject(missing);
    expect(await verdictOf('group g all north south quantum\nquorum g', await withLine(NORTH))).toMatchObject(missing);
  });

  it('holds where enough others signed', async () => {
    const enough = 'group g 2 north south quantum\nquorum g';
    for (const receipt of [await withLine(), await fixture(ALL)])
      expect(await verdictOf(enough, receipt)).toMatchObject({ ok: true });
  });
});
