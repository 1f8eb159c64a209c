/** What tests of pages need around a handler: services of which only clock, chance and settings are used, and people. */
import { randomBytes } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Actor } from '../../src/base/route.ts';
import type { Services } from '../../src/base/services.ts';

/** Services for pages that touch neither database nor log nor files: whoever does gets a loud failure. */
export function servicesWithoutStore(baseUrl: string): Services {
  const refuse = (what: string) => (): never => {
    throw new Error(`this test has no ${what}`);
  };
  return {
    // A pool connects on its first query; pointed at a closed port, that query fails.
    db: new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ host: '127.0.0.1', port: 1 }) }) }),
    ledger: {
      append: refuse('ledger'),
      receipt: refuse('ledger'),
      receipts: refuse('ledger'),
      witnessed: refuse('ledger'),
      published: refuse('ledger'),
    },
    blobs: {
      put: refuse('blobs'),
      get: refuse('blobs'),
      sweep: refuse('blobs'),
      remove: refuse('blobs'),
      room: refuse('blobs'),
    },
    clock: { now: () => Date.now() },
    mailer: { send: refuse('mail') },
    random: (length) => new Uint8Array(randomBytes(length)),
    config: { baseUrl, logOrigin: 'records.example.gov/log', revokeMinutes: 15, maxFileBytes: 5_000_000_000 },
  };
}

export const STAFF: Actor = {
  who: 'staff',
  userId: 'u1',
  name: 'Sample Person',
  email: 'sample@example.gov',
  party: '0189c3c0-0000-7000-8000-000000000001',
  partyName: 'Office of Records',
  role: 'editor',
};
