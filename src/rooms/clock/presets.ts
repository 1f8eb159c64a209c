/** Rules that a statute or a court's rules give, as data files with their citation. A preset is a beginning: whoever uses it may change it. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isoDate, line, prose } from '../fields.ts';
import { dueRule } from './rule.ts';

/** One file of `presets/`. */
export const preset = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  name: line(120),
  /** where the period stands */
  citation: line(300),
  /** what the text says, in our words, and what it leaves open */
  says: prose(1000),
  /** where it was read, and when that text was last compared */
  checked: isoDate,
  rule: dueRule,
});
export type Preset = z.infer<typeof preset>;

const FILES = [
  'frcp-6a',
  'frcp-6d',
  'frcp-34',
  'foia',
  'california',
  'colorado',
  'illinois',
  'virginia',
  'washington',
] as const;

let all: readonly Preset[] | null = null;

/** All presets, in the order in which a form offers them. */
export function presets(): readonly Preset[] {
  all ??= FILES.map((name) =>
    preset.parse(JSON.parse(readFileSync(new URL(`./presets/${name}.json`, import.meta.url), 'utf8'))),
  );
  return all;
}

/** The preset with this id, or null. */
export const presetById = (id: string): Preset | null => presets().find((one) => one.id === id) ?? null;
