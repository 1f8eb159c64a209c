/**
 * `counterfoil mail [--to ADDRESS] [--all]`: prints the newest letter of the file transport, for whoever runs this server. Pages never
 * show links and codes; the person at this terminal can read the files anyway.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ParsedMail, simpleParser } from 'mailparser';
import { readSettings } from '../settings.ts';
import type { Command } from './io.ts';

function recipients(mail: ParsedMail): string {
  const to = mail.to === undefined ? [] : Array.isArray(mail.to) ? mail.to : [mail.to];
  return to.map((address) => address.text).join(', ');
}

function readable(mail: ParsedMail): string {
  const files = mail.attachments.map((file) => `\n  ${file.filename ?? 'file'} (${file.size} bytes)`).join('');
  const head = `Date:    ${mail.date?.toISOString() ?? ''}\nTo:      ${recipients(mail)}\nSubject: ${mail.subject ?? ''}`;
  return `${head}\n\n${(mail.text ?? '').trim()}\n${files === '' ? '' : `\nAttached:${files}\n`}`;
}

export const mailCommand: Command = async (argv, io) => {
  const { values } = parseArgs({ args: argv, options: { to: { type: 'string' }, all: { type: 'boolean' } } });
  const folder = join(readSettings(process.env).dataDir, 'mail');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml')).sort();
  const found: string[] = [];
  for (const name of names.reverse()) {
    const mail = await simpleParser(await readFile(join(folder, name)));
    if (values.to && !recipients(mail).toLowerCase().includes(values.to.toLowerCase())) continue;
    found.push(readable(mail));
    if (!values.all) break;
  }
  if (found.length === 0) {
    io.stderr.write(`There is no mail${values.to ? ` to ${values.to}` : ''} in ${folder}.\n`);
    return 1;
  }
  io.stdout.write(found.reverse().join(`\n${'-'.repeat(72)}\n`));
  return 0;
};
