/** `counterfoil due` on the examples of docs/clock.md, word by word, and its refusals by name. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presets } from '../rooms/clock/presets.ts';
import { dueCommand } from './due.ts';

const page = readFileSync(new URL('../../docs/clock.md', import.meta.url), 'utf8');

async function run(text: string, ...argv: string[]) {
  let out = '';
  let err = '';
  const io = {
    stdout: { write: (some: string) => (out += some) },
    stderr: { write: (some: string) => (err += some) },
  };
  const code = await dueCommand(argv, io, () => text);
  return { code, out, err };
}

describe('counterfoil due', () => {
  const examples = [...page.matchAll(/```json\n(.+?)```\n\n```\n(.+?)```/gs)];

  it('has examples to hold', () => expect(examples.length).toBeGreaterThanOrEqual(3));

  it.each(examples.map(([, given = '', working = '']) => ({ given, working })))(
    'gives the working of the page',
    async ({ given, working }) => {
      expect(await run(given)).toEqual({ code: 0, out: working, err: '' });
      const json = await run(given, '--json');
      expect(JSON.parse(json.out)).toMatchObject({
        working: working
          .trim()
          .split('\n')
          .map((step) => step.replace(/^\d+\. /, '')),
      });
    },
  );

  it('refuses by name, on the terminal and as JSON', async () => {
    const given = '{"service":{"on":"2024-03-01"},"preset":"foia","recipient":{"zone":"Mars/Olympus"}}';
    expect(await run(given)).toMatchObject({ code: 1, out: '' });
    expect(JSON.parse((await run(given, '--json')).out)).toMatchObject({
      refused: 'time-zone-unknown',
      fields: { 'recipient.zone': 'is not a time zone such as America/New_York' },
    });
    expect(JSON.parse((await run('{', '--json')).out)).toMatchObject({ refused: 'not-json' });
    expect(JSON.parse((await run('[]', '--json')).out)).toMatchObject({ refused: 'input-refused' });
    expect(JSON.parse((await run('1'.repeat(2 ** 20 + 1), '--json')).out)).toMatchObject({ refused: 'too-large' });
    expect(await run('{}', '--frog')).toMatchObject({ code: 1, out: '' });
    expect((await run('', '--help')).code).toBe(0);
  });

  it('offers the presets that the page lists', () => {
    for (const { id, citation } of presets()) {
      expect(page.split('\n').some((line) => line.startsWith(`| \`${id}\` |`) && line.includes(citation))).toBe(true);
    }
  });
});
