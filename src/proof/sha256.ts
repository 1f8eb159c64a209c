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
{
  let found = 0;
  for (let n = 2; found < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) INITIAL[found] = fraction(n, 2);
    K[found++] = fraction(n, 3);
  }
}

/** floor(2^32 · the `power`-th root of n) mod 2^32, in whole numbers so that no engine's rounding can change a constant. */
function fraction(n: number, power: number): number {
  const target = BigInt(n) << BigInt(32 * power);
  let low = 0n;
  let high = BigInt(n) << 32n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(power) <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn) | 0;
}

/** Message schedule, shared by all calls: hashing is synchronous, so no two ever overlap. */
const W = new Int32Array(64);

/** Runs `blocks` 64-byte blocks of `data` from `at` on through the state `s`. Allocates nothing. */
function compress(s: Int32Array, data: DataView, at: number, blocks: number): void {
  let s0 = s[0] ?? 0;
  let s1 = s[1] ?? 0;
  let s2 = s[2] ?? 0;
  let s3 = s[3] ?? 0;
  let s4 = s[4] ?? 0;
  let s5 = s[5] ?? 0;
  let s6 = s[6] ?? 0;
  let s7 = s[7] ?? 0;
  for (let end = at + blocks * 64; at < end; at += 64) {
    for (let i = 0; i < 16; i++) W[i] = data.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15] ?? 0;
      const y = W[i - 2] ?? 0;
      const p = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const q = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[i] = ((W[i - 16] ?? 0) + p + (W[i - 7] ?? 0) + q) | 0;
    }
    let a = s0;
    let b = s1;
    let c = s2;
    let d = s3;
    let e = s4;
    let f = s5;
    let g = s6;
    let h = s7;
    // Eight rounds a turn, each with the letters moved on by one, so that no value is ever copied from name to name.
    for (let i = 0; i < 64; i += 8) {
      h =
        (h +
          (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
          (g ^ (e & (f ^ g))) +
          (K[i] ?? 0) +
          (W[i] ?? 0)) |
        0;
      d = (d + h) | 0;
      h =
        (h +
          (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
          ((a & b) ^ (c & (a ^ b)))) |
        0;
      g =
        (g +
          (((d >>> 6) | (d << 26)) ^ ((d >>> 11) | (d << 21)) ^ ((d >>> 25) | (d << 7))) +
          (f ^ (d & (e ^ f))) +
          (K[i + 1] ?? 0) +
          (W[i + 1] ?? 0)) |
        0;
      c = (c + g) | 0;
      g =
        (g +
          (((h >>> 2) | (h << 30)) ^ ((h >>> 13) | (h << 19)) ^ ((h >>> 22) | (h << 10))) +
          ((h & a) ^ (b & (h ^ a)))) |
        0;
      f =
        (f +
          (((c >>> 6) | (c << 26)) ^ ((c >>> 11) | (c << 21)) ^ ((c >>> 25) | (c << 7))) +
          (e ^ (c & (d ^ e))) +
          (K[i + 2] ?? 0) +
          (W[i + 2] ?? 0)) |
        0;
      b = (b + f) | 0;
      f =
        (f +
          (((g >>> 2) | (g << 30)) ^ ((g >>> 13) | (g << 19)) ^ ((g >>> 22) | (g << 10))) +
          ((g & h) ^ (a & (g ^ h)))) |
        0;
      e =
        (e +
          (((b >>> 6) | (b << 26)) ^ ((b >>> 11) | (b << 21)) ^ ((b >>> 25) | (b << 7))) +
          (d ^ (b & (c ^ d))) +
          (K[i + 3] ?? 0) +
          (W[i + 3] ?? 0)) |
        0;
      a = (a + e) | 0;
      e =
        (e +
          (((f >>> 2) | (f << 30)) ^ ((f >>> 13) | (f << 19)) ^ ((f >>> 22) | (f << 10))) +
          ((f & g) ^ (h & (f ^ g)))) |
        0;
      d =
        (d +
          (((a >>> 6) | (a << 26)) ^ ((a >>> 11) | (a << 21)) ^ ((a >>> 25) | (a << 7))) +
          (c ^ (a & (b ^ c))) +
          (K[i + 4] ?? 0) +
          (W[i + 4] ?? 0)) |
        0;
      h = (h + d) | 0;
      d =
        (d +
          (((e >>> 2) | (e << 30)) ^ ((e >>> 13) | (e << 19)) ^ ((e >>> 22) | (e << 10))) +
          ((e & f) ^ (g & (e ^ f)))) |
        0;
      c =
        (c +
          (((h >>> 6) | (h << 26)) ^ ((h >>> 11) | (h << 21)) ^ ((h >>> 25) | (h << 7))) +
          (b ^ (h & (a ^ b))) +
          (K[i + 5] ?? 0) +
          (W[i + 5] ?? 0)) |
        0;
      g = (g + c) | 0;
      c =
        (c +
          (((d >>> 2) | (d << 30)) ^ ((d >>> 13) | (d << 19)) ^ ((d >>> 22) | (d << 10))) +
          ((d & e) ^ (f & (d ^ e)))) |
        0;
      b =
        (b +
          (((g >>> 6) | (g << 26)) ^ ((g >>> 11) | (g << 21)) ^ ((g >>> 25) | (g << 7))) +
          (a ^ (g & (h ^ a))) +
          (K[i + 6] ?? 0) +
          (W[i + 6] ?? 0)) |
        0;
      f = (f + b) | 0;
      b =
        (b +
          (((c >>> 2) | (c << 30)) ^ ((c >>> 13) | (c << 19)) ^ ((c >>> 22) | (c << 10))) +
          ((c & d) ^ (e & (c ^ d)))) |
        0;
      a =
        (a +
          (((f >>> 6) | (f << 26)) ^ ((f >>> 11) | (f << 21)) ^ ((f >>> 25) | (f << 7))) +
          (h ^ (f & (g ^ h))) +
          (K[i + 7] ?? 0) +
          (W[i + 7] ?? 0)) |
        0;
      e = (e + a) | 0;
      a =
        (a +
          (((b >>> 2) | (b << 30)) ^ ((b >>> 13) | (b << 19)) ^ ((b >>> 22) | (b << 10))) +
          ((b & c) ^ (d & (b ^ c)))) |
        0;
    }
    s0 = (s0 + a) | 0;
    s1 = (s1 + b) | 0;
    s2 = (s2 + c) | 0;
    s3 = (s3 + d) | 0;
    s4 = (s4 + e) | 0;
    s5 = (s5 + f) | 0;
    s6 = (s6 + g) | 0;
    s7 = (s7 + h) | 0;
  }
  s[0] = s0;
  s[1] = s1;
  s[2] = s2;
  s[3] = s3;
  s[4] = s4;
  s[5] = s5;
  s[6] = s6;
  s[7] = s7;
}

function write(s: Int32Array, to: Uint8Array, at: number): void {
  for (let i = 0; i < 8; i++) {
    const word = s[i] ?? 0;
    to[at++] = word >> 24;
    to[at++] = word >> 16;
    to[at++] = word >> 8;
    to[at++] = word;
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** SHA-256 of a stream of pieces: `new Sha256().update(a).update(b).digest()`. */
export class Sha256 {
  readonly #state = new Int32Array(INITIAL);
  readonly #rest = new Uint8Array(128);
  readonly #restView = view(this.#rest);
  #held = 0;
  #length = 0;

  /** Adds a piece of any length. Keeps at most 63 bytes of it. */
  update(piece: Uint8Array): this {
    let at = 0;
    this.#length += piece.length;
    if (this.#held > 0) {
      at = Math.min(64 - this.#held, piece.length);
      this.#rest.set(at === piece.length ? piece : piece.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < 64) return this;
      compress(this.#state, this.#restView, 0, 1);
      this.#held = 0;
    }
    const blocks = Math.floor((piece.length - at) / 64);
    if (blocks > 0) {
      compress(this.#state, view(piece), at, blocks);
      at += blocks * 64;
    }
    if (at < piece.length) {
      this.#rest.set(at === 0 ? piece : piece.subarray(at), 0);
      this.#held = piece.length - at;
    }
    return this;
  }

  /** The 32-byte digest. The object may be used again from the start afterwards. */
  digest(): Uint8Array {
    const out = new Uint8Array(32);
    this.finish(out, 0);
    return out;
  }

  /** Writes the digest into `to` at `at` and starts over. */
  finish(to: Uint8Array, at: number): void {
    const rest = this.#rest;
    rest[this.#held] = 0x80;
    rest.fill(0, this.#held + 1);
    const blocks = this.#held < 56 ? 1 : 2;
    // Bits, as two 32-bit halves: lengths beyond 2^32 bits must not be cut by 32-bit arithmetic.
    this.#restView.setUint32(blocks * 64 - 8, Math.floor(this.#length / 0x20000000));
    this.#restView.setUint32(blocks * 64 - 4, (this.#length % 0x20000000) * 8);
    compress(this.#state, this.#restView, 0, blocks);
    write(this.#state, to, at);
    this.start(INITIAL, 0);
  }

  /** Puts the state back to one reached earlier by whole blocks of `length` bytes (see `snapshot`). */
  start(state: Int32Array, length: number): this {
    this.#state.set(state);
    this.#length = length;
    this.#held = 0;
    return this;
  }

  /** A copy of the inner state. Only meaningful after a whole number of 64-byte blocks. */
  snapshot(): Int32Array {
    return new Int32Array(this.#state);
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
  return faster !== undefined && bytes.length >= WORTH ? faster(bytes) : one.update(bytes).digest();
}

/** HMAC-SHA256 under one key for many messages: the two key blocks are hashed once. */
export class Hmac {
  readonly #pad: Uint8Array;
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;
  readonly #between = new Uint8Array(32);

  constructor(key: Uint8Array) {
    const block = new Uint8Array(64);
    block.set(key.length > 64 ? sha256(key) : key);
    this.#pad = block.map((byte) => byte ^ 0x36);
    this.#inner = new Sha256().update(this.#pad).snapshot();
    this.#outer = new Sha256().update(block.map((byte) => byte ^ 0x5c)).snapshot();
  }

  /** HMAC of the pieces, one after the other. */
  mac(...pieces: readonly Uint8Array[]): Uint8Array {
    let between: Uint8Array = this.#between;
    let length = 0;
    for (const piece of pieces) length += piece.length;
    if (faster !== undefined && length >= WORTH) between = faster(concat(this.#pad, ...pieces));
    else {
      one.start(this.#inner, 64);
      for (const piece of pieces) one.update(piece);
      one.finish(between, 0);
    }
    return one.start(this.#outer, 64).update(between).digest();
  }
}

/** HMAC-SHA256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Hmac(key).mac(message);
}

const nodeBlocks = new Uint8Array(128);
const nodeView = view(nodeBlocks);
const nodeState = new Int32Array(8);
nodeBlocks[0] = 1;
nodeBlocks[65] = 0x80;
nodeView.setUint32(124, 65 * 8);

/**
 * SHA-256(0x01 ‖ 64 bytes of `from` at `at`) into `to` at `where`: two neighbouring hashes become their parent
 * (RFC 6962, section 2.1) without one allocation. `from` and `to` may be the same array.
 */
export function hashPair(from: Uint8Array, at: number, to: Uint8Array, where: number): void {
  for (let i = 0; i < 64; i++) nodeBlocks[i + 1] = from[at + i] ?? 0;
  nodeState.set(INITIAL);
  compress(nodeState, nodeView, 0, 2);
  write(nodeState, to, where);
}
