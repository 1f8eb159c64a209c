/** How the carried PostgreSQL is set up: durable always, sized for two cores, fine on small machines. Given on its command line. */

import { statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';

const MB = 1024 * 1024;

function between(low: number, value: number, high: number): number {
  return Math.max(low, Math.min(high, Math.floor(value)));
}

/** Name → value. `pgdata` tells how much room its disk has. */
export function settings(pgdata: string): Record<string, string> {
  const memory = Math.min(totalmem(), Math.max(freemem(), totalmem() / 4)) / MB;
  const disk = statfsSync(pgdata);
  const room = (disk.bavail * disk.bsize) / MB;
  return {
    cluster_name: 'counterfoil',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: `${between(32, totalmem() / MB / 16, 256)}MB`,
    effective_cache_size: `${between(128, memory / 2, 16_384)}MB`,
    maintenance_work_mem: `${between(16, totalmem() / MB / 32, 256)}MB`,
    work_mem: '8MB',
    wal_compression: 'on',
    max_wal_size: `${between(128, room / 20, 4096)}MB`,
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
    autovacuum_naptime: '10s', // after 90,000 rows came in at once, plans follow soon
    jit: 'off', // compiling costs more than it saves on statements of a few milliseconds
    huge_pages: 'off',
    max_connections: '100',
    // Containers often have 64 MB of shared memory, which parallel workers outgrow; two cores gain little from them.
    max_parallel_workers_per_gather: '0',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // The log names errors, never statements or values: those can hold links, codes and people's words.
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length_on_error: '0',
    log_checkpoints: 'off',
    log_connections: '',
    unix_socket_permissions: '0700',
  };
}
