/** Rules that a statute or a court's rules give, as data files with their citation. A preset is a beginning: whoever uses it may change it. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { wordOf } from '../../base/language.ts';
import { isoDate, line } from '../fields.ts';
import { dueRule } from './rule.ts';

/** One file of `presets/`. Its name and what it says are messages, `clock.preset.ID` and `clock.preset.ID.says`. */
const preset = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** where the period stands */
  citation: line(300),
  /** where it was read, and when that text was last compared */
  checked: isoDate,
  rule: dueRule,
});
export interface Preset extends z.infer<typeof preset> {
  readonly name: string;
  /** what the text says, in our words, and what it leaves open */
  readonly says: string;
}

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

/** With its words in the language in which they are asked for. */
const named = (read: z.infer<typeof preset>): Preset => ({
  ...read,
  get name() {
    return wordOf(`clock.preset.${read.id}`, read.id);
  },
  get says() {
    return wordOf(`clock.preset.${read.id}.says`, '');
  },
});

let all: readonly Preset[] | null = null;

/** All presets, in the order in which a form offers them. */
export function presets(): readonly Preset[] {
  all ??= FILES.map((name) =>
    named(preset.parse(JSON.parse(readFileSync(new URL(`./presets/${name}.json`, import.meta.url), 'utf8')))),
  );
  return all;
}

/** The preset with this id, or null. */
export const presetById = (id: string): Preset | null => presets().find((one) => one.id === id) ?? null;
