/** The ledger as commands use it that write entries beside the server or in its place: with its clock, its chance, all rooms' rules and views. */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { LogKey } from '../adapters/keys/log-key.ts';
import { fromPostgres } from '../adapters/postgres/index.ts';
import { createLedger, type Ledger } from '../ledger/ledger.ts';
import { checkBody, streamOf } from '../rooms/entries.ts';
import { project } from '../rooms/project.ts';

export const clock = { now: () => Date.now() };
export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** @param onError hears of trouble in the background; a command that waits for everything lets it throw */
export function commandLedger(
  pool: Pool,
  { origin, signer }: Pick<LogKey, 'origin' | 'signer'>,
  onError: (error: unknown) => void,
): Ledger {
  const rooms = { project, streamOf, checkBody };
  return createLedger({ pool, clock, random, ...rooms, origin, signer, onError, mapError: fromPostgres });
}
