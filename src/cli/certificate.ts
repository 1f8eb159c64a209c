/**
 * `counterfoil certificate FILE… --policy POLICY --out NAME`: checks receipts and writes a pre-filled certification as PDF and as text.
 * Needs no server. Where one receipt does not hold, nothing is written.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { certificationText, certify } from '../base/certification.ts';
import { instant } from '../base/clock.ts';
import { VERSION } from '../base/version.ts';
import { fromUtf8, ProofFailure } from '../proof/index.ts';
import { useNodeCrypto } from '../proof/node-crypto.ts';
import { isPdf, receiptFromPdf } from '../proof/pdf.ts';
import type { Command } from './io.ts';
import { plain } from './plain.ts';

const USAGE = `counterfoil certificate FILE… --policy POLICY [--out NAME]

  FILE      receipts: *.receipt.json, or PDF receipts
  --policy  a tlog-policy file that you chose: which logs and witnesses you trust
  --out     NAME.pdf and NAME.txt are written (default: certification)

Exit code 1, and nothing written, if a receipt does not hold. The form is not legal advice.
`;

export const certificateCommand: Command = async (argv, io) => {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      policy: { type: 'string' },
      out: { type: 'string', default: 'certification' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help || positionals.length === 0 || values.policy === undefined) {
    io.stderr.write(USAGE);
    return values.help ? 0 : 1;
  }
  useNodeCrypto();
  try {
    const files = [];
    for (const path of positionals) {
      const bytes = new Uint8Array(await readFile(path));
      // The receipt itself is identified, not the page around it.
      const inner = isPdf(bytes) ? await receiptFromPdf(bytes) : bytes;
      files.push({ name: basename(path), json: fromUtf8(inner) });
    }
    const policy = await readFile(values.policy, 'utf8');
    const at = Date.now();
    const made = await certify(files, { policy, program: `counterfoil ${VERSION}`, at: instant(at) });
    if (!made.ok) {
      const { failure, expected, found } = made.verdict;
      io.stderr.write(
        plain(`✕ ${made.file}: ${failure}. Expected ${expected}; found ${found}.`).concat('\nNothing was written.\n'),
      );
      return 1;
    }
    const { certificatePdf } = await import('../adapters/pdf/certificate-pdf.ts');
    // Who names the file with its ending means the same.
    const out = values.out.replace(/\.(?:pdf|txt)$/i, '');
    await writeFile(`${out}.pdf`, await certificatePdf(made.certification, at), { flag: 'wx' });
    await writeFile(`${out}.txt`, certificationText(made.certification), { flag: 'wx' });
    io.stdout.write(`✓ ${out}.pdf and ${out}.txt: read, complete and sign. Not legal advice.\n`);
    return 0;
  } catch (error) {
    if (error instanceof ProofFailure || (error instanceof Error && 'code' in error)) {
      io.stderr.write(plain(error.message).concat('\nNothing was written.\n'));
      return 1;
    }
    throw error;
  }
};
