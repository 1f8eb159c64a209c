/**
 * `npm run messages`: puts the message files in order (ids sorted), looks whether every language is complete, and writes `src/messages/ids.ts`.
 * `npm run messages -- src/rooms/answers …` then lists what those files and folders say without a message.
 */
import { globSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { hardWords } from './support/hard-words.ts';
import { differences, typesOf } from './support/messages.ts';

const folder = fileURLToPath(new URL('../src/messages', import.meta.url));
const catalog = z.record(z.string(), z.string());

/** Reads the files of a language, sorted anew where they were not. */
function read(language: string): Record<string, string> {
  const all: Record<string, string> = {};
  for (const file of readdirSync(join(folder, language)).sort()) {
    const path = join(folder, language, file);
    const text = readFileSync(path, 'utf8');
    const own = catalog.parse(JSON.parse(text));
    const area = file.replace('.json', '');
    const sorted: Record<string, string> = {};
    for (const id of Object.keys(own).sort()) {
      if (!id.startsWith(`${area}.`))
        throw new Error(`${language}/${file} holds ${id}: ids begin with the name of the file`);
      sorted[id] = own[id] ?? '';
    }
    const fresh = `${JSON.stringify(sorted, null, 2)}\n`;
    if (fresh !== text) writeFileSync(path, fresh);
    Object.assign(all, sorted);
  }
  return all;
}

const en = read('en');
writeFileSync(join(folder, 'ids.ts'), typesOf(en));
const wrong = readdirSync(folder, { withFileTypes: true })
  .filter((one) => one.isDirectory() && one.name !== 'en')
  .flatMap(({ name }) => differences(en, read(name), name));
for (const line of wrong) console.error(line);
console.log(`${Object.keys(en).length} messages, ${wrong.length} things wrong`);
if (wrong.length > 0) process.exitCode = 1;

let left = 0;
for (const path of process.argv.slice(2)) {
  const files = statSync(path).isDirectory() ? globSync(`${path}/**/*.{ts,tsx}`).sort() : [path];
  for (const file of files.filter((one) => !/\.test\.tsx?$/.test(one)))
    for (const { line, text } of hardWords(file, readFileSync(file, 'utf8'))) {
      console.log(`${file}:${line}: ${text}`);
      left += 1;
    }
}
if (left > 0) console.log(`${left} said without a message`);
