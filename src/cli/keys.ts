/**
 * `counterfoil keys rotate|recover`: the log goes on under a new key and a new name (docs/keys.md). Run with the server stopped; one that
 * was left running signs nothing any more from then on. Repeating the command after a crash goes on where it stopped.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import { readIfThere } from '../adapters/keys/files.ts';
import { type LogKey, VKEY_FILE } from '../adapters/keys/log-key.ts';
import {
  adoptNextKey,
  clearNext,
  currentLogKey,
  isAdopted,
  type KeyDisk,
  keyDisk,
  nextLogKey,
  nextOrigin,
  rememberLost,
  retiredKey,
} from '../adapters/keys/rotation.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { InvalidInput, RuleRefusal } from '../base/errors.ts';
import { uuidv7 } from '../base/ids.ts';
import { endOldName, handovers, signerOf } from '../ledger/handover.ts';
import type { StoredHandover } from '../ledger/lineage.ts';
import { signHandover } from '../proof/handover.ts';
import { hex, ProofFailure, parseVkey, type VerifierKey, verifierKey } from '../proof/index.ts';
import { useNodeCrypto } from '../proof/node-crypto.ts';
import { formatVkey } from '../proof/write.ts';
import { continued, handedOver, keeper } from '../rooms/log/rules.ts';
import { newestOrigin, withMigrated } from './database.ts';
import type { Command, Io } from './io.ts';
import { clock, commandLedger, random } from './ledger.ts';

const USAGE = `counterfoil keys rotate [--origin NAME] [--reason TEXT] --yes
counterfoil keys recover [--old-key VKEY] [--origin NAME] [--reason TEXT] --yes

  rotate     a new key and a new name; both keys sign the hand-over
  recover    the same where the old key is lost for good: the new key signs alone, and every reader has to decide
  --origin   the new name (default: the old one with /2, /3 …)
  --old-key  verifier key of the lost key, where the database does not know it
  --reason   why; it stands in the log for everyone
  --yes      without it nothing is done

Stop the server first. See docs/keys.md.
`;

interface Wanted {
  readonly lost: boolean;
  readonly origin: string | undefined;
  readonly oldKey: string | undefined;
  readonly reason: string;
}

export const keysCommand: Command = async (argv, io) => {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      origin: { type: 'string' },
      'old-key': { type: 'string' },
      reason: { type: 'string' },
      yes: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [what, ...more] = positionals;
  if (values.help || !values.yes || more.length > 0 || (what !== 'rotate' && what !== 'recover')) {
    io.stderr.write(USAGE);
    return values.help ? 0 : 1;
  }
  useNodeCrypto();
  return await withMigrated(io, async ({ settings, database }) => {
    const pool = openPool(database.appConfig, 4);
    try {
      return await handOver(pool, join(settings.dataDir, 'keys'), io, {
        lost: what === 'recover',
        origin: values.origin,
        oldKey: values['old-key'],
        reason: values.reason ?? '',
      });
    } finally {
      await pool.end();
    }
  });
};

/** The whole hand-over; see `src/ledger/handover.ts` for the order and what a crash means. */
export async function handOver(
  pool: Pool,
  keysDir: string,
  io: Io,
  wanted: Wanted,
  disk: KeyDisk = keyDisk,
): Promise<number> {
  const name = await newestName(pool);
  const known = await signerOf(pool);
  const unfinished = await unfinishedTo(keysDir, known);
  const current = unfinished !== null && unfinished.origin === name ? null : await currentLogKey(keysDir, name);
  const from = current?.signer.key ?? (await oldKeyOf(keysDir, known, name, wanted.oldKey, unfinished));
  const finish = async () => {
    const done = (await handovers(pool)).at(-1);
    if (done === undefined) throw new Error('a hand-over without its entry');
    await adoptNextKey(keysDir, parseVkey(done.from), disk);
    await tell(io, keysDir, done);
    await clearNext(keysDir, disk);
    return 0;
  };
  // Signed under the new name already: only files are left to move, or not even these.
  if (unfinished?.origin === name || (current !== null && (await isAdopted(keysDir, name)))) return await finish();
  if (current !== null && wanted.lost && unfinished === null)
    throw new RuleRefusal('key-is-here', {
      what: `The key of ${name} is here, so it is not lost.`,
      lost: 'Nothing was changed.',
      next: 'Use “counterfoil keys rotate”: then both keys sign.',
    });
  if (current === null && !wanted.lost && unfinished === null) throw keyLost(name);
  const proposed = nameOf(wanted.origin ?? nextOrigin(name));
  // Before a key is made for it, which would be there the next time.
  if (proposed === name)
    throw new RuleRefusal('same-origin', { what: `The log has the name ${name} already: a new key needs a new name.` });
  const next = await nextLogKey(keysDir, proposed, disk);
  const keys = { from: formatVkey(from), to: next.vkey };
  const said = await keeperOf(pool);
  if (current !== null && unfinished === null) await announce(pool, current, next, said, wanted.reason);
  const lost = current === null;
  if (lost) await rememberLost(keysDir, from, disk);
  const ended = await endOldName(pool, from, next.vkey);
  const statement = await signHandover(ended, { from: current?.signer ?? from, to: next.signer });
  const body = { ...keys, size: ended.size, root: hex(ended.root), lost, statement, checkpoint: ended.checkpoint };
  const ledger = ledgerOf(pool, next);
  await ledger.append({
    key: `log.continued:${next.vkey}`,
    entries: [...said.first(name), continued(said.now(), body, wanted.reason)],
  });
  await ledger.stop();
  return await finish();
}

/** What was done and what is left to do for people. */
async function tell(io: Io, keysDir: string, { from, to, size, lost }: StoredHandover): Promise<void> {
  const [old, now] = [parseVkey(from), parseVkey(to)];
  const retired = await retiredKey(keysDir, old);
  io.stdout.write(
    [
      `✓ ${old.name} ended with ${size.toLocaleString('en-US')} entries; the log goes on as ${now.name}.`,
      `  New verifier key: ${to}`,
      ...(lost
        ? ['  The old key did not sign this: tell everyone who relies on the log by another way, and why.']
        : []),
      ...(retired === null
        ? []
        : [`  The old private key lies in ${retired}. Nothing needs it any more: destroy it, and its copies.`]),
      '  Give the new key to your witnesses, and start the server.',
      '',
    ].join('\n'),
  );
}

/** @throws InvalidInput where it cannot be the name of a key */
function nameOf(origin: string): string {
  try {
    return verifierKey(origin, 1, new Uint8Array(32)).name;
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    throw new InvalidInput('bad-origin', `--origin: ${error.expected}, without spaces and “+”; found ${error.found}.`);
  }
}

/** Step 1: the old key's last word. */
async function announce(pool: Pool, current: LogKey, next: LogKey, said: Keeper, reason: string): Promise<void> {
  const ledger = ledgerOf(pool, current);
  const keys = { from: current.vkey, to: next.vkey };
  const entries = [...said.first(current.origin), handedOver(said.now(), keys, reason)];
  await ledger.append({ key: `log.handed-over:${next.vkey}`, entries });
  await ledger.stop();
}

const ledgerOf = (pool: Pool, key: LogKey) =>
  commandLedger(pool, key, (error) => {
    throw error;
  });

async function newestName(pool: Pool): Promise<string> {
  const name = await newestOrigin(pool);
  if (name !== null) return name;
  throw new RuleRefusal('nothing-signed', {
    what: 'Nothing was signed with this log’s key yet, so there is nothing to hand over.',
    next: 'Start the server once; a second later it has signed.',
  });
}

/** The next key, where the log was handed over to it already and that was cut off. */
async function unfinishedTo(keysDir: string, known: string | null): Promise<LogKey | null> {
  if (known === null || (await readIfThere(join(keysDir, 'next', 'log-ed25519.pem'))) === null) return null;
  const next = await nextLogKey(keysDir, '');
  return next.vkey === known ? next : null;
}

/** The lost key's public half: what was given, what the database knows, or what came with an import. */
async function oldKeyOf(
  keysDir: string,
  known: string | null,
  name: string,
  given: string | undefined,
  unfinished: LogKey | null,
): Promise<VerifierKey> {
  const kept = (await readIfThere(join(keysDir, VKEY_FILE)))?.trim();
  for (const text of [given, unfinished === null ? known : null, kept]) {
    if (text === undefined || text === null) continue;
    try {
      const key = parseVkey(text);
      if (key.name === name) return key;
    } catch (error) {
      if (!(error instanceof ProofFailure)) throw error;
    }
  }
  if (unfinished?.origin === name) return unfinished.signer.key;
  throw new RuleRefusal('old-key-unknown', {
    what: `Nothing here says which key ${name} signed with.`,
    lost: 'Nothing was changed.',
    next: 'Give its verifier key with --old-key; a policy that anybody kept has it.',
  });
}

function keyLost(name: string): RuleRefusal {
  return new RuleRefusal('log-key-missing', {
    what: `The key of ${name} is not here, so it cannot sign a hand-over.`,
    lost: 'Nothing was changed.',
    next: 'Put it into keys/log-ed25519.pem of DATA_DIR; if it is lost for good, use “counterfoil keys recover”.',
  });
}

interface Keeper {
  /** what has to be written before the party can speak */
  first(origin: string): ReturnType<typeof keeper>[];
  now(): { by: string; id: string; now: number };
}

/** The party that speaks for the log: the one that did before, or a new one. */
async function keeperOf(pool: Pool): Promise<Keeper> {
  const { rows } = await pool.query<{ by_party: string }>(
    `select by_party from ledger.entry where kind in ('log.handed-over', 'log.continued') order by seq limit 1`,
  );
  const before = rows[0]?.by_party;
  const by = before ?? uuidv7(clock.now(), random);
  let written = before !== undefined;
  const now = () => ({ by, id: uuidv7(clock.now(), random), now: clock.now() });
  return {
    now,
    first(name) {
      if (written) return [];
      written = true;
      return [keeper(now(), name)];
    },
  };
}
