import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certificatePdf } from '../adapters/pdf/certificate-pdf.ts';
import { hex, sha256, utf8 } from '../proof/index.ts';
import { certificationText, certify } from './certification.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures');
const read = (path: string) => readFileSync(join(FIXTURES, path), 'utf8');
const json = read('valid/kind.item.answered.receipt.json');
const policy = read('policies/two-of-three.policy');
const options = { policy, program: 'counterfoil 0', at: '2026-03-02T15:00:00.000Z' };

describe('a certification', () => {
  it('holds hashes, process, checkpoint, result and blanks, and leaves to people what is theirs', async () => {
    const made = await certify([{ name: 'answer.receipt.json', json }], options);
    if (!made.ok) throw new Error(made.verdict.failure);
    const text = certificationText(made.certification);
    const { entry, proof } = JSON.parse(json);
    const checkpoint =
      String(proof)
        .slice(String(proof).indexOf('\n\n') + 2)
        .split('\n')[0] ?? 'none';
    for (const wanted of [
      hex(sha256(utf8(json))),
      entry.id,
      checkpoint,
      'counterfoil 0',
      '902(11)',
      '902(13)',
      '902(14)',
      '28 U.S.C. § 1746',
      'not legal advice',
      'Signature',
      'qualified person',
      'directive-3.txt',
    ])
      expect(text.replaceAll(/\s+/g, ' ')).toContain(wanted);
    expect(text).not.toMatch(/\b(admissible|is certified)\b/i);
    const pdf = await certificatePdf(made.certification, Date.parse(options.at));
    expect(Buffer.from(pdf).subarray(0, 8).toString()).toBe('%PDF-1.7');
    expect(await certificatePdf(made.certification, Date.parse(options.at))).toEqual(pdf);
  });

  it('is refused for a set in which one receipt does not hold', async () => {
    const broken = json.replace('"item":', '"itex":');
    const made = await certify(
      [
        { name: 'good', json },
        { name: 'bad', json: broken },
      ],
      options,
    );
    expect(made).toMatchObject({ ok: false, file: 'bad' });
    expect(await certify([{ name: 'x', json: 'no receipt' }], options)).toMatchObject({ ok: false });
  });

  it('writes what could turn a line around as its number', async () => {
    const made = await certify([{ name: 'a\u202eb\u001b[2J.json', json }], options);
    if (!made.ok) throw new Error(made.verdict.failure);
    const text = certificationText(made.certification);
    expect(text).toContain('a[U+202E]b[U+001B][2J.json');
  });
});
