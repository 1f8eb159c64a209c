/**
 * Entry bundles of C2SP tlog-tiles: up to 256 entries of a log in one file, read and written. Never looks inside an entry.
 *
 * Byte format: (u16 big-endian length ‖ entry) repeated. Example: the entries `a` and `` are the bytes 00 01 61 00 00.
 */
import { refuse } from './failure.ts';
import { TILE_WIDTH } from './tiles.ts';

/** Length-prefixed entries of one bundle. Entries are at most 65,535 bytes each, at most 256 of them. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > TILE_WIDTH) refuse('bad-tile', 'at most 256 entries', String(entries.length));
  let length = 0;
  for (const entry of entries) {
    if (entry.length > 0xffff) refuse('too-large', 'entries of at most 65,535 bytes', `${entry.length}`);
    length += 2 + entry.length;
  }
  const bundle = new Uint8Array(length);
  let at = 0;
  for (const entry of entries) {
    bundle[at] = entry.length >> 8;
    bundle[at + 1] = entry.length;
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** Entries of a bundle; `width` asks for exactly that many. `bad-tile` if the bytes do not end with an entry. */
export function decodeBundle(bundle: Uint8Array, width?: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 + (((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0));
    if (end > bundle.length) refuse('bad-tile', 'whole entries', 'a cut bundle');
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  if (entries.length > TILE_WIDTH || entries.length !== (width ?? entries.length)) {
    refuse('bad-tile', `${width ?? 'at most 256'} entries`, String(entries.length));
  }
  return entries;
}
