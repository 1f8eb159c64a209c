/** Logs and witnesses in memory for tests of witnessing: keys made on the spot, trees of words, no database. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { witnessMemory } from '../../src/adapters/keys/witness-memory.ts';
import { leafHash, type Node, nodeHash, rootOf, utf8, type VerifierKey, verifierKey } from '../../src/proof/index.ts';
import { consistencyProof } from '../../src/proof/prove.ts';
import { formatAddCheckpoint } from '../../src/proof/witness.ts';
import { formatCheckpoint, formatVkey, type Signer, signNote } from '../../src/proof/write.ts';

/** A signer with a new key: type 1 for logs, 4 for witnesses. */
export function testSigner(name: string, type: 1 | 4): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    key: verifierKey(name, type, new Uint8Array(spki.subarray(spki.length - 32))),
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

/** The memory of a key that signed nothing yet, in a folder that goes with this process. */
export function freshMemory() {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-witness-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return witnessMemory(folder);
}

/** A file for WITNESSES: all of these witnesses, `needed` of them enough. */
export function witnessesFile(
  witnesses: readonly { readonly key: VerifierKey; readonly url: string }[],
  needed: number,
): string {
  const lines = witnesses.map(({ key, url }, i) => `witness w${i} ${formatVkey(key)} ${url}`);
  const names = witnesses.map((_, i) => `w${i}`).join(' ');
  return `# for a test\n${lines.join('\n')}\ngroup enough ${needed} ${names}\nquorum enough\n`;
}

/** A log of up to 256 entries, `seed 0`, `seed 1`, …: the same seed is the same history. */
export class TestLog {
  readonly origin: string;
  readonly signer: Signer;
  readonly levels: Uint8Array[][];

  constructor(origin: string, signer: Signer = testSigner(origin, 1), seed = 'history') {
    this.origin = origin;
    this.signer = signer;
    let level = Array.from({ length: 256 }, (_, i) => leafHash(utf8(`${seed} ${i}`)));
    this.levels = [level];
    while (level.length > 1) {
      const below = level;
      level = Array.from({ length: below.length / 2 }, (_, i) =>
        nodeHash(below[2 * i] ?? new Uint8Array(0), below[2 * i + 1] ?? new Uint8Array(0)),
      );
      this.levels.push(level);
    }
  }

  readonly reader = {
    readNodes: async (nodes: readonly Node[]) =>
      nodes.map(({ level, index }) => {
        const hash = this.levels[level]?.[index];
        if (!hash) throw new Error(`no node ${level}/${index}`);
        return hash;
      }),
  };

  root(size: number): Promise<Uint8Array> {
    return rootOf(this.reader, size);
  }

  /** The signed checkpoint. */
  async checkpoint(size: number): Promise<string> {
    return signNote(formatCheckpoint({ origin: this.origin, size, root: await this.root(size) }), [this.signer]);
  }

  /** The body of add-checkpoint, with the proof that belongs there. */
  async request(oldSize: number, size: number): Promise<string> {
    const proof = oldSize === 0 ? [] : await consistencyProof(this.reader, oldSize, size);
    return formatAddCheckpoint({ oldSize, proof, checkpoint: await this.checkpoint(size) });
  }
}
