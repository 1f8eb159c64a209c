/**
 * A file of recipients: taken as it comes, read in the background, and how far that is as a page that looks again by itself where scripts run, by a link where not. A refused
 * file changes nothing and says why on the step's own page.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidInput, TooLarge } from '../../../base/errors.ts';
import { readForm, unlessEmpty } from '../../../base/multipart.ts';
import type { Ctx } from '../../../base/route.ts';
import { redirectWith } from '../../../ui/context.ts';
import { Heading } from '../../../ui/heading.tsx';
import { page } from '../../../ui/page.tsx';
import { LookAgain, Progress } from '../../../ui/progress.tsx';
import { count } from '../../../ui/words.ts';
import { isOpen } from '../drafts.ts';
import { type Reading, readInBackground, readingOf, type Stage, saidRead, takeFile } from '../reading.ts';
import { MAX_CSV_BYTES } from '../recipients.ts';
import { type Composing, composing, readingHref, stepHref } from './frame.tsx';
import { whomRefused } from './whom.tsx';

/** How long a person waits for the next page, ms, while a small file is read; and what is small, in bytes. */
const PATIENCE = 3_000;
const SMALL = 256 * 1024;
/** Beside the file, a form holds next to nothing. */
const FORM_BYTES = 1024 * 1024;

const WORDS: Readonly<Record<Stage, { readonly what: string; readonly unit: string }>> = {
  reading: { what: 'Reading the file', unit: 'line' },
  checking: { what: 'Checking each row', unit: 'row' },
  matching: { what: 'Looking each recipient up in the directory', unit: 'recipient' },
  keeping: { what: 'Keeping the recipients', unit: 'recipient' },
  read: { what: 'The file is read', unit: 'recipient' },
  refused: { what: 'The file cannot be used', unit: 'line' },
};

const tooLarge = () =>
  new TooLarge('file-too-large', {
    what: `What was sent is larger than this page takes: a list of recipients has at most ${MAX_CSV_BYTES / 1024 / 1024} MiB.`,
    lost: 'Nothing of it was kept; the recipients you had are still there.',
    next: 'Leave out columns that the letter does not need, or ask in two requests.',
  });

/** Takes the file, and reads it: a small one before the next page, a large one behind a page that shows how far it is. */
export async function postFile(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const { services, draft } = at;
  if (Number(c.req.header('content-length') ?? '0') > MAX_CSV_BYTES + FORM_BYTES) throw tooLarge();
  let bytes = 0;
  try {
    await readForm(c.req.raw, {
      onFile: async (incoming) => {
        const file = incoming.field === 'file' ? await unlessEmpty(incoming) : null;
        if (file) bytes = await takeFile(services, draft.id, file.bytes);
      },
      maxFiles: 1,
      maxFields: 20,
      maxFieldBytes: 10_000,
    });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return whomRefused(c, at, `${error.advice.what} ${error.advice.next ?? ''}`.trim());
  }
  if (bytes === 0) return whomRefused(c, at, 'Choose a file first; it must not be empty.');
  const read = readInBackground(services, draft.id).catch(() => {});
  if (bytes <= SMALL) await Promise.race([read, sleep(PATIENCE, undefined, { ref: false })]);
  const reading = await readingOf(services.db, draft.id);
  if (reading?.refused) return whomRefused(c, at, reading.refused);
  return reading ? await onward(c, at, reading) : c.redirect(stepHref(draft.id, 'whom'), 303);
}

async function onward(c: Ctx, { services, draft }: Composing, reading: Reading): Promise<Response> {
  if (isOpen(reading)) return c.redirect(readingHref(draft.id), 303);
  const bad = reading.problems === 0 ? '' : ` ${count(reading.problems, 'row')} cannot be used; each is named below.`;
  await saidRead(services.db, reading);
  const words = reading.refused ? undefined : `${count(reading.done, 'recipient')} read from the file.${bad}`;
  return redirectWith(c, stepHref(draft.id, 'whom'), words);
}

export async function getReading(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const { services, draft, matter } = at;
  const reading = await readingOf(services.db, draft.id);
  if (reading === null) return c.redirect(stepHref(draft.id, 'whom'), 303);
  if (!isOpen(reading)) return await onward(c, at, reading);
  const { what, unit } = WORDS[reading.stage];
  const name = draft.body.title ?? 'New request';
  return page(
    c,
    { title: `Reading recipients · ${name}`, area: 'staff', islands: ['again'] },
    <>
      <Heading
        title="Reading the list of recipients"
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
          { text: name, href: stepHref(draft.id, 'check') },
        ]}
      />
      <Progress what={what} done={reading.done} total={reading.total} unit={unit}>
        The file has come whole. You can close this page; the work goes on, also if this server stops and starts again.
        The recipients you had stay until all of it is read.
      </Progress>
      <LookAgain c={c} done="The file is read." />
    </>,
  );
}
