/**
 * One RFC 3161 timestamp: the request for a text, one call to an authority, and whether the answer is for that request. The authority's
 * own signature is checked by whoever relies on it, with the authority's certificate (`openssl ts -verify`); here is no list of whom to trust.
 */
import { SignedData } from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  MessageImprint,
  PKIStatus,
  TimeStampReq,
  TimeStampReqVersion,
  TimeStampResp,
  TSTInfo,
} from '@peculiar/asn1-tsp';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { equal } from '../proof/bytes.ts';
import { hex, sha256, utf8 } from '../proof/index.ts';

/** Why there is no timestamp, by its name. */
export type TimestampFailure =
  | 'tsa-unreachable'
  | 'tsa-timeout'
  | 'tsa-http-error'
  | 'tsa-too-large'
  | 'tsa-unreadable'
  /** the authority says no */
  | 'tsa-rejected'
  /** the token is for another text */
  | 'tsa-other-hash'
  /** the token is for another request */
  | 'tsa-other-nonce';

/** What nobody who works as they should would answer: told at once, not after a few tries. */
export const SAYS_SOMETHING_ELSE: readonly TimestampFailure[] = ['tsa-other-hash', 'tsa-other-nonce'];

export class NoTimestamp extends Error {
  readonly failure: TimestampFailure;
  readonly expected: string;
  readonly found: string;
  constructor(failure: TimestampFailure, expected: string, found: string) {
    super(`${failure}: expected ${expected}, found ${found}`);
    this.failure = failure;
    this.expected = expected;
    this.found = found.slice(0, 300);
  }
}

export interface Timestamp {
  /** DER */
  readonly request: Uint8Array;
  /** DER */
  readonly response: Uint8Array;
  /** by the authority's clock */
  readonly at: Date;
}

const SHA_256 = '2.16.840.1.101.3.4.2.1';
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
/** Bytes of an answer: a token with a long chain of certificates fits ten times. */
const ANSWER_BYTES = 128 * 1024;

/** A request for SHA-256 of a text, with the authority's certificate in the answer. @param random 8 bytes */
export function timestampRequest(text: string, random: Uint8Array): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(random);
  // A positive INTEGER in its one spelling (X.690, 8.3.2): the first byte neither 0 nor above 127.
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40;
  const request = new TimeStampReq({
    version: TimeStampReqVersion.v1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithm: SHA_256, parameters: null }),
      hashedMessage: new OctetString(new Uint8Array(sha256(utf8(text)))),
    }),
    nonce: nonce.buffer,
    certReq: true,
  });
  return new Uint8Array(AsnConvert.serialize(request));
}

/** Reads an answer. @returns the authority's time @throws NoTimestamp */
export function readTimestamp(request: Uint8Array<ArrayBuffer>, response: Uint8Array<ArrayBuffer>): Date {
  const asked = AsnConvert.parse(request, TimeStampReq);
  let info: TSTInfo;
  try {
    const { status, timeStampToken } = AsnConvert.parse(response, TimeStampResp);
    if (status.status !== PKIStatus.granted && status.status !== PKIStatus.grantedWithMods) {
      const why = status.statusString ? [...status.statusString].join(' ') : '';
      throw new NoTimestamp('tsa-rejected', 'status granted', `status ${status.status} ${why}`.trim());
    }
    if (timeStampToken?.contentType !== SIGNED_DATA) throw new Error('no signed data');
    const { eContentType, eContent } = AsnConvert.parse(timeStampToken.content, SignedData).encapContentInfo;
    const held = eContent?.single?.buffer ?? eContent?.any;
    if (eContentType !== TST_INFO || held === undefined) throw new Error('no token');
    info = AsnConvert.parse(held, TSTInfo);
  } catch (error) {
    if (error instanceof NoTimestamp) throw error;
    throw new NoTimestamp('tsa-unreadable', 'a TimeStampResp (RFC 3161)', `${response.length} bytes of something else`);
  }
  const [wanted, got] = [asked.messageImprint, info.messageImprint].map(
    ({ hashedMessage }) => new Uint8Array(hashedMessage.buffer),
  );
  if (!wanted || !got || info.messageImprint.hashAlgorithm.algorithm !== SHA_256 || !equal(wanted, got))
    throw new NoTimestamp('tsa-other-hash', hex(wanted ?? new Uint8Array(0)), hex(got ?? new Uint8Array(0)));
  const [sent, back] = [asked.nonce, info.nonce].map((nonce) => new Uint8Array(nonce ?? new ArrayBuffer(0)));
  if (!sent || !back || !equal(sent, back))
    throw new NoTimestamp('tsa-other-nonce', hex(sent ?? new Uint8Array(0)), hex(back ?? new Uint8Array(0)));
  return info.genTime;
}

export interface AskOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** milliseconds, the body included */
  readonly timeout: number;
}

/** Asks once. @param random 8 bytes @throws NoTimestamp */
export async function askTimestamp(text: string, random: Uint8Array, options: AskOptions): Promise<Timestamp> {
  const request = timestampRequest(text, random);
  const late = AbortSignal.timeout(options.timeout);
  let response: Uint8Array<ArrayBuffer>;
  try {
    const answer = await options.fetch(options.url, {
      method: 'POST',
      body: request,
      redirect: 'error',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      signal: AbortSignal.any([late, options.signal]),
    });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      throw new NoTimestamp('tsa-http-error', 'status 200', `status ${answer.status}`);
    }
    response = await bounded(answer);
  } catch (error) {
    if (error instanceof NoTimestamp) throw error;
    if (late.aborted) throw new NoTimestamp('tsa-timeout', `an answer within ${options.timeout} ms`, 'none');
    throw new NoTimestamp('tsa-unreachable', 'an answer', error instanceof Error ? error.message : String(error));
  }
  return { request, response, at: readTimestamp(request, response) };
}

async function bounded(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body ?? []) {
    length += piece.length;
    if (length > ANSWER_BYTES) throw new NoTimestamp('tsa-too-large', `at most ${ANSWER_BYTES} bytes`, 'more');
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** Whether an answer is a timestamp of this text: for those who find both in files. @throws NoTimestamp */
export function checkTimestamp(text: string, request: Uint8Array, response: Uint8Array): void {
  const asked = AsnConvert.parse(new Uint8Array(request), TimeStampReq).messageImprint.hashedMessage;
  const wanted = sha256(utf8(text));
  const found = new Uint8Array(asked.buffer);
  if (!equal(wanted, found)) throw new NoTimestamp('tsa-other-hash', hex(wanted), hex(found));
  readTimestamp(new Uint8Array(request), new Uint8Array(response));
}
