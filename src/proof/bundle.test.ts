/** What a browser gets: the public module, small, and without anything that only Node has. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('is less than 20,000 bytes as a whole once minified, and brings no package at all', async () => {
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
  expect(file?.contents.length).toBeLessThan(20_000);
  const inputs = Object.keys(result.metafile.inputs);
  expect(inputs.filter((path) => !path.includes('src/proof/'))).toEqual([]);
  // What only logs, witnesses and readers of PDFs need stands beside it.
  for (const own of ['write', 'grow', 'prove', 'witness', 'pdf', 'bundle', 'node-crypto'])
    expect(
      inputs.some((path) => path.endsWith(`/${own}.ts`)),
      own,
    ).toBe(false);
  expect(file?.text).not.toMatch(/\b(Buffer|process|require|__dirname)\b/);
});

it('says in every file what its bytes are', () => {
  for (const name of readdirSync(import.meta.dirname).filter((one) => !one.includes('.test.'))) {
    const head = readFileSync(join(import.meta.dirname, name), 'utf8').split('*/')[0] ?? '';
    expect(head, name).toMatch(/Example/i);
  }
});
