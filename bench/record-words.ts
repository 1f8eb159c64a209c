/** Words that stand in the entries of `npm run bench -- record`, for its search: some in half of them, some in one of tens of thousands. */

const MISSING = [
  'Page 2 of the certificate is missing.',
  'The certificate bears no signature.',
  'The schedule of audits ends before the year does.',
  'The copy of the certificate cannot be read.',
  'The officer named has left the office, as the certificate itself says.',
  'Two schedules contradict each other.',
];
const THINGS = [
  'payroll',
  'housing',
  'water',
  'permits',
  'roads',
  'libraries',
  'transit',
  'schools',
  'parks',
  'elections',
];
const RARE = ['hydrants', 'ferries', 'archives', 'moorings', 'weighbridges', 'cemeteries', 'observatory', 'turnstiles'];

/** Of about 15,000 reasons, one names each of the rare things. */
const RARELY = 1 / 2_000;

const pick = (from: readonly string[], draw: () => number) => from[Math.floor(draw() * from.length)] ?? '';

/** Why an answer is deficient. */
export function reasonsFor(draw: () => number): string {
  const about = draw() < RARELY ? pick(RARE, draw) : pick(THINGS, draw);
  return `${pick(MISSING, draw)} What was sent concerns ${about} alone; send the rest for ${pick(THINGS, draw)}, numbered ${100 + Math.floor(draw() * 900)}.`;
}

export const RARE_WORD = RARE[0] ?? '';
export const FREQUENT_WORD = 'certificate';

/** What was said around it. */
export const SAID = [
  'The deadline is too short for small places, and everybody knows it.',
  'Every certificate was sent on the first day.',
  'Counsel is looking at the statute before anything is signed.',
  'The office asked for the schedule twice and got it twice.',
  'We answer what the law asks, and no more.',
];
