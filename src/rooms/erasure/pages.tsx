/**
 * Erasing by order of a court or by law, for owners: what was erased in a matter, and the form that erases more. It shows what would go,
 * and wants the word typed; what it shows of an erasure never says what was erased.
 */
import { z } from 'zod';
import { InvalidInput, NotFound, RuleRefusal } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { uuidv7 } from '../../base/ids.ts';
import { type Ctx, OWNER, type Route, staff } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Checkbox, type Errors, Field, Form, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { Facts, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { count, kindWord } from '../../ui/words.ts';
import { uuid } from '../fields.ts';
import { matterById } from '../matters/view.ts';
import { erase, eraseDocumentOf, hangingOn, targetOf, whoNames } from './commands.ts';
import { type Erasure, erasuresOf } from './view.ts';

const DOCUMENT = /^[0-9a-f]{64}$/;
/** What has to be typed, so that nobody erases by a slip of the hand. */
const WORD = 'erase';

interface Typed {
  readonly target: string;
  readonly authority: string;
  readonly reason: string;
  readonly hanging: boolean;
  readonly once: string;
}

const newOnce = (c: Ctx): string => {
  const { clock, random } = c.get('services');
  return uuidv7(clock.now(), random);
};

/** What the form is about, in words; a refusal where there is nothing such in this matter. */
async function about(c: Ctx, matter: string, target: string) {
  const { db } = c.get('services');
  if (DOCUMENT.test(target)) {
    const named = (await whoNames(db, target)).filter((one) => one.matter === matter);
    if (named.length === 0)
      throw new NotFound('no-document', { what: 'No answer in this matter names such a document.' });
    return { hanging: 0, facts: [{ name: 'Document', value: target }] };
  }
  const found = await targetOf(db, target, matter);
  if (!found) throw new RuleRefusal('already-erased', { what: 'This entry has been erased already.' });
  const hanging = (await hangingOn(db, found)).length;
  return {
    hanging,
    facts: [
      { name: 'Entry', value: kindWord(found.kind) },
      { name: 'Position', value: found.position.toLocaleString('en-US') },
      { name: 'Id', value: found.id },
    ],
  };
}

async function view(c: Ctx, typed: Typed, errors: Errors = {}): Promise<Response> {
  const { db } = c.get('services');
  const matter = await matterById(db, c.req.param('matter') ?? '');
  if (!matter) throw new NotFound('no-matter', 'There is no such matter.');
  const erasures = await erasuresOf(db, matter.id);
  const base = `/desk/matters/${matter.id}/erasures`;
  const problems: Record<string, string> = { ...errors };
  let shown: Awaited<ReturnType<typeof about>> | null = null;
  if (typed.target !== '') {
    try {
      shown = await about(c, matter.id, typed.target);
    } catch (error) {
      if (!(error instanceof NotFound || error instanceof RuleRefusal)) throw error;
      problems.target ??= error.advice.what;
    }
  }
  return page(
    c,
    {
      title: `Erasures · ${matter.title}`,
      area: 'staff',
      status: Object.keys(problems).length > 0 ? 422 : 200,
    },
    <>
      <Heading
        title="Erasures"
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
        ]}
        lead="An entry or a document is erased by order of a court or by law, and for nothing else: what is wrong is corrected by a later entry. That it was erased, when, by whom and on whose order stays in the record."
      />
      {shown ? (
        <EraseForm base={base} typed={typed} shown={shown} errors={problems} />
      ) : (
        <form class="form" method="get" action={base} aria-label="Find what to erase">
          <Field
            name="target"
            label="Entry’s id, or SHA-256 of a document"
            hint="The id stands in the receipt and on the entry’s page, the SHA-256 beside the file in the answer."
            required
            value={typed.target}
            errors={problems}
            maxlength={64}
          />
          <Submit text="Show what would be erased" />
        </form>
      )}
      <h2>Erased in this matter</h2>
      <Erasures rows={erasures} zone={zoneOf(c)} />
    </>,
  );
}

function Erasures({ rows, zone }: { rows: readonly Erasure[]; zone: string }) {
  return (
    <Table
      caption="Erased in this matter"
      quietCaption
      rows={rows}
      empty={{ what: 'Nothing was erased', how: 'Each erasure stands here with its order and its reason.' }}
      columns={[
        {
          head: 'What',
          names: true,
          cell: (r) => (r.position === null ? 'a document' : `entry ${r.position.toLocaleString('en-US')}`),
        },
        { head: 'By order of', cell: (r) => r.authority },
        { head: 'Reason', cell: (r) => r.reason },
        { head: 'When', cell: (r) => <Time at={r.recordedAt} zone={zone} /> },
      ]}
    />
  );
}

function EraseForm(props: { base: string; typed: Typed; shown: Awaited<ReturnType<typeof about>>; errors: Errors }) {
  const { base, typed, shown, errors } = props;
  return (
    <>
      <Notice tone="bad" title="This cannot be undone">
        <p>
          The text is deleted here for good. Receipts that were handed out hold it still, and go on verifying; so do
          mails that have left, and backups until they are replaced.
        </p>
      </Notice>
      <Facts facts={shown.facts} />
      <Form action={base} errors={errors} hidden={{ once: typed.once, target: typed.target }} label="Erase">
        <Field
          name="authority"
          label="By order of"
          hint="Court and docket number, or the law and its section. It stands in the record."
          required
          value={typed.authority}
          errors={errors}
          maxlength={300}
        />
        <TextArea
          name="reason"
          label="Why"
          hint="It stands in the record as well: do not repeat what is to be erased."
          required
          value={typed.reason}
          errors={errors}
          maxlength={2000}
        />
        {shown.hanging > 0 ? (
          <Checkbox
            name="hanging"
            label={`Erase too what hangs on it: ${count(shown.hanging, 'entry', 'entries')}`}
            checked={typed.hanging}
          />
        ) : null}
        <Field name="confirm" label={`Type “${WORD}” to confirm`} required value="" errors={errors} width="medium" />
        <Submit text="Erase it for good" cancel={{ text: 'Erase nothing', href: base }} />
      </Form>
    </>
  );
}

function getErasures(c: Ctx): Promise<Response> {
  const target = (c.req.query('target') ?? '').trim().toLowerCase();
  return view(c, { target, authority: '', reason: '', hanging: false, once: newOnce(c) });
}

async function postErasure(c: Ctx): Promise<Response> {
  const body = await bodyOf(c);
  const field = (name: string) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const once = uuid.safeParse(field('once'));
  const typed: Typed = {
    target: field('target').trim().toLowerCase(),
    authority: field('authority'),
    reason: field('reason'),
    hanging: field('hanging') !== '',
    once: once.success ? once.data : newOnce(c),
  };
  const matter = z.string().parse(c.req.param('matter'));
  const services = c.get('services');
  const base = `/desk/matters/${matter}/erasures`;
  try {
    if (typed.target === '')
      throw new InvalidInput('input-refused', 'Say what to erase.', { target: 'Say what to erase.' });
    if (field('confirm').trim().toLowerCase() !== WORD)
      throw new InvalidInput('input-refused', 'Nothing was erased.', { confirm: `Type the word ${WORD}.` });
    const given = { by: staff(c).party, authority: typed.authority, reason: typed.reason, once: typed.once };
    if (DOCUMENT.test(typed.target)) {
      await eraseDocumentOf(services, { ...given, document: typed.target, matter });
      return redirectWith(c, base, 'The document is erased. The answer that named it stays.');
    }
    const { erased } = await erase(services, { ...given, entry: typed.target, matter, hanging: typed.hanging });
    const there = (await matterById(services.db, matter)) !== null;
    return redirectWith(c, there ? base : '/desk', `${count(erased, 'entry', 'entries')} erased. The proofs stay.`);
  } catch (error) {
    if (error instanceof InvalidInput) return await view(c, typed, error.fields);
    if (error instanceof RuleRefusal || error instanceof NotFound)
      return await view(c, typed, { target: [error.advice.what, error.advice.next ?? ''].join(' ').trim() });
    throw error;
  }
}

export const erasureRoutes: readonly Route[] = [
  { method: 'GET', path: '/desk/matters/:matter/erasures', access: OWNER, handler: getErasures },
  { method: 'POST', path: '/desk/matters/:matter/erasures', access: OWNER, handler: postErasure },
];
