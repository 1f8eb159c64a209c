/**
 * Real PostgreSQL for tests. `freshDatabase` clones a migrated template in some tens of milliseconds; `ownCluster` gives a
 * server of one's own that may be killed. Used inside Vitest only.
 */
import { connect } from 'node:net';
import pg from 'pg';
import { inject } from 'vitest';
import { z } from 'zod';
import { asApp, type DatabaseConfig, toDatabase } from '../../src/adapters/postgres/index.ts';

export { type OwnCluster, type OwnClusterOptions, ownCluster, preparedData } from './own-cluster.ts';

export interface FreshDatabase {
  /** Owns every table. */
  readonly ownerConfig: DatabaseConfig;
  /** What the server uses: role counterfoil_app. */
  readonly appConfig: DatabaseConfig;
  readonly name: string;
  /** Drops it, also with connections still open. */
  drop(): Promise<void>;
}

const config = z.object({
  connectionString: z.string().exactOptional(),
  host: z.string().exactOptional(),
  port: z.number().exactOptional(),
  user: z.string().exactOptional(),
  password: z.string().exactOptional(),
  database: z.string().exactOptional(),
});
const answer = z.union([z.object({ admin: config, template: z.string() }), z.object({ error: z.string() })]);

interface SharedCluster {
  readonly admin: DatabaseConfig;
  readonly template: string;
}

let shared: Promise<SharedCluster> | undefined;
let counter = 0;

async function ask(): Promise<SharedCluster> {
  const socket = connect(inject('postgresDoor'));
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  const said = answer.parse(JSON.parse(text));
  if ('error' in said) throw new Error(`PostgreSQL for tests: ${said.error}`);
  return said;
}

/** An empty, migrated database of one's own. */
export async function freshDatabase(): Promise<FreshDatabase> {
  shared ??= ask();
  const { admin, template } = await shared;
  counter += 1;
  const name = `${template.replace(/_template$/, '')}_${process.pid}_${counter}`;
  await run(admin, `create database ${name} template ${template} strategy file_copy`);
  const ownerConfig = toDatabase(admin, name);
  return {
    ownerConfig,
    appConfig: asApp(ownerConfig),
    name,
    drop: () => run(admin, `drop database if exists ${name} with (force)`),
  };
}

/** Runs one statement on a connection of its own. */
async function run(admin: DatabaseConfig, statement: string): Promise<void> {
  const client = new pg.Client({ ...admin });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
