/**
 * Keeps what shows that a log lied: the signed notes, the tiles between them, and how to check it all without this program. Written once
 * for each pair of notes; never changed or removed by an audit.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { putWhole } from './folder.ts';
import type { AuditFailure, Evidence } from './outcome.ts';

/** An operator who lies in every answer must not fill the disk of whoever watches. */
const AT_MOST = 100;

/**
 * Writes the evidence of a failure. @param policy the tlog-policy under which the notes were opened @param now ms
 * @returns its folder, also when the same was written before; null where there is none, or a hundred others already
 */
export async function keepEvidence(
  dir: string,
  failure: AuditFailure,
  policy: string,
  now: number,
): Promise<string | null> {
  const { evidence } = failure;
  if (evidence === undefined) return null;
  const parent = join(dir, 'evidence');
  const names = (await readdir(parent).catch(() => [])).sort();
  for (const name of names) if (await isSame(join(parent, name), evidence)) return join(parent, name);
  if (names.length >= AT_MOST) return null;
  const time = new Date(now).toISOString().replaceAll(':', '-');
  let to = join(parent, time);
  for (let again = 2; names.includes(to.slice(parent.length + 1)); again++) to = join(parent, `${time}-${again}`);
  const [first, second] = evidence.notes;
  if (first !== undefined) await putWhole(join(to, 'first.checkpoint'), first);
  if (second !== undefined) await putWhole(join(to, 'second.checkpoint'), second);
  for (const [path, bytes] of evidence.tiles) await putWhole(join(to, path), bytes);
  if (evidence.statement !== undefined) await putWhole(join(to, 'hand-over.txt'), evidence.statement);
  if (evidence.receipt) await putWhole(join(to, `given${suffix(evidence.receipt.name)}`), evidence.receipt.bytes);
  await putWhole(join(to, 'policy.txt'), policy);
  await putWhole(join(to, 'README.txt'), readme(failure, evidence, now));
  return to;
}

function suffix(name: string): string {
  return name.endsWith('.pdf') ? '.receipt.pdf' : '.receipt.json';
}

async function isSame(dir: string, evidence: Evidence): Promise<boolean> {
  const read = (name: string) => readFile(join(dir, name), 'utf8').catch(() => undefined);
  const notes = await Promise.all([read('first.checkpoint'), read('second.checkpoint')]);
  // The receipt too: each that was denied is worth keeping.
  const receipt = evidence.receipt && (await read(`given${suffix(evidence.receipt.name)}`));
  const given = evidence.receipt && new TextDecoder().decode(evidence.receipt.bytes);
  const statement = evidence.statement && (await read('hand-over.txt'));
  return (
    statement === evidence.statement &&
    notes[0] === evidence.notes[0] &&
    notes[1] === evidence.notes[1] &&
    receipt === given
  );
}

function readme(failure: AuditFailure, evidence: Evidence, now: number): string {
  const lines = [
    `${failure.outcome}, found ${new Date(now).toISOString()}`,
    `expected ${failure.expected}`,
    `found    ${failure.found}`,
    '',
    'How to check this without trusting whoever found it:',
    '',
    '- first.checkpoint and second.checkpoint are C2SP signed notes, in the order in which they were seen. Any tool for them (note.Open of',
    '  golang.org/x/mod/sumdb/note, for example) verifies the signature of each with the key in the log line of policy.txt.',
    '- Two roots for one size: the log has signed two histories, and nothing more is needed.',
    '- Two sizes: the tiles in tile/ lead to the root of the larger one, and show which root its first entries have (a consistency proof,',
    '  RFC 9162, section 2.1.4). Another root than the smaller checkpoint signs means two histories; the same root and a log that served',
    '  the smaller one later means that it hides what it signed before.',
  ];
  if (evidence.statement !== undefined)
    lines.push(
      '- hand-over.txt is the statement by which the log went on under a new key: a signed note too, by the keys that it names.',
    );
  if (evidence.receipt) {
    const name = `given${suffix(evidence.receipt.name)}`;
    lines.push(`- ${name} is the receipt that was given: counterfoil verify ${name} --policy policy.txt`);
  }
  return `${lines.join('\n')}\n`;
}
