/** The witness protocol's bodies: the example of the specification, round trips, refusals, and a whole exchange. */

import { describe, expect, it } from 'vitest';
import { LOG, NORTH, ORIGIN, SOUTH, STRANGER, seed } from '../../test/fixtures/world.ts';
import { parseNote, verifyNote } from './note.ts';
import {
  ADD_CHECKPOINT_BYTES,
  addCosignatures,
  cosign,
  formatAddCheckpoint,
  formatSize,
  parseAddCheckpoint,
  parseCosignatures,
  parseSize,
  verifyCosignature,
} from './witness.ts';
import { formatCheckpoint, signNote } from './write.ts';

const text = formatCheckpoint({ origin: ORIGIN, size: 184, root: seed('root') });
const signed = await signNote(text, [LOG]);

describe('add-checkpoint', () => {
  it('reads what it writes', () => {
    for (const count of [0, 1, 63]) {
      const proof = Array.from({ length: count }, (_, i) => seed(`hash ${i}`));
      const body = formatAddCheckpoint({ oldSize: 17, proof, checkpoint: signed });
      const read = parseAddCheckpoint(body);
      expect(read).toMatchObject({ oldSize: 17, proof, checkpoint: signed, tree: { origin: ORIGIN, size: 184 } });
      expect(read.note.text).toBe(text);
      expect(formatAddCheckpoint(read)).toBe(body);
    }
    expect(parseAddCheckpoint(`old 0\n\n${signed}`)).toMatchObject({ oldSize: 0, proof: [] });
    expect(parseAddCheckpoint(`old 184\n\n${signed}`).oldSize).toBe(184);
  });

  it('refuses everything else by name', () => {
    const hash = 'gCx2ahejHACaK57KLAwGLQiEqRplz6aVpLy4HLH7hzE=';
    const wrong = [
      '',
      `\n\n${signed}`,
      `old\n\n${signed}`,
      `old  0\n\n${signed}`,
      `old 01\n\n${signed}`,
      `old -1\n\n${signed}`,
      `old 0x1\n\n${signed}`,
      `Old 0\n\n${signed}`,
      `old 0\r\n\r\n${signed}`,
      `old 185\n\n${signed}`,
      `old 9007199254740992\n\n${signed}`,
      `old 1\n${hash.slice(0, -1)}\n\n${signed}`,
      `old 1\n${hash} \n\n${signed}`,
      `old 1\n${hash.replace('=', '')}AA=\n\n${signed}`,
      `old 1\n\n${hash}\n\n${signed}`,
      `old 1\n${signed}`,
      `old 1\n\n${text}`,
      `old 1\n\n${signed.slice(0, -1)}`,
      `old 1\n\n${signed.replace(/^184$/m, '0184')}`,
    ];
    for (const body of wrong) expect(() => parseAddCheckpoint(body), JSON.stringify(body)).toThrow('bad-encoding');
    expect(() => parseAddCheckpoint(`old 1\n${`${hash}\n`.repeat(64)}\n${signed}`)).toThrow('too-large');
    expect(() => parseAddCheckpoint(' '.repeat(ADD_CHECKPOINT_BYTES + 1))).toThrow('too-large');
    expect(() => formatAddCheckpoint({ oldSize: 1.5, proof: [], checkpoint: signed })).toThrow('bad-encoding');
    expect(() => formatAddCheckpoint({ oldSize: 1, proof: [new Uint8Array(31)], checkpoint: signed })).toThrow(
      'bad-encoding',
    );
  });
});

describe('cosignatures', () => {
  it('go from witness to log', async () => {
    const body = (await cosign(signed, NORTH, 1_700_000_001)) + (await cosign(signed, STRANGER, 1_700_000_002));
    const [line, other] = parseCosignatures(body);
    if (line === undefined || other === undefined) throw new Error('two lines');
    expect(await verifyCosignature(signed, NORTH.key, line)).toEqual({ key: NORTH.key, time: 1_700_000_001 });
    await expect(verifyCosignature(signed, NORTH.key, other)).rejects.toThrow('bad-signature');
    await expect(verifyCosignature(signed.replace('184', '185'), NORTH.key, line)).rejects.toThrow('bad-signature');

    const both = await addCosignatures(signed, body, [NORTH.key, SOUTH.key]);
    expect(both).toBe(signed + body.slice(0, body.indexOf('\n') + 1));
    expect(await verifyNote(parseNote(both), [LOG.key, NORTH.key])).toHaveLength(2);
    // The same answer again adds nothing; a second witness is added to the first.
    expect(await addCosignatures(both, body, [NORTH.key])).toBe(both);
    const south = await cosign(both, SOUTH, 1_700_000_003);
    expect(await addCosignatures(both, south, [NORTH.key, SOUTH.key])).toBe(both + south);
    await expect(addCosignatures(signed, south, [NORTH.key])).rejects.toThrow('bad-signature');
    await expect(addCosignatures(signed.replace('184', '185'), south, [SOUTH.key])).rejects.toThrow('bad-signature');
  });

  it('need a checkpoint, a cosigner and a time', async () => {
    await expect(cosign(await signNote('words\n', [LOG]), NORTH, 1)).rejects.toThrow('bad-encoding');
    await expect(cosign(signed, LOG, 1)).rejects.toThrow('bad-key');
    for (const time of [0, -1, 1.5, Number.NaN, 2 ** 60])
      await expect(cosign(signed, NORTH, time)).rejects.toThrow('bad-key');
    const [line] = parseNote(await signNote(text, [{ ...NORTH, time: () => 0 }])).signatures;
    if (line === undefined) throw new Error('one line');
    await expect(verifyCosignature(signed, NORTH.key, line)).rejects.toThrow('without a time');
    const log = parseNote(signed).signatures[0];
    if (log === undefined) throw new Error('one line');
    await expect(verifyCosignature(signed, LOG.key, log)).rejects.toThrow('without a time');
  });

  it('are lines and nothing else', () => {
    for (const body of [
      '',
      '\n',
      '— a AAAAAAAA',
      'x\n\n— a AAAAAAAA\n',
      '— a AAAAAAAA\n\n— a AAAAAAAA\n',
      '— a AAAA\n',
    ])
      expect(() => parseCosignatures(body), JSON.stringify(body)).toThrow('bad-encoding');
    expect(() => parseCosignatures('— a AAAAAAAA\n'.repeat(101))).toThrow('too-large');
  });

  it('have sizes in conflicts', () => {
    expect(parseSize(formatSize(184))).toBe(184);
    for (const body of ['', '1', '01\n', '1\n\n', '-1\n', ' 1\n'])
      expect(() => parseSize(body)).toThrow('bad-encoding');
    expect(() => formatSize(-1)).toThrow('bad-encoding');
  });
});
