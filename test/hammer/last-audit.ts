/**
 * The audit at the end: a server is started once more on what is there, and followed over HTTP as a stranger would, from where the audit
 * between the kills had come to, with every receipt of every entry in a folder. Anything but "consistent" is wrong.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { audit } from '../../src/audit/audit.ts';
import type { Field } from './field.ts';
import type { Memory } from './memory.ts';

/**
 * @param folder holds the state of the audits before, in `audit`
 * @param entries how many there are: as many receipts must be found in the log
 */
export async function finalAudit(
  field: Field,
  memory: Memory,
  folder: string,
  receipts: string,
  entries: number,
): Promise<{ readonly outcome: string; readonly size: number; readonly included: number; readonly seconds: number }> {
  const from = performance.now();
  const report = await audit({
    url: `${await field.reopen()}/log`,
    dir: join(folder, 'audit'),
    vkey: field.vkey,
    receipts,
    durable: false,
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    wait: (ms) => sleep(ms),
  });
  const included = report.receipts?.included ?? 0;
  if (report.exit !== 0) memory.wrong(`the last audit: ${report.outcome}, ${JSON.stringify(report).slice(0, 2_000)}`);
  if (included !== entries) memory.wrong(`the last audit found ${included} receipts of ${entries} entries`);
  const seconds = Math.round((performance.now() - from) / 1000);
  return { outcome: report.outcome, size: report.size ?? 0, included, seconds };
}
