/**
 * A posted answer form with its files: looked at before it is read, then read in one go, each file streamed to the store while it
 * arrives and put beside its item once it is whole. One bad file never takes the others or the text down with it.
 */
import { Refusal, StorageFull, TooLarge } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type IncomingFile, type PostedForm, readForm, UploadCutOff, unlessEmpty } from '../../base/multipart.ts';
import type { Services } from '../../base/services.ts';
import { filesize } from '../../ui/filesize.ts';
import { safeFileName, typeOf } from '../documents/entries.ts';
import type { FileSaid } from './draft.ts';
import { addUpload, sayOfFiles } from './saving.ts';

/** Room for the texts of a form beside its files. */
const FORM_BYTES = 16 * 1024 * 1024;
const MAX_FILES = 200;

type Needs = Pick<Services, 'db' | 'blobs' | 'clock' | 'random' | 'config'>;

/**
 * Looks at the announced length before a byte is read. @throws TooLarge or StorageFull: nothing of the form was read then
 */
export async function refuseBeforeReading(needs: Pick<Services, 'blobs' | 'config'>, headers: Headers): Promise<void> {
  const length = Number(headers.get('content-length') ?? '0');
  if (Number.isSafeInteger(length)) await refuseLength(needs, length);
}

/**
 * The same for a length that is asked about before anything is sent, in bytes. @throws TooLarge, StorageFull
 */
export async function refuseLength(needs: Pick<Services, 'blobs' | 'config'>, length: number): Promise<void> {
  if (length <= FORM_BYTES) return;
  const { maxFileBytes } = needs.config;
  if (length > maxFileBytes + FORM_BYTES) {
    throw new TooLarge('files-too-large', {
      what: t('answers.files.large', { size: filesize(length), most: filesize(maxFileBytes) }),
      lost: t('answers.files.kept-not'),
      next: t('answers.files.large.next'),
    });
  }
  const room = await needs.blobs.room();
  if (room !== null && length > room) {
    throw new StorageFull('storage-full', {
      what: t('answers.files.full'),
      lost: t('answers.files.kept-not'),
      next: t('answers.files.full.next'),
    });
  }
}

export interface Received {
  readonly form: PostedForm;
  /** files that were not kept, each with the reason */
  readonly said: readonly FileSaid[];
}

/**
 * Reads the form. Files that came whole before a cut-off are kept; the one on its way is not, and a word on it is left in the draft for
 * whoever opens the page next.
 * @param items the request's item numbers; files for anything else are not kept
 * @throws UploadCutOff, InvalidInput
 */
export async function receiveForm(
  needs: Needs,
  request: { readonly headers: Headers; readonly body: ReadableStream<Uint8Array> | null },
  service: string,
  items: readonly number[],
): Promise<Received> {
  const said: FileSaid[] = [];
  const onFile = async (incoming: IncomingFile) => {
    const item = items.find((one) => incoming.field === `files-${one}`);
    if (item === undefined) return;
    const name = safeFileName(incoming.name);
    try {
      const file = await unlessEmpty(incoming);
      if (!file) return;
      const stored = await needs.blobs.put(file.bytes, { maxBytes: needs.config.maxFileBytes });
      const added = await addUpload(needs, service, item, { ...stored, name, type: typeOf(name) });
      if (!added) said.push({ item, name, what: t('answers.files.there') });
    } catch (error) {
      if (error instanceof UploadCutOff) {
        said.push({ item, name, what: t('answers.files.broke') });
      } else if (error instanceof TooLarge) {
        said.push({
          item,
          name,
          what: t('answers.files.larger', { most: filesize(needs.config.maxFileBytes) }),
        });
      } else if (error instanceof Refusal) {
        said.push({ item, name, what: error.advice.what });
      } else throw error;
    }
  };
  try {
    const form = await readForm(request, {
      onFile,
      maxFiles: MAX_FILES,
      maxFields: 4 * items.length + 20,
      maxFieldBytes: 256 * 1024,
    });
    if (form.tooManyFiles) {
      said.push({ item: 0, name: t('answers.files.further'), what: t('answers.files.most', { n: MAX_FILES }) });
    }
    return { form, said };
  } catch (error) {
    // The browser that sent it is mostly gone; the word waits for its return.
    if (said.length > 0) await sayOfFiles(needs, service, said);
    throw error;
  }
}
