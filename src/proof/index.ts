/**
 * Counterfoil's proofs, as a public module (`counterfoil/proof`): everything that it takes to verify receipts, checkpoints, cosignatures,
 * policies, tiles, and inclusion and consistency proofs. Runs unchanged in browsers and in Node ≥ 20, needs no network, and brings
 * no package; `npm run proof` makes it of this folder (docs/proof.md). The formats are those of FORMATS.md and of C2SP; docs/format works an example of each.
 *
 * Beside it, for those who need them: `pdf.ts` takes receipts out of PDFs, `prove.ts` makes proofs, `bundle.ts` reads entry bundles, `write.ts` writes and signs, `grow.ts` grows trees, `witness.ts`
 * speaks with witnesses, `node-crypto.ts` gives the same answers sooner in Node.
 *
 * Example: `const verdict = await verifyReceipt({ receipt, policy })`.
 */
export { fromUtf8, hex, utf8 } from './bytes.ts';
export { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
export { commitment } from './commitment.ts';
export {
  type Audience,
  checkEntry,
  type DocumentRef,
  type Entry,
  type JsonObject,
  type JsonValue,
  readEntry,
} from './entry.ts';
export { type FailureName, ProofFailure } from './failure.ts';
export {
  type KeyType,
  type Note,
  type NoteSignature,
  parseNote,
  parseVkey,
  type Verified,
  type VerifierKey,
  verifierKey,
  verifyNote,
} from './note.ts';
export {
  type Policy,
  type PolicyLog,
  type PolicyWitness,
  parsePolicy,
  quorumMet,
} from './policy.ts';
export { parseReceipt, type Receipt } from './receipt.ts';
export { Sha256, sha256 } from './sha256.ts';
export {
  TILE_WIDTH,
  type TileCoord,
  type TileReader,
  tileHashes,
  tilePath,
  tileWidth,
} from './tiles.ts';
export { parseTlogProof, type TlogProof } from './tlogproof.ts';
export {
  HASH_BYTES,
  type HashReader,
  leafHash,
  type Node,
  nodeHash,
  rootFromInclusion,
  rootOf,
  verifyConsistency,
} from './tree.ts';
export {
  type Accepted,
  type GivenDocument,
  type ReadFile,
  type Refused,
  type Step,
  type Verdict,
  Verifier,
  verifyReceipt,
  type WitnessSignature,
} from './verify.ts';
