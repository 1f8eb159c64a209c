/**
 * What the web floor needs of compiled styles, scripts and fonts: bytes by address, and the address by plain name.
 * Implemented by src/adapters/assets.ts; nothing here compiles or reads files.
 */
import type { AssetUrls } from '../base/route.ts';

/** One file as it is served. `path` carries a hash of the content, so it may be cached for ever. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** precompressed forms, where they are smaller */
  readonly brotli?: Uint8Array<ArrayBuffer>;
  readonly gzip?: Uint8Array<ArrayBuffer>;
}

export interface Assets extends AssetUrls {
  /** The address of an asset by its plain name (`app.css`, `board.js`, `public-sans-400.woff2`). Throws on an unknown name. */
  url(name: string): string;
  /** The file at an address, or undefined. */
  get(path: string): Asset | undefined;
  /** Plain names of all assets, for measuring. */
  readonly names: readonly string[];
}
