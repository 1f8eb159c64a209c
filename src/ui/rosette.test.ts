import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ROSETTE_BOX, rosette, rosettePath, SITE_MARK } from './rosette.ts';

const commitment = (i: number) => new Uint8Array(createHash('sha256').update(`entry ${i}`).digest());

/** All points that path data passes, from its absolute start on. */
function points(d: string): [number, number][] {
  const out: [number, number][] = [];
  let [x, y] = [0, 0];
  for (const [, op, rest] of d.matchAll(/([MLcs])([^MLcsz]*)/g)) {
    const n = (rest ?? '').match(/-?\d+/g)?.map(Number) ?? [];
    const step = op === 'c' ? 6 : op === 's' ? 4 : 2;
    for (let i = 0; i + step <= n.length; i += step) {
      const [a, b] = [n[i + step - 2] ?? 0, n[i + step - 1] ?? 0];
      [x, y] = op === 'M' || op === 'L' ? [a, b] : [x + a, y + b];
      out.push([x, y]);
    }
  }
  return out;
}

describe('rosette', () => {
  it('draws the same figure for the same commitment', () => {
    expect(rosette(commitment(1), 104)).toBe(rosette(commitment(1), 104));
  });

  it('stays below 6 KB, inside its square, and closes its lines, for 500 entries', () => {
    for (let i = 0; i < 500; i++) {
      expect(rosette(commitment(i), 104).length).toBeLessThan(6000);
      for (const d of rosettePath(commitment(i))) {
        const all = points(d);
        expect(all.length).toBeGreaterThan(15);
        const flat = all.flat();
        expect(Math.min(...flat)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...flat)).toBeLessThanOrEqual(ROSETTE_BOX);
        const [first, last] = [all[0], all[all.length - 1]];
        if (d.endsWith('z')) expect(last).toEqual(first);
      }
    }
  });

  it('changes with every single byte', () => {
    const before = commitment(7);
    const drawn = rosette(before, 104);
    for (let i = 0; i < 32; i++) {
      const after = before.slice();
      after[i] = (before[i] ?? 0) ^ 0x80;
      expect(rosette(after, 104), `byte ${i}`).not.toBe(drawn);
    }
  });

  it('looks different: among 200 entries no two share all numbers of lobes and turns and half their edge', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const [a, b, c, edge] = rosettePath(commitment(i));
      seen.add([a, b, c].map((d) => points(d ?? '').length).join() + (edge ?? '').slice(0, 280));
    }
    expect(seen.size).toBe(200);
  });

  it('refuses anything but 32 bytes', () => {
    expect(() => rosettePath(new Uint8Array(31))).toThrow(RangeError);
  });

  it('carries no inline style, which the content security policy would drop', () => {
    expect(rosette(SITE_MARK, 32)).not.toMatch(/style|script|\son/);
  });
});
