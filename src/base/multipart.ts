/**
 * A posted form with files, read from the raw stream: fields in memory within narrow limits, files handed on as streams while they
 * arrive. Writes nothing itself, trusts no name or type that it passes on, and never holds a file in memory.
 */

import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { breather } from './breath.ts';
import { InvalidInput } from './errors.ts';
import { t } from './language.ts';

export interface IncomingFile {
  /** name of the form field */
  readonly field: string;
  /** as the browser sent it: may be empty, a path, or full of control characters */
  readonly name: string;
  /** Throws `UploadCutOff` when the connection ends before the file does. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface FormOptions {
  /** Called for each file in turn; what it throws ends that file alone and is thrown by `readForm` after the whole form is read. */
  readonly onFile: (file: IncomingFile) => Promise<void>;
  readonly maxFiles: number;
  readonly maxFields: number;
  /** bytes of one text field */
  readonly maxFieldBytes: number;
  /** Above a limit nothing more is looked at, only let pass: for forms that strangers send. */
  readonly strict?: boolean;
}

/** Bytes that are looked at in one turn. */
const SLICE = 65_536;

export interface PostedForm {
  /** the last value where a name came twice */
  readonly fields: ReadonlyMap<string, string>;
  /** more files came than `maxFiles`; the rest was not read */
  readonly tooManyFiles: boolean;
}

/** The connection ended before the form did (HTTP 422, mostly seen by nobody). */
export class UploadCutOff extends InvalidInput {
  constructor() {
    super('upload-cut-off', {
      what: t('ui.refusal.upload.cut'),
      lost: t('ui.refusal.upload.cut.lost'),
      next: t('ui.refusal.upload.cut.next'),
    });
  }
}

const notAForm = () =>
  new InvalidInput('not-a-form', {
    what: t('ui.refusal.upload.form'),
    lost: t('ui.nothing-changed'),
    next: t('ui.refusal.upload.form.next'),
  });

/**
 * Reads a `multipart/form-data` request to its end.
 * @throws InvalidInput `not-a-form` or `form-too-large`, UploadCutOff, or what `onFile` threw first
 */
export async function readForm(
  request: { readonly headers: Headers; readonly body: ReadableStream<Uint8Array> | null },
  options: FormOptions,
): Promise<PostedForm> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.toLowerCase().startsWith('multipart/form-data') || !request.body) throw notAForm();
  const parser = parserOf(type, options);
  const fields = new Map<string, string>();
  const files: Promise<void>[] = [];
  const open = new Set<Readable>();
  let tooManyFiles = false;
  let tooLarge = false;
  let enough = false;

  parser.on('field', (name, value, _nameCut, valueCut) => {
    if (typeof name !== 'string') return;
    if (valueCut) tooLarge = true;
    fields.set(name, value);
  });
  parser.on('fieldsLimit', () => {
    tooLarge = true;
    enough = options.strict === true;
  });
  parser.on('filesLimit', () => {
    tooManyFiles = true;
    enough = options.strict === true;
  });
  parser.on('file', (field, stream, name) => {
    open.add(stream);
    // Without a listener of our own a cut-off would be an uncaught error when the reader has stopped reading.
    stream.on('error', () => {});
    const taken = options
      .onFile({ field: typeof field === 'string' ? field : '', name: name ?? '', bytes: bytesOf(stream) })
      .finally(() => {
        open.delete(stream);
        // The rest of a file that was refused still has to pass, for what comes after it in the form.
        stream.resume();
      });
    taken.catch(() => {});
    files.push(taken);
  });

  const finished = new Promise<void>((resolve, reject) => {
    parser.once('finish', resolve);
    parser.once('error', reject);
  });
  finished.catch(() => {});
  try {
    const breath = breather();
    for await (const chunk of request.body) {
      for (let at = 0; at < chunk.length && !enough; at += SLICE) {
        if (!parser.write(chunk.subarray(at, at + SLICE))) await Promise.race([drained(parser), finished]);
        await breath();
      }
    }
    if (enough) for (const stream of open) stream.destroy(new UploadCutOff());
    else {
      parser.end();
      await finished;
    }
  } catch {
    // Broken connection, or an end without the closing boundary: for the files still open it is the same.
    for (const stream of open) stream.destroy(new UploadCutOff());
    await Promise.allSettled(files);
    throw new UploadCutOff();
  }
  const taken = await Promise.allSettled(files);
  for (const one of taken) {
    // Of a form above its limits, what was being read was cut off by us.
    if (one.status === 'rejected' && !(enough && one.reason instanceof UploadCutOff)) throw one.reason;
  }
  if (tooLarge) {
    throw new InvalidInput('form-too-large', {
      what: t('ui.refusal.upload.long'),
      lost: t('ui.refusal.upload.long.lost'),
      next: t('ui.refusal.upload.long.next'),
    });
  }
  return { fields, tooManyFiles };
}

function parserOf(type: string, options: FormOptions) {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      // Names are judged by whoever keeps them, so they come as sent.
      preservePath: true,
      fileHwm: 256 * 1024,
      limits: {
        files: options.maxFiles,
        fields: options.maxFields,
        fieldSize: options.maxFieldBytes,
        headerPairs: 20,
        headerSize: 16 * 1024,
      },
    });
  } catch {
    throw notAForm();
  }
}

function drained(parser: InstanceType<typeof Busboy>): Promise<void> {
  return new Promise((resolve) => parser.once('drain', resolve));
}

async function* bytesOf(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Uint8Array)) throw new Error('a form part gave something that is not bytes');
      yield chunk;
    }
  } catch {
    throw new UploadCutOff();
  }
}

/** The same file without `name` and `bytes` when it is an input left empty: browsers send those as an unnamed file of 0 bytes. */
export async function unlessEmpty(file: IncomingFile): Promise<IncomingFile | null> {
  const iterator = file.bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done && file.name === '') return null;
  async function* rest(): AsyncGenerator<Uint8Array> {
    try {
      for (let next = first; !next.done; next = await iterator.next()) yield next.value;
    } finally {
      // Whoever stops reading early must let go of the stream, or the rest of the form never passes.
      await iterator.return?.(undefined);
    }
  }
  return { ...file, bytes: rest() };
}
