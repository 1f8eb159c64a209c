/** The operator's two files: what is taken, and that everything else is named before a server starts with half of it. */
import { expect, test } from 'vitest';
import { testSigner, witnessesFile } from '../../test/support/witness.ts';
import { parsePolicy, quorumMet } from '../proof/index.ts';
import { formatVkey } from '../proof/write.ts';
import { BadWitnessFile, lonePolicy, readWitnesses, readWitnessLogs } from './config.ts';

const log = formatVkey(testSigner('records.example.gov/log', 1).key);
const north = testSigner('north.example.gov/w', 4);
const south = testSigner('south.example.gov/w', 4);
const file = witnessesFile(
  [north, south].map(({ key }) => ({ key, url: 'https://w.example.gov/' })),
  1,
);

test('logs by origin; a log that changes its key has two lines', () => {
  const other = formatVkey(testSigner('records.example.gov/log', 1).key);
  const logs = readWitnessLogs(`# ours\n\n${log}\r\n  ${other}\n`);
  expect([...logs.keys()]).toEqual(['records.example.gov/log']);
  expect(logs.get('records.example.gov/log')?.map(formatVkey)).toEqual([log, other]);
  expect(readWitnessLogs('').size).toBe(0);
});

test('witnesses with their quorum, the log’s line added', () => {
  const read = readWitnesses(file, log);
  expect(read?.asked.map(({ name, url }) => [name, url])).toEqual([
    ['w0', 'https://w.example.gov'],
    ['w1', 'https://w.example.gov'],
  ]);
  const policy = parsePolicy(read?.text ?? '');
  expect(policy.logs.map(({ key }) => formatVkey(key))).toEqual([log]);
  expect(quorumMet(policy, new Set(['w1']))).toBe(true);
  // Comments change no policy, so quorums that were found stay; naming our own log is no mistake.
  expect(readWitnesses(`# another remark\nlog ${log}\n${file}`, log)?.id).toBe(read?.id);
  expect(readWitnesses('# nobody\n', log)).toBeNull();
  expect(parsePolicy(lonePolicy(log)).quorum).toBe('none');
});

test('what cannot be used is said', () => {
  const stranger = formatVkey(testSigner('stranger.example/log', 1).key);
  const vkey = formatVkey(north.key);
  const table: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['no key', () => readWitnessLogs('records.example.gov/log\n'), /WITNESS_LOGS, line 1/],
    ['a witness as a log', () => readWitnessLogs(`# x\n${vkey}\n`), /line 2: a log signs/],
    ['no quorum', () => readWitnesses(`witness a ${vkey} https://a.example\n`, log), /a quorum line/],
    ['no witness', () => readWitnesses('quorum none\n', log), /no witness line/],
    ['no address', () => readWitnesses(`witness a ${vkey}\nquorum a\n`, log), /say where a is asked/],
    ['an address that is none', () => readWitnesses(`witness a ${vkey} file:///etc\nquorum a\n`, log), /say where/],
    ['a log as a witness', () => readWitnesses(`witness a ${log} https://a.example\nquorum a\n`, log), /type/],
    ['the log of somebody else', () => readWitnesses(`log ${stranger}\n${file}`, log), /own log/],
    ['an unknown name', () => readWitnesses(file.replace('quorum enough', 'quorum more'), log), /a name defined above/],
    ['more than can be', () => readWitnesses(file.replace('enough 1', 'enough 3'), log), /1 to 2/],
  ];
  for (const [name, read, words] of table) {
    expect(read, name).toThrow(BadWitnessFile);
    expect(read, name).toThrow(words);
  }
  const many = Array.from({ length: 33 }, (_, i) => testSigner(`w${i}.example.gov`, 4));
  const long = witnessesFile(
    many.map(({ key }) => ({ key, url: 'https://w.example.gov' })),
    1,
  );
  expect(() => readWitnesses(long, log)).toThrow(/at most 32/);
});
