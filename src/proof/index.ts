/**
 * Counterfoil's proofs, as a public module: entries, commitments, the Merkle tree and its tiles, signed notes,
 * checkpoints, policies, receipts and their verification. Runs unchanged in browsers and in Node ≥ 24, needs no network,
 * and depends on nothing but `canonicalize`. The formats are those of FORMATS.md and of C2SP.
 *
 * Example: `const verdict = await verifyReceipt({ receipt, policy })`.
 */
export { base64, concat, decimal, equal, fromBase64, fromHex, fromUtf8, hex, utf8 } from './bytes.ts';
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
export { commitment, OPENING_BYTES } from './commitment.ts';
export {
  type Audience,
  canonicalEntry,
  checkEntry,
  type DocumentRef,
  documentsOf,
  ENTRY_BYTES,
  type Entry,
  type JsonObject,
  type JsonValue,
  readEntry,
} from './entry.ts';
export { type FailureName, ProofFailure } from './failure.ts';
export { type Edge, EMPTY_EDGE, edgeFrom, edgeRoot, growTiles, type NewTile } from './grow.ts';
export {
  cosignedMessage,
  formatNote,
  formatSignature,
  formatVkey,
  type KeyType,
  type Note,
  type NoteSignature,
  parseNote,
  parseVkey,
  type RawSign,
  type Signer,
  signNote,
  signText,
  type Verified,
  type VerifierKey,
  verifierKey,
  verifyEd25519,
  verifyNote,
  verifySignature,
} from './note.ts';
export { isPdf, PDF_BYTES, RECEIPT_BYTES, readReceiptFile, receiptFromPdf } from './pdf.ts';
export {
  type Policy,
  type PolicyLog,
  type PolicyWitness,
  parsePolicy,
  quorumMet,
  quorumSize,
  quorumText,
} from './policy.ts';
export { formatReceipt, formatStoredReceipt, parseReceipt, RECEIPT_VERSION, type Receipt } from './receipt.ts';
export { Hmac, hmacSha256, Sha256, sha256 } from './sha256.ts';
export {
  decodeBundle,
  encodeBundle,
  nodeFromTile,
  parseTilePath,
  partialTiles,
  proveConsistency,
  proveInclusion,
  TILE_WIDTH,
  type TileCoord,
  type TileReader,
  tileHashes,
  tileOfNode,
  tilePath,
  tilesOf,
  tileWidth,
} from './tiles.ts';
export { formatTlogProof, parseTlogProof, type TlogProof } from './tlogproof.ts';
export {
  consistencyProof,
  emptyRoot,
  HASH_BYTES,
  type HashReader,
  inclusionProof,
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
  type Refused,
  type Step,
  type Verdict,
  Verifier,
  verifyReceipt,
  type WitnessSignature,
} from './verify.ts';
