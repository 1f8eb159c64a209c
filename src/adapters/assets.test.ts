import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Asset, Assets } from '../ui/assets.ts';
import { buildAssets } from './assets.ts';

let cacheDir: string;
let assets: Assets;
const named = (name: string): Asset => {
  const asset = assets.get(assets.url(name));
  if (!asset) throw new Error(`no ${name}`);
  return asset;
};

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'counterfoil-assets-'));
  assets = await buildAssets({ cacheDir });
});
afterAll(() => rm(cacheDir, { recursive: true }));

describe('assets', () => {
  it('are small enough: style sheet at most 25 KB, with both fonts at most 80 KB', () => {
    const css = named('app.css').brotli?.length ?? Number.POSITIVE_INFINITY;
    const fonts = named('public-sans-400.woff2').body.length + named('public-sans-700.woff2').body.length;
    expect(css).toBeLessThanOrEqual(25_000);
    expect(css + fonts).toBeLessThanOrEqual(80_000);
  });

  it('name only files that exist, and only our two faces', () => {
    const css = new TextDecoder().decode(named('app.css').body);
    const urls = [...css.matchAll(/url\("?([^")]+)"?\)/g)].map((m) => m[1] ?? '');
    expect(urls).toHaveLength(2);
    for (const url of urls) expect(assets.get(url)?.type).toBe('font/woff2');
    expect(css.match(/@font-face/g)).toHaveLength(2);
    expect(css).not.toContain('asset:');
  });

  it('unpack to the same bytes', () => {
    const css = named('app.css');
    if (!css.brotli || !css.gzip) throw new Error('not packed');
    expect(Buffer.from(css.body).equals(brotliDecompressSync(css.brotli))).toBe(true);
    expect(Buffer.from(css.body).equals(gunzipSync(css.gzip))).toBe(true);
  });

  it('hold one script per island', async () => {
    const islands = (await readdir('src/islands')).filter((f) => f.endsWith('.ts') && !f.endsWith('.test.ts'));
    for (const file of islands) expect(named(file.replace(/\.ts$/, '.js')).type).toContain('javascript');
  });

  it('come from the cache the second time', async () => {
    const [key] = await readdir(cacheDir);
    if (!key) throw new Error('no cache');
    const before = (await stat(join(cacheDir, key, 'manifest.json'))).mtimeMs;
    const again = await buildAssets({ cacheDir });
    expect(again.url('app.css')).toBe(assets.url('app.css'));
    expect((await stat(join(cacheDir, key, 'manifest.json'))).mtimeMs).toBe(before);
    expect(await readdir(cacheDir)).toEqual([key]);
  });

  it('refuse names that nobody gave', () => {
    expect(() => assets.url('no.css')).toThrow('no asset is called no.css');
    expect(assets.get('/assets/../package.json')).toBeUndefined();
  });
});
