/** The viewer of exports as files: its page, and its script in one piece with the proofs it makes. Compiled when an export is written. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const DIR = fileURLToPath(new URL('../portable/viewer', import.meta.url));

export async function buildViewer(): Promise<{ readonly html: string; readonly script: Uint8Array }> {
  const esbuild = await import('esbuild');
  const [html, built] = await Promise.all([
    readFile(`${DIR}/index.html`, 'utf8'),
    esbuild.build({
      entryPoints: [`${DIR}/viewer.ts`],
      bundle: true,
      minify: true,
      format: 'iife',
      target: 'es2022',
      platform: 'browser',
      legalComments: 'none',
      write: false,
      logLevel: 'silent',
    }),
  ]);
  const script = built.outputFiles[0]?.contents;
  if (!script) throw new Error('the viewer could not be compiled');
  return { html, script };
}
