/** `counterfoil rebuild [--json]`: makes the views anew from the entries; exit 1 where they differed from those in use. */
import { rebuild } from '../ledger/rebuild.ts';
import { project } from '../rooms/project.ts';
import { progressTo, withDatabase } from './database.ts';
import type { Command } from './io.ts';

export const rebuildCommand: Command = (argv, io) =>
  withDatabase(io, async ({ owner }) => {
    const done = await rebuild(owner, project, progressTo(io, 'Rebuilt from'));
    if (argv.includes('--json')) io.stdout.write(`${JSON.stringify(done)}\n`);
    else {
      for (const t of done.tables) {
        const same = t.onlyBefore === 0 && t.onlyRebuilt === 0;
        const why = same ? 'equal' : `${t.onlyBefore} rows only before, ${t.onlyRebuilt} only now`;
        io.stdout.write(`${same ? '✓' : '✕'} ${t.table.padEnd(20)} ${String(t.rows).padStart(8)} rows, ${why}\n`);
      }
      io.stdout.write(
        done.equal
          ? `The views equal what ${done.entries} entries make of them.\n`
          : 'The views in use differed; the rebuilt ones have taken their place.\n',
      );
    }
    return done.equal ? 0 : 1;
  });
