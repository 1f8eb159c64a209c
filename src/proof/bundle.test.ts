/** What a browser gets: the module with its one dependency, small, and without anything that only Node has. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('bundles for browsers in less than 20 KB on the wire, and imports nothing but canonicalize', async () => {
  const result = await build({
    entryPoints: [join(import.meta.dirname, 'index.ts')],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
  });
  const [file] = result.outputFiles;
  // The whole module with the server's half (growing trees, signing); pages that only verify leave that out.
  expect(file?.contents.length).toBeLessThan(40_000);
  expect(gzipSync(file?.contents ?? '').length).toBeLessThan(20_000);
  const packages = Object.keys(result.metafile.inputs).filter((path) => path.includes('node_modules'));
  expect(packages).toHaveLength(1);
  expect(packages[0]).toMatch(/node_modules\/canonicalize\//);
  expect(file?.text).not.toMatch(/\b(Buffer|process|require|__dirname)\b/);
});

it('says in every file what its bytes are', () => {
  for (const name of readdirSync(import.meta.dirname).filter((one) => !one.includes('.test.'))) {
    const head = readFileSync(join(import.meta.dirname, name), 'utf8').split('*/')[0] ?? '';
    expect(head, name).toMatch(/Example/i);
  }
});
