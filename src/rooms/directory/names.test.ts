import { expect, it } from 'vitest';
import { bareName, plainName } from './names.ts';

it('leaves out the word for what a place is, accents and case', () => {
  for (const [name, bare] of [
    ['City of Exampleton', 'exampleton'],
    ['Exampleton city', 'exampleton'],
    ['The City and County of Exampleton', 'exampleton'],
    ['Township of the Example', 'example'],
    ['State of Example', 'example'],
    ['Exampleton consolidated government (balance)', 'exampleton'],
    ['Exampleton charter township', 'exampleton'],
    ['Exámple Señor Municipio', 'example senor'],
    ['Oklahoma City', 'oklahoma'],
    // Nothing but the word stays, and what only looks like it.
    ['City', 'city'],
    ['City of ', 'city of '],
    ['Kansas Cityscape', 'kansas cityscape'],
    ['Citizens of Example', 'citizens of example'],
  ] as const)
    expect(bareName(name)).toBe(bare);
  expect(plainName('Oklahoma City city')).toBe('oklahoma city city');
  // Each letter by itself: no dot of its own behind the first, no final sigma at the end.
  expect(plainName('İZMİR ΟΔΟΣ')).toBe('izmir οδοσ');
});
