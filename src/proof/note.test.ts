/** Signed notes, checkpoints, tlog-proofs and policies: the examples of the specifications, round trips, refusals. */

import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { base64, fromBase64, utf8 } from './bytes.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { verifyEd25519 } from './ed25519.ts';
import { type KeyType, parseNote, parseVkey, verifierKey, verifyNote } from './note.ts';
import { parsePolicy, quorumMet, quorumSize, quorumText } from './policy.ts';
import { parseTlogProof } from './tlogproof.ts';
import { formatCheckpoint, formatNote, formatTlogProof, formatVkey, type Signer, signNote } from './write.ts';

function signer(name: string, type: KeyType, time = 1_700_000_000): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  return {
    key: verifierKey(name, type, raw),
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
    time: () => time,
  };
}

describe('signed notes', () => {
  it('reads, verifies and writes a note signed by another program (Go, golang.org/x/mod/sumdb/note)', async () => {
    const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const note =
      'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n\n' +
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
    const key = parseVkey(vkey);
    expect(formatVkey(key)).toBe(vkey);
    const parsed = parseNote(note.replace('don’t', "don't"));
    expect(formatNote(parsed)).toBe(note.replace('don’t', "don't"));
    expect(await verifyNote(parsed, [key])).toEqual([{ key }]);
    await expect(verifyNote(parseNote(note), [key])).rejects.toThrow('bad-signature');
  });

  it('signs and verifies both types, and ignores strangers', async () => {
    const log = signer('records.example.gov/log', 1);
    const witness = signer('witness.example/w1', 4, 1_700_000_123);
    const stranger = signer('stranger.example', 4);
    const note = parseNote(await signNote('one\n\ntwo\n', [stranger, log, witness]));
    expect(note.text).toBe('one\n\ntwo\n');
    expect(await verifyNote(note, [witness.key, log.key])).toEqual([
      { key: log.key },
      { key: witness.key, time: 1_700_000_123 },
    ]);
    expect(await verifyNote(note, [])).toEqual([]);
    // Same name, another key; and the same id under another name: both unknown.
    expect(await verifyNote(note, [signer('records.example.gov/log', 1).key])).toEqual([]);
    expect(await verifyNote(note, [{ ...log.key, name: 'other.example' }])).toEqual([]);
    // A cosignature is not a plain signature.
    const swapped = { ...witness.key, type: 1 as const };
    await expect(verifyNote(note, [swapped])).rejects.toThrow('bad-signature');
  });

  it('refuses every note out of form', async () => {
    const good = await signNote('text\n', [signer('a.example', 1)]);
    const wrong = [
      good.slice(0, -1),
      good.replace('\n\n', '\n'),
      good.replace('—', '–'),
      good.replace('— a', '—  a'),
      good.replace('a.example', 'a+example'),
      good.replace('a.example', 'a\u0085example'),
      good.replace('a.example', 'a\u3000example'),
      good.replace('text', 'te\txt'),
      good.replace('text', 'te\rxt'),
      `${good}\n`,
      'text\n\n',
      'text\n\n— a.example AAAAAA==\n',
    ];
    for (const note of wrong) expect(() => parseNote(note), note).toThrow('bad-encoding');
    const line = good.slice(good.indexOf('—'));
    expect(parseNote(`text\n\n${line.repeat(16)}`).signatures).toHaveLength(16);
    expect(() => parseNote(`text\n\n${line.repeat(101)}`)).toThrow('too-large');
    // U+FEFF is no Unicode space, although \s in JavaScript says so.
    expect(parseNote(good.replace('a.example', 'a\ufeffexample')).signatures).toHaveLength(1);
  });

  it('refuses verifier keys that do not fit themselves', () => {
    const vkey = formatVkey(signer('a.example', 4).key);
    const wrong = [
      '',
      'a',
      vkey.replace('a.', 'b.'),
      vkey.replace(/\+./, '+g'),
      `${vkey}=`,
      vkey.replace('+', '++'),
      ` ${vkey}`,
    ];
    for (const text of wrong) expect(() => parseVkey(text), text).toThrow('bad-key');
    expect(() => parseVkey(vkey.toUpperCase())).toThrow('bad-key');
    expect(() => verifierKey('a b', 1, new Uint8Array(32))).toThrow('bad-key');
    expect(() => verifierKey('a', 1, new Uint8Array(31))).toThrow('bad-key');
    expect(parseVkey(formatVkey(verifierKey('ml-dsa.example', 6, new Uint8Array(1312)))).type).toBe(6);
  });

  it('says so where WebCrypto is missing', async () => {
    vi.stubGlobal('crypto', undefined);
    try {
      await expect(verifyEd25519(new Uint8Array(32).fill(7), utf8('x'), new Uint8Array(64))).rejects.toThrow(
        'crypto-unavailable',
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('checkpoints and proofs', () => {
  it('reads the checkpoint of the specification', () => {
    const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
    const checkpoint = parseCheckpoint(text);
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20852163, extensions: [] });
    expect(formatCheckpoint(checkpoint)).toBe(text);
    expect(formatCheckpoint(parseCheckpoint(`${text}more\n`))).toBe(`${text}more\n`);
    const wrong = [
      text.slice(0, -1),
      `${text}\n`,
      `\n${text}`,
      text.replace('208', '0208'),
      text.replace('Cs', 's'),
      'a\n1\n',
    ];
    for (const one of wrong) expect(() => parseCheckpoint(one), one).toThrow('bad-encoding');
    expect(() => formatCheckpoint({ origin: 'a\nb', size: 1, root: new Uint8Array(32) })).toThrow('bad-encoding');
  });

  it('writes what it reads, for all tlog-proofs', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.array(hash, { maxLength: 63 }),
        fc.option(fc.uint8Array({ maxLength: 9 })),
        (index, hashes, extra) => {
          const proof = {
            index,
            hashes,
            checkpoint: 'o\n1\nAAAA\n\n— x AAAAAAAA\n',
            ...(extra === null ? {} : { extra }),
          };
          expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof);
        },
      ),
    );
    const good = `c2sp.org/tlog-proof@v1\nindex 5\n${base64(new Uint8Array(32))}\n\nrest\n`;
    expect(formatTlogProof(parseTlogProof(good))).toBe(good);
    for (const wrong of ['index 05', 'index  5', 'index', 'Index 5', 'index -1', 'extra AAAA']) {
      expect(() => parseTlogProof(good.replace('index 5', wrong)), wrong).toThrow('bad-encoding');
    }
  });
});

describe('policies', () => {
  const keys = Array.from({ length: 6 }, (_, i) => formatVkey(signer(`w${i}.example`, 4).key));
  const log = formatVkey(signer('log.example', 1).key);
  const witnesses = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'].map((name, i) => `witness ${name} ${keys[i]}`).join('\n');
  const nested = `# two levels\n\tlog ${log}   https://log.example/ \n${witnesses}\n\ngroup X 2 X1 X2 X3\ngroup Y any Y1 Y2 Y3\ngroup XY all X Y\nquorum XY\n`;

  it('evaluates the two-level example of the specification', () => {
    const policy = parsePolicy(nested);
    const met = (...names: string[]) => quorumMet(policy, new Set(names));
    expect(met('X1', 'X3', 'Y2')).toBe(true);
    expect(met('X1', 'X2', 'X3')).toBe(false);
    expect(met('X1', 'Y1', 'Y2', 'Y3')).toBe(false);
    expect(met('X', 'Y', 'XY')).toBe(false);
    expect(quorumSize(policy)).toBe(3);
    expect(quorumText(policy)).toBe('2 of (2 of (X1, X2, X3), 1 of (Y1, Y2, Y3))');
    expect(policy.logs[0]).toMatchObject({ url: 'https://log.example/', key: { name: 'log.example' } });
    expect(quorumMet(parsePolicy('quorum none'), new Set())).toBe(true);
    expect(quorumSize(parsePolicy(`witness a ${keys[0]}\nquorum a\n`))).toBe(1);
  });

  it.each([
    ['no quorum', (p: string) => p.replace('quorum XY', '')],
    ['two quorums', (p: string) => `${p}quorum XY\n`],
    ['an unknown word', (p: string) => `${p}allow all\n`],
    ['a quorum before its definition', (p: string) => `quorum XY\n${p.replace('quorum XY', '')}`],
    ['an unknown member', (p: string) => p.replace('X1 X2 X3\n', 'X1 X2 X9\n')],
    ['none as member', (p: string) => p.replace('X1 X2 X3\n', 'X1 X2 none\n')],
    ['a member in two groups', (p: string) => p.replace('any Y1', 'any X1 Y1')],
    ['a threshold of zero', (p: string) => p.replace('X 2', 'X 0')],
    ['a threshold above the members', (p: string) => p.replace('X 2', 'X 4')],
    ['a threshold with a zero in front', (p: string) => p.replace('X 2', 'X 02')],
    ['no members', (p: string) => p.replace('group Y any Y1 Y2 Y3', 'group Y any')],
    ['a name twice', (p: string) => p.replace('group Y ', 'group X1 ')],
    ['none as a name', (p: string) => p.replace('group Y ', 'group none ')],
    ['a log twice', (p: string) => `log ${log}\n${p}`],
    ['a witness key twice', (p: string) => `witness Z ${keys[0]}\n${p}`],
    ['a log key for a witness', (p: string) => `witness Z ${log}\n${p}`],
    ['too many words', (p: string) => p.replace('quorum XY', 'quorum XY now')],
    ['a Windows line end', (p: string) => p.replace('quorum XY\n', 'quorum XY\r\n')],
    ['a comment behind a line', (p: string) => p.replace('quorum XY', 'quorum XY # both')],
  ])('refuses %s', (_, change) => {
    expect(change(nested)).not.toBe(nested);
    expect(() => parsePolicy(change(nested))).toThrow('bad-policy');
  });

  it('takes witnesses whose type cannot be checked here, and never counts them', async () => {
    const future = verifierKey('ml-dsa.example', 6, new Uint8Array(1312).fill(3));
    const policy = parsePolicy(`witness f ${formatVkey(future)}\nquorum f\n`);
    const line = { name: future.name, keyId: future.keyId, signature: fromBase64('AAAA'.repeat(800)) };
    expect(
      await verifyNote(
        { text: 'x\n', signatures: [line] },
        policy.witnesses.map(({ key }) => key),
      ),
    ).toEqual([]);
  });
});
