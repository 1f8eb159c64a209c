/** The statement of a hand-over: what both keys sign is read back, and everything else is refused by its name. */
import { expect, test } from 'vitest';
import { testSigner } from '../../test/support/witness.ts';
import { formatHandover, readHandover, signHandover } from './handover.ts';
import { parseNote } from './index.ts';
import { signNote } from './write.ts';

const [old, next, other] = ['records.example.gov/log', 'records.example.gov/log/2', 'else.example.gov/log'].map(
  (name) => testSigner(name, 1),
);
if (!old || !next || !other) throw new Error('three keys');
const at = { size: 184, root: new Uint8Array(32).fill(7) };
const good = await signHandover(at, { from: old, to: next });
const text = parseNote(good).text;

test('what both keys signed is read back; the new key alone says that the old one is lost', async () => {
  expect(await readHandover(good)).toEqual({ ...at, from: old.key, to: next.key, lost: false });
  const lost = await signHandover(at, { from: old.key, to: next });
  expect(await readHandover(lost)).toMatchObject({ lost: true });
  expect(lost).toContain('\nwithout the old key\n');
  expect(parseNote(lost).signatures).toHaveLength(1);
});

test.each([
  ['only the old key', () => signNote(text, [old]), 'bad-signature'],
  ['only the new key, without saying that the old one is lost', () => signNote(text, [next]), 'bad-signature'],
  ['another key in the place of the old one', () => signNote(text, [other, next]), 'bad-signature'],
  ['another size than was signed', () => good.replace('size 184', 'size 185'), 'bad-signature'],
  ['a size that is not plain', () => signNote(text.replace('size 184', 'size 0184'), [old, next]), 'bad-encoding'],
  ['a line more', () => signNote(`${text}more\n`, [old, next]), 'bad-encoding'],
  ['a checkpoint', () => signNote('records.example.gov/log\n1\nAAAA\n', [old, next]), 'bad-encoding'],
  ['more than a statement', () => 'x'.repeat(9_000), 'too-large'],
  ['the same name', () => formatHandover({ ...at, from: old.key, to: old.key, lost: false }), 'bad-key'],
])('%s is refused', async (_, made, failure) => {
  await expect((async () => readHandover(await made()))()).rejects.toMatchObject({ failure });
});
