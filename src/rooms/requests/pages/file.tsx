/**
 * A file of recipients: taken as it comes, read in the background, and how far that is as a page that looks again by itself where scripts run, by a link where not. A refused
 * file changes nothing and says why on the step's own page.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidInput, TooLarge } from '../../../base/errors.ts';
import { type MessageId, t } from '../../../base/language.ts';
import { readForm, unlessEmpty } from '../../../base/multipart.ts';
import type { Ctx } from '../../../base/route.ts';
import { redirectWith } from '../../../ui/context.ts';
import { Heading } from '../../../ui/heading.tsx';
import { page } from '../../../ui/page.tsx';
import { LookAgain, Progress } from '../../../ui/progress.tsx';
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

const WORDS = {
  reading: { what: 'requests.file.reading', unit: 'requests.file.lines' },
  checking: { what: 'requests.file.checking', unit: 'ui.count.rows' },
  matching: { what: 'requests.file.matching', unit: 'ui.count.recipients' },
  keeping: { what: 'requests.file.keeping', unit: 'ui.count.recipients' },
  read: { what: 'requests.file.read', unit: 'ui.count.recipients' },
  refused: { what: 'requests.file.refused', unit: 'requests.file.lines' },
} as const satisfies Readonly<Record<Stage, { readonly what: MessageId; readonly unit: MessageId }>>;

const tooLarge = () =>
  new TooLarge('file-too-large', {
    what: t('requests.file.too-large.what', { mib: MAX_CSV_BYTES / 1024 / 1024 }),
    lost: t('requests.file.too-large.lost'),
    next: t('requests.file.too-large.next'),
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
  if (bytes === 0) return whomRefused(c, at, t('requests.file.choose'));
  const read = readInBackground(services, draft.id).catch(() => {});
  if (bytes <= SMALL) await Promise.race([read, sleep(PATIENCE, undefined, { ref: false })]);
  const reading = await readingOf(services.db, draft.id);
  if (reading?.refused) return whomRefused(c, at, reading.refused);
  return reading ? await onward(c, at, reading) : c.redirect(stepHref(draft.id, 'whom'), 303);
}

async function onward(c: Ctx, { services, draft }: Composing, reading: Reading): Promise<Response> {
  if (isOpen(reading)) return c.redirect(readingHref(draft.id), 303);
  await saidRead(services.db, reading);
  const words = reading.refused ? undefined : t('requests.file.done', { n: reading.done, bad: reading.problems });
  return redirectWith(c, stepHref(draft.id, 'whom'), words);
}

export async function getReading(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const { services, draft, matter } = at;
  const reading = await readingOf(services.db, draft.id);
  if (reading === null) return c.redirect(stepHref(draft.id, 'whom'), 303);
  if (!isOpen(reading)) return await onward(c, at, reading);
  const { what, unit } = WORDS[reading.stage];
  const name = draft.body.title ?? t('requests.new');
  return page(
    c,
    { title: t('requests.file.title', { name }), area: 'staff', islands: ['again'] },
    <>
      <Heading
        title={t('requests.file.heading')}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
          { text: name, href: stepHref(draft.id, 'check') },
        ]}
      />
      <Progress what={t(what)} done={reading.done} total={reading.total} unit={(n) => t(unit, { n })}>
        {t('requests.file.safe')}
      </Progress>
      <LookAgain c={c} done={t('requests.file.again')} />
    </>,
  );
}
