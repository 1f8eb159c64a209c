/**
 * The public module in a real browser: what esbuild makes of `counterfoil/proof` gives every fixture the answer that it has in Node.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { hex, sha256 } from '../../src/proof/index.ts';
import { withPage } from '../support/browser.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'test/fixtures');
const listed = z.array(
  z.object({ file: z.string(), policy: z.string(), documents: z.array(z.string()), expect: z.string() }),
);
const read = (name: string) => readFileSync(join(FIXTURES, name));
const cases = listed.parse(JSON.parse(read('cases.json').toString()));

let base = '';
const server = createServer();

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { verifyReceipt } from './src/proof/index.ts';
        import { readReceiptFile } from './src/proof/pdf.ts';
        globalThis.verdicts = async (cases) => {
          const found = [];
          for (const { file, policy, documents } of cases) {
            const receipt = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
            const verdict = await verifyReceipt({ receipt, policy, documents, read: readReceiptFile });
            found.push(verdict.ok ? 'ok' : verdict.failure);
          }
          return found;
        };`,
      resolveDir: ROOT,
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
  });
  const script = outputFiles[0]?.text ?? '';
  server.on('request', ({ url }, response) => {
    const page = '<!doctype html><title>proof</title><script type="module" src="/proof.js"></script>';
    response.setHeader('content-type', url === '/proof.js' ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(url === '/proof.js' ? script : page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

it('verifies every fixture in Chromium as in Node', async () => {
  await withPage({ baseURL: base }, async (page) => {
    await page.goto('/');
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
