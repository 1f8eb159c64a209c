/**
 * The rosette of an entry: line art in the manner of banknotes, computed from the 32 bytes of its commitment and nothing else.
 * It lets two people see that they hold halves of one slip. It is for recognition and never a check: the check is the verifier.
 * Pure and without imports, so that pages, PDFs and scripts draw the same figure. The figure lives in a square of 1000 × 1000.
 */

/** Side of the square that path data is given in. */
export const ROSETTE_BOX = 1000;
const C = ROSETTE_BOX / 2;

interface Band {
  /** the closed line goes round `turns` times and swings out `lobes` times on the way (coprime) */
  readonly lobes: number;
  readonly turns: number;
  readonly radius: number;
  readonly swing: number;
  /** second swing, `twist` times as fast, that makes the lobes uneven */
  readonly twist: number;
  readonly lean: number;
  readonly phase: number;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** A number of lobes from `low` on, chosen by `byte` among those that share no divisor with `turns`. */
function lobesFor(byte: number, low: number, span: number, turns: number): number {
  let n = low + (byte % span);
  while (gcd(n, turns) !== 1) n++;
  return n;
}

/** The closed line of one band as cubic Bézier curves (Hermite form, equal steps, so that `s` can mirror the handle before). */
function bandPath(band: Band): string {
  const k = band.lobes / band.turns;
  const steps = band.lobes * 4;
  const end = band.turns * 2 * Math.PI;
  const h = end / steps;
  const at = (t: number) => {
    const a = k * t;
    const r = band.radius + band.swing * Math.cos(a) + band.lean * Math.cos(band.twist * a + band.phase);
    const dr = -band.swing * k * Math.sin(a) - band.lean * band.twist * k * Math.sin(band.twist * a + band.phase);
    const s = t + band.phase;
    const [cos, sin] = [Math.cos(s), Math.sin(s)];
    return { x: C + r * cos, y: C + r * sin, dx: dr * cos - r * sin, dy: dr * sin + r * cos };
  };
  let p = at(0);
  // Relative coordinates are taken from rounded points, so that errors never add up round the circle.
  let [px, py] = [Math.round(p.x), Math.round(p.y)];
  let d = `M${px} ${py}`;
  for (let i = 1; i <= steps; i++) {
    const q = at(i * h);
    const numbers: number[] = [];
    if (i === 1) numbers.push(p.x + (p.dx * h) / 3 - px, p.y + (p.dy * h) / 3 - py);
    numbers.push(q.x - (q.dx * h) / 3 - px, q.y - (q.dy * h) / 3 - py, q.x - px, q.y - py);
    const round = numbers.map((n) => Math.round(n));
    const [ex, ey] = [round[round.length - 2] ?? 0, round[round.length - 1] ?? 0];
    d += (i === 1 ? 'c' : i === 2 ? 's' : ' ') + round.join(' ').replaceAll(' -', '-');
    px += ex;
    py += ey;
    p = q;
  }
  return `${d.replaceAll(' -', '-')}z`;
}

/** The milled edge: 32 marks, one a byte, so that no byte of the commitment goes unseen. */
function edgePath(bytes: Uint8Array): string {
  let d = '';
  for (let i = 0; i < 32; i++) {
    const angle = (i / 32) * 2 * Math.PI - Math.PI / 2;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const inner = 488 - 44 * ((bytes[i] ?? 0) / 255);
    const point = (r: number) => `${Math.round(C + r * cos)} ${Math.round(C + r * sin)}`;
    d += `M${point(496)}L${point(inner)}`;
  }
  return d;
}

/**
 * Path data (SVG `d`) of the figure in a square of 1000 × 1000: three woven bands from the outside in, then the edge. All are strokes without fill;
 * a width of 6 suits small sizes, 3 large ones. Throws RangeError unless given 32 bytes.
 */
export function rosettePath(commitment: Uint8Array): string[] {
  if (commitment.length !== 32) throw new RangeError('a commitment has 32 bytes');
  const b = (i: number) => commitment[i] ?? 0;
  const part = (i: number) => b(i) / 255;
  const turn = (i: number) => part(i) * 2 * Math.PI;
  const outerTurns = [3, 4, 5, 7][b(0) % 4] ?? 5;
  const middleTurns = [2, 3, 5][b(5) % 3] ?? 3;
  const outerSwing = 42 + 48 * part(2);
  const outer: Band = {
    lobes: lobesFor(b(1), 19, 22, outerTurns),
    turns: outerTurns,
    radius: 425 - outerSwing,
    swing: outerSwing * 0.86,
    twist: 2 + (b(3) % 2),
    lean: outerSwing * 0.14,
    phase: turn(4),
  };
  const room = outer.radius - outerSwing;
  const middleSwing = room * (0.16 + 0.2 * part(7));
  const middle: Band = {
    lobes: lobesFor(b(6), 7, 15, middleTurns),
    turns: middleTurns,
    radius: room * (0.72 + 0.2 * part(8)) - middleSwing * 0.5,
    swing: middleSwing,
    twist: 2,
    lean: middleSwing * 0.3 * part(9),
    phase: turn(10),
  };
  const heart = Math.max(60, (middle.radius - middleSwing) * 0.92);
  const innerTurns = [1, 2, 3][b(11) % 3] ?? 1;
  const inner: Band = {
    lobes: lobesFor(b(12), 5, 8, innerTurns),
    turns: innerTurns,
    radius: heart * 0.5,
    swing: heart * (0.3 + 0.16 * part(13)),
    twist: 3,
    lean: heart * 0.12 * part(14),
    phase: turn(15),
  };
  return [bandPath(outer), bandPath(middle), bandPath(inner), edgePath(commitment)];
}

/**
 * The figure as an SVG element of `size` × `size` CSS pixels, drawn in `currentColor`, hidden from screen readers (the number beside it says the
 * same). Less than 6 KB.
 */
export function rosette(commitment: Uint8Array, size: number): string {
  const small = size < 48;
  const width = small ? 14 : size < 90 ? 9 : size < 160 ? 7 : 4;
  const d = rosettePath(commitment);
  // Where lines would run together only the two inner bands are drawn, larger.
  const box = small ? '180 180 640 640' : `0 0 ${ROSETTE_BOX} ${ROSETTE_BOX}`;
  const paths = (small ? d.slice(1, 3) : d).map((path) => `<path d="${path}"/>`).join('');
  return `<svg class="rosette" width="${size}" height="${size}" viewBox="${box}" fill="none" stroke="currentColor" stroke-width="${width}" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true" focusable="false">${paths}</svg>`;
}

/** The commitment-like bytes behind the site's own mark. */
export const SITE_MARK: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => (i * 73 + 41) % 256);
