/**
 * SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104), synchronous, for both short inputs (leaves, nodes) and documents of
 * many GB read in pieces. WebCrypto has neither a synchronous nor an incremental form. Never used for secrets in a way
 * in which timing matters.
 *
 * Byte format: a digest is 32 bytes, big-endian words.
 * Example: sha256("abc") = ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
 */
import { concat } from './bytes.ts';

/** Round constants: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = new Int32Array(64);
/** Initial state: the same of the square roots of the first 8 primes. */
const INITIAL = new Int32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  let divisor = 2;
  while (n % divisor) divisor++;
  if (divisor < n) continue;
  if (found < 8) INITIAL[found] = fraction(n, 2n);
  K[found++] = fraction(n, 3n);
}

/** The lowest 32 bits of floor(2^32 · the `power`-th root of n), bit by bit in whole numbers: no engine's rounding can change a constant. */
function fraction(n: number, power: bigint): number {
  let root = 0n;
  for (let bit = 1n << 40n; bit; bit >>= 1n) if ((root | bit) ** power <= BigInt(n) << (32n * power)) root |= bit;
  return Number(BigInt.asIntN(32, root));
}

/** Message schedule, shared by all calls: hashing is synchronous, so no two ever overlap. */
const W = new Int32Array(64);

/** Runs the 64-byte blocks of `data` in [at, end) through the state `s`. Allocates nothing. */
function compress(s: Int32Array, data: DataView, at: number, end: number): void {
  for (; at < end; at += 64) {
    let a = s[0] ?? 0;
    let b = s[1] ?? 0;
    let c = s[2] ?? 0;
    let d = s[3] ?? 0;
    let e = s[4] ?? 0;
    let f = s[5] ?? 0;
    let g = s[6] ?? 0;
    let h = s[7] ?? 0;
    for (let i = 0; i < 64; i++) {
      let w = 0;
      if (i < 16) w = data.getInt32(at + 4 * i);
      else {
        const x = W[i - 15] ?? 0;
        const y = W[i - 2] ?? 0;
        w =
          ((W[i - 16] ?? 0) +
            (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) +
            (W[i - 7] ?? 0) +
            (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) |
          0;
      }
      W[i] = w;
      w =
        (w +
          h +
          (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
          (g ^ (e & (f ^ g))) +
          (K[i] ?? 0)) |
        0;
      h = g;
      g = f;
      f = e;
      e = (d + w) | 0;
      d = c;
      w =
        (w +
          (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
          ((a & b) ^ (c & (a ^ b)))) |
        0;
      c = b;
      b = a;
      a = w;
    }
    s[0] = a + (s[0] ?? 0);
    s[1] = b + (s[1] ?? 0);
    s[2] = c + (s[2] ?? 0);
    s[3] = d + (s[3] ?? 0);
    s[4] = e + (s[4] ?? 0);
    s[5] = f + (s[5] ?? 0);
    s[6] = g + (s[6] ?? 0);
    s[7] = h + (s[7] ?? 0);
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function write(s: Int32Array, to: Uint8Array, at = 0): Uint8Array {
  for (let i = 0; i < 8; i++) {
    const word = s[i] ?? 0;
    to[at++] = word >> 24;
    to[at++] = word >> 16;
    to[at++] = word >> 8;
    to[at++] = word;
  }
  return to;
}

/** SHA-256 of a stream of pieces: `new Sha256().update(a).update(b).digest()`. */
export class Sha256 {
  readonly #state = new Int32Array(INITIAL);
  readonly #rest = new Uint8Array(64);
  readonly #view = view(this.#rest);
  #length = 0;

  /** Adds a piece of any length. Keeps at most 63 bytes of it. */
  update(piece: Uint8Array): this {
    const { length } = piece;
    for (let at = 0; at < length; ) {
      const held = this.#length % 64;
      let end = length - ((length - at) % 64);
      if (held || at === end) {
        end = Math.min(at + 64 - held, length);
        this.#rest.set(at || end < length ? piece.subarray(at, end) : piece, held);
        if (held + end - at === 64) compress(this.#state, this.#view, 0, 64);
      } else compress(this.#state, view(piece), at, end);
      this.#length += end - at;
      at = end;
    }
    return this;
  }

  /** The 32-byte digest. The object may be used again from the start afterwards. */
  digest(): Uint8Array {
    const length = this.#length;
    const held = length % 64;
    this.#rest.fill(0, held);
    this.#rest[held] = 0x80;
    if (held > 55) {
      compress(this.#state, this.#view, 0, 64);
      this.#rest.fill(0);
    }
    // Bits, as two 32-bit halves: lengths beyond 2^32 bits must not be cut by 32-bit arithmetic.
    this.#view.setUint32(56, length / 0x20000000);
    this.#view.setUint32(60, length << 3);
    compress(this.#state, this.#view, 0, 64);
    const digest = write(this.#state, new Uint8Array(32));
    this.#state.set(INITIAL);
    this.#length = 0;
    return digest;
  }
}

const one = new Sha256();

/** SHA-256 in one call, 32 bytes. */
export type OneShot = (bytes: Uint8Array) => Uint8Array;

/** Below this many bytes our own blocks cost less than the call out of the language: measured so at 65 bytes, the opposite at 700. */
const WORTH = 256;
let faster: OneShot | undefined;

/** Puts a faster function in our own's place for long pieces; undefined goes back. Both must give the same answers. */
export function useSha256(hash: OneShot | undefined): void {
  faster = hash;
}

/** SHA-256 of `bytes`, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return faster && bytes.length >= WORTH ? faster(bytes) : one.update(bytes).digest();
}

/** HMAC-SHA256 (RFC 2104) under one key, which is prepared once: gives a function from pieces, one after the other, to 32 bytes. */
export function hmacSha256(key: Uint8Array): (...pieces: readonly Uint8Array[]) => Uint8Array {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? sha256(key) : key);
  const inner = block.map((byte) => byte ^ 0x36);
  const outer = block.map((byte) => byte ^ 0x5c);
  return (...pieces) => sha256(concat(outer, sha256(concat(inner, ...pieces))));
}

// The one message that is hashed most: 0x01, two hashes, and the end that 65 bytes have.
const blocks = new Uint8Array(128);
const blocksView = view(blocks);
const state = new Int32Array(8);
blocks[0] = 1;
blocks[65] = 0x80;
blocksView.setUint32(124, 65 * 8);

function finishPair(to: Uint8Array, at?: number): Uint8Array {
  state.set(INITIAL);
  compress(state, blocksView, 0, 128);
  return write(state, to, at);
}

/** SHA-256(0x01 ‖ left ‖ right), each of 32 bytes (RFC 6962, section 2.1), into `to`, which may be one of the two. */
export function nodeHash(left: Uint8Array, right: Uint8Array, to: Uint8Array = new Uint8Array(32)): Uint8Array {
  blocks.set(left, 1);
  blocks.set(right, 33);
  return finishPair(to);
}

/**
 * The same of two neighbouring hashes, the 64 bytes of `from` at `at`, into `to` at `where`, without one allocation. `from` and `to`
 * may be the same array.
 */
export function hashPair(from: Uint8Array, at: number, to: Uint8Array, where: number): void {
  for (let i = 0; i < 64; i++) blocks[i + 1] = from[at + i] ?? 0;
  finishPair(to, where);
}
