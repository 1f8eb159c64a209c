/**
 * The working in other languages: every sentence that the rules write is known again, whatever the dated cases make them write, and said in English
 * by its message it is the same to the letter. So a sentence of the rules that changes without its form fails here.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inLanguage } from '../../base/language.ts';
import { answer, readCase } from './case.ts';
import { FORMS, stepSaid, workingSaid } from './working-said.ts';

function workingOf(given: unknown): readonly string[] {
  try {
    return answer(readCase(given)).working;
  } catch {
    return [];
  }
}

const RULE = { type: 'count', zone: 'America/New_York', holidays: 'US', whose: 'issuer', roll: 'none' } as const;
const counted = (more: object) => ({
  service: { on: '2018-01-24' },
  rule: { ...RULE, cutOff: null, receivedOn: 'any day', mailDays: 0, preset: null, count: 20, unit: 'days', ...more },
});
const order = 'N.D. Ill., No. 1, of 1 Feb 2018';

/** What the dated cases leave out. */
const more: readonly unknown[] = [
  counted({ cutOff: '17:00' }),
  {
    ...counted({}),
    events: [{ type: 'service-corrected', at: '2018-01-30', to: { on: '2018-01-26' }, words: 'A: b.' }],
  },
  {
    ...counted({ unit: 'business days', count: 1500 }),
    events: [
      { type: 'stayed', id: 's', at: '2018-02-01', order, words: 'it; tolled: as “asked”' },
      { type: 'tolled', id: 'x', at: '2018-02-02', words: 'fees (two)' },
      { type: 'lifted', at: '2018-02-12', of: 's', order },
      { type: 'resumed', at: '2018-02-13', of: 'x' },
      { type: 'tolled', at: '2018-02-20' },
    ],
  },
  {
    ...counted({}),
    events: [
      { type: 'compelled', id: 'c', at: '2018-02-01', order, to: '2018-02-05', words: 'by then' },
      { type: 'lifted', at: '2018-02-20', of: 'c', words: 'it ends' },
      { type: 'extended', at: '2018-02-21', to: '2018-02-02', words: 'no; that' },
      { type: 'tolled', at: '2018-06-01', words: 'late' },
    ],
  },
];

const cases = readFileSync(new URL('../../../test/fixtures/clock/cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): unknown => JSON.parse(line).case);

const steps = [...new Set([...cases, ...more].flatMap(workingOf))];

describe('a working in other languages', () => {
  it('knows every sentence of the dated cases, each form by one of them', () => {
    expect(steps.length).toBeGreaterThan(300);
    expect(steps.filter((step) => !FORMS.some(([known]) => known.test(step)))).toEqual([]);
    const unused = FORMS.filter(([known]) => !steps.some((step) => known.test(step))).map(([known]) => known.source);
    expect(unused).toEqual([]);
  });

  it('says it in English to the letter', () => {
    for (const step of steps) expect(stepSaid(step)).toBe(step);
    expect(workingSaid(steps)).toBe(steps);
  });

  it('is written in English, whatever language is spoken', () => {
    expect(inLanguage('es', () => [...new Set([...cases, ...more].flatMap(workingOf))])).toEqual(steps);
  });

  it('says it in Spanish, with no English sentence left', () => {
    inLanguage('es', () => {
      for (const step of steps) expect(stepSaid(step), step).not.toBe(step);
      for (const said of workingSaid(steps)) {
        expect(said.replaceAll(/“.*”|\(.*\)/gs, '')).not.toMatch(/\b(is|the|of|counts?|business|days?|left|that)\b/);
      }
    });
  });

  it('keeps names and words as they are', () => {
    inLanguage('es', () => {
      expect(stepSaid('Served by mail: 3 days are added after that, to Tue 20 Feb 2018.')).toMatch(
        /^Notificado por correo: después se añaden 3 días, hasta el .*20.*2018\.$/,
      );
      expect(stepSaid('Not counted: Mon 19 Feb 2018 (Washington’s Birthday), and 2 more.')).toMatch(
        /^No se cuentan: .*19.*2018 \(Washington’s Birthday\), y 2 más\.$/,
      );
      expect(
        stepSaid('Sat 3 Feb 2018 is no business day (Saturday), so it counts as received on Mon 5 Feb 2018.'),
      ).toMatch(/no es día hábil \(sábado\)/);
      expect(stepSaid('As an older version said it.')).toBe('As an older version said it.');
    });
  });
});
