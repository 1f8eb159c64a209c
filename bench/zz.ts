import { useEd25519 as oUse } from '/tmp/pb/old2/src/proof/ed25519.ts';
import * as O from '/tmp/pb/old2/src/proof/index.ts';
import { nodeEd25519, useNodeCrypto as oNode } from '/tmp/pb/old2/src/proof/node-crypto.ts';
import { useEd25519 } from '../src/proof/ed25519.ts';
import { Verifier } from '../src/proof/index.ts';
import { useNodeCrypto } from '../src/proof/node-crypto.ts';
import { documentRef, LOG, MATTER, ORIGIN, RECIPIENT, seed, uuid } from '../test/fixtures/world.ts';

const P = O;
const made = (i) => {
  const entry = P.checkEntry({
    v: 1,
    kind: 'item.answered',
    id: uuid(`bench ${i}`),
    matter: MATTER,
    by: RECIPIENT,
    occurredAt: '2026-03-02T15:04:05.000Z',
    recordedAt: '2026-03-02T15:04:05.120Z',
    audience: 'parties',
    body: {
      request: uuid('request'),
      item: 1,
      disposition: 'produced',
      note: `Both are in force today, as far as office ${i} knows.`,
      documents: [documentRef('directive-3.txt'), documentRef('guidance-2025.txt')],
    },
  });
  const opening = seed(`bench opening ${i}`);
  return { entry, opening, committed: P.commitment(opening, P.canonicalEntry(entry)) };
};
const all = [];
for (let i = 0; i < 400; i++) {
  const { entry, opening, committed } = made(i);
  const hashes = Array.from({ length: 17 }, (_, l) => seed(`bench ${i} ${l}`));
  const cp = await P.signNote(
    P.formatCheckpoint({
      origin: ORIGIN,
      size: 100000,
      root: P.rootFromInclusion(65535, 100000, P.leafHash(committed), hashes),
    }),
    [LOG],
  );
  all.push(P.utf8(P.formatReceipt({ entry, opening, proof: { index: 65535, hashes, checkpoint: cp } })));
}
const bare = all.map((r) => {
  const { proof } = JSON.parse(new TextDecoder().decode(r));
  const n = P.parseNote(proof.slice(proof.indexOf('\n\n') + 2));
  return { m: new Uint8Array(P.utf8(n.text)), s: new Uint8Array(n.signatures[0].signature) };
});
oNode();
useNodeCrypto();
const real = nodeEd25519();
const pol = `log ${P.formatVkey(LOG.key)}\nquorum none\n`;
const vo = new O.Verifier(pol),
  vn = new Verifier(pol);
const time = async (f, n = 3000) => {
  const s = process.cpuUsage();
  for (let k = 0; k < n; k += 16) {
    const ps = [];
    for (let j = 0; j < 16; j++) ps.push(f((k + j) % 400));
    await Promise.all(ps);
  }
  const { user, system } = process.cpuUsage(s);
  return (user + system) / n;
};
const rows = [];
for (let r = 0; r < 14; r++) {
  oUse(() => true);
  useEd25519(() => true);
  const fo = await time((i) => vo.verify(all[i]));
  const fn = await time((i) => vn.verify(all[i]));
  oUse(real);
  useEd25519(real);
  const so = await time((i) => vo.verify(all[i]));
  const sn = await time((i) => vn.verify(all[i]));
  const b = await time((i) => real(LOG.key.publicKey, bare[i].m, bare[i].s));
  if (r > 3) rows.push([fo, fn, so, sn, b]);
}
const med = (k) => rows.map((r) => r[k]).sort((a, b) => a - b)[rows.length >> 1];
console.log(
  'fakeOld',
  med(0),
  'fakeNew',
  med(1),
  'old',
  med(2),
  'new',
  med(3),
  'bare',
  med(4),
  'ratio old',
  med(4) / med(2),
  'new',
  med(4) / med(3),
);
