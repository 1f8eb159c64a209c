/**
 * The public module in a real browser gives every fixture the answer that it has in Node: as the package's files are, unchanged, and as
 * esbuild bundles and minifies them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { hex, sha256 } from '../../src/proof/index.ts';
import { withPage } from '../support/browser.ts';
import { type ProofPackage, proofPackage } from '../support/proof-package.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'test/fixtures');
const listed = z.array(
  z.object({ file: z.string(), policy: z.string(), documents: z.array(z.string()), expect: z.string() }),
);
const read = (name: string) => readFileSync(join(FIXTURES, name));
const cases = listed.parse(JSON.parse(read('cases.json').toString()));

const SCRIPT = `
  import { verifyReceipt } from 'counterfoil/proof';
  import { readReceiptFile } from 'counterfoil/proof/pdf';
  globalThis.verdicts = async (cases) => {
    const found = [];
    for (const { file, policy, documents } of cases) {
      const receipt = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
      const verdict = await verifyReceipt({ receipt, policy, documents, read: readReceiptFile });
      found.push(verdict.ok ? 'ok' : verdict.failure);
    }
    return found;
  };`;
const MAP = { 'counterfoil/proof': '/proof/index.js', 'counterfoil/proof/pdf': '/proof/pdf.js' };

let base = '';
const server = createServer();
let made: ProofPackage;

beforeAll(async () => {
  made = proofPackage();
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: made.project },
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', target: 'es2024' },
  });
  const pages = new Map([
    ['/bundled', '<script type="module" src="/bundle.js"></script>'],
    [
      '/unchanged',
      `<script type="importmap">${JSON.stringify({ imports: MAP })}</script><script type="module">${SCRIPT}</script>`,
    ],
  ]);
  server.on('request', ({ url = '' }, response) => {
    const page = pages.get(url);
    const file = join(made.installed, url);
    const script = url === '/bundle.js' ? outputFiles[0]?.text : existsSync(file) ? readFileSync(file) : undefined;
    response.statusCode = page === undefined && script === undefined ? 404 : 200;
    response.setHeader('content-type', page === undefined ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(page === undefined ? script : `<!doctype html><title>proof</title>${page}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}, 60_000);

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  made?.close();
});

it.each(['unchanged', 'bundled'])('verifies every fixture in Chromium as in Node: %s', async (how) => {
  await withPage({ baseURL: base }, async (page) => {
    await page.goto(`/${how}`);
    await page.waitForFunction(() => 'verdicts' in globalThis);
    const given = cases.map(({ file, policy, documents }) => ({
      file: read(file).toString('base64'),
      policy: read(policy).toString(),
      documents: documents.map((name) => ({ name, sha256: hex(sha256(read(name))), bytes: read(name).length })),
    }));
    const found: unknown = await page.evaluate(`verdicts(${JSON.stringify(given)})`);
    expect(found).toEqual(cases.map((one) => one.expect));
    expect(cases.length).toBeGreaterThan(100);
  });
});
