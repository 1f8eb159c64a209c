/** Each preset against a date that follows from its citation; and every file of the folder is one that is offered. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { counterFor } from './due.ts';
import { presetById, presets } from './presets.ts';

/** Served on the left, due on the right, by hand from the citation: each passes over a weekend and a holiday of its calendar. */
const HELD: Readonly<Record<string, readonly [string, string]>> = {
  'frcp-6a': ['2024-02-05', '2024-02-20'],
  'frcp-6d': ['2024-02-05', '2024-02-23'],
  'frcp-34': ['2018-01-24', '2018-02-23'],
  foia: ['2024-11-01', '2024-12-03'],
  california: ['2025-03-21', '2025-04-01'],
  colorado: ['2024-10-04', '2024-10-10'],
  illinois: ['2024-11-01', '2024-11-12'],
  virginia: ['2024-11-25', '2024-12-04'],
  washington: ['2024-11-22', '2024-12-03'],
};

describe('presets', () => {
  it('are the files of their folder, each held here', () => {
    const files = readdirSync(new URL('./presets/', import.meta.url)).map((name) => name.replace('.json', ''));
    expect(
      presets()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(files.sort());
    expect(Object.keys(HELD).sort()).toEqual(files.sort());
  });

  it.each(Object.entries(HELD))('%s', (id, [served, due]) => {
    const one = presetById(id);
    if (!one) throw new Error(`no preset ${id}`);
    expect(one.rule).toMatchObject({ type: 'count', preset: { id, citation: one.citation } });
    const { on, working } = counterFor(one.rule).due({ on: served });
    expect(on).toBe(due);
    expect(working[0]).toBe(`Counted under ${one.citation}.`);
  });
});
