/**
 * What benchmarks share: fresh child processes in alternating order, medians, and one JSON line a result. A benchmark measures
 * our work and a reference doing comparable work in the same run; only the ratio is claimed.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface BenchLine {
  readonly bench: string;
  readonly work: string;
  readonly unit: string;
  readonly ours: number;
  readonly reference: number;
  readonly referenceName: string;
  readonly ratio: number;
  readonly goal: string;
  readonly met: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The value below which `share` (0…1) of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

const result = z.record(z.string(), z.number());

/**
 * Runs a bench file as a fresh process with `BENCH_ROLE=role` and reads the JSON object of numbers on its last line.
 * @param moduleUrl `import.meta.url` of the bench
 */
export function runRole(
  moduleUrl: string,
  role: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(moduleUrl)], {
      env: { ...process.env, ...env, BENCH_ROLE: role },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`${role} ended with ${code}`));
      const last = out.trim().split('\n').at(-1) ?? '';
      return resolve(result.parse(JSON.parse(last)));
    });
  });
}

/** True when this process was started by `runRole` for that role. */
export const isRole = (role: string): boolean => process.env['BENCH_ROLE'] === role;

export function report(line: BenchLine): BenchLine {
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return line;
}
