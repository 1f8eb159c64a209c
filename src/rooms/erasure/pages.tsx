/**
 * Erasing by order of a court or by law, for owners: what was erased in a matter, and the form that erases more. It shows what would go,
 * and wants the word typed; what it shows of an erasure never says what was erased.
 */
import { z } from 'zod';
import { InvalidInput, NotFound, RuleRefusal } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { uuidv7 } from '../../base/ids.ts';
import { num, t } from '../../base/language.ts';
import { type Ctx, OWNER, type Route, staff } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Checkbox, type Errors, Field, Form, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { Facts, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { kindWord } from '../../ui/words.ts';
import { uuid } from '../fields.ts';
import { matterById } from '../matters/view.ts';
import { erase, eraseDocumentOf, hangingOn, targetOf, whoNames } from './commands.ts';
import { type Erasure, erasuresOf } from './view.ts';

const DOCUMENT = /^[0-9a-f]{64}$/;
/** What has to be typed, so that nobody erases by a slip of the hand: the word that the page asks for in its language. */
const wanted = (): string => t('access.erasure.word');

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
    if (named.length === 0) throw new NotFound('no-document', { what: t('access.erasure.no-document') });
    return { hanging: 0, facts: [{ name: t('access.erasure.fact.document'), value: target }] };
  }
  const found = await targetOf(db, target, matter);
  if (!found) throw new RuleRefusal('already-erased', { what: t('access.erasure.already') });
  const hanging = (await hangingOn(db, found)).length;
  return {
    hanging,
    facts: [
      { name: t('access.erasure.fact.entry'), value: kindWord(found.kind) },
      { name: t('access.erasure.fact.position'), value: num(found.position) },
      { name: t('access.erasure.fact.id'), value: found.id },
    ],
  };
}

async function view(c: Ctx, typed: Typed, errors: Errors = {}): Promise<Response> {
  const { db } = c.get('services');
  const matter = await matterById(db, c.req.param('matter') ?? '');
  if (!matter) throw new NotFound('no-matter', t('access.matters.none'));
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
      title: t('access.erasure.page', { matter: matter.title }),
      area: 'staff',
      status: Object.keys(problems).length > 0 ? 422 : 200,
    },
    <>
      <Heading
        title={t('access.erasure.title')}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
        ]}
        lead={t('access.erasure.lead')}
      />
      {shown ? (
        <EraseForm base={base} typed={typed} shown={shown} errors={problems} />
      ) : (
        <form class="form" method="get" action={base} aria-label={t('access.erasure.find')}>
          <Field
            name="target"
            label={t('access.erasure.target')}
            hint={t('access.erasure.target.hint')}
            required
            value={typed.target}
            errors={problems}
            maxlength={64}
          />
          <Submit text={t('access.erasure.show')} />
        </form>
      )}
      <h2>{t('access.erasure.list')}</h2>
      <Erasures rows={erasures} zone={zoneOf(c)} />
    </>,
  );
}

function Erasures({ rows, zone }: { rows: readonly Erasure[]; zone: string }) {
  return (
    <Table
      caption={t('access.erasure.list')}
      quietCaption
      rows={rows}
      empty={{ what: t('access.erasure.list.none'), how: t('access.erasure.list.none.how') }}
      columns={[
        {
          head: t('access.erasure.list.what'),
          names: true,
          cell: (r) =>
            r.position === null ? t('access.erasure.list.document') : t('access.erasure.list.entry', { n: r.position }),
        },
        { head: t('access.erasure.authority'), cell: (r) => r.authority },
        { head: t('access.erasure.list.reason'), cell: (r) => r.reason },
        { head: t('access.erasure.list.when'), cell: (r) => <Time at={r.recordedAt} zone={zone} /> },
      ]}
    />
  );
}

function EraseForm(props: { base: string; typed: Typed; shown: Awaited<ReturnType<typeof about>>; errors: Errors }) {
  const { base, typed, shown, errors } = props;
  return (
    <>
      <Notice tone="bad" title={t('access.erasure.undone')}>
        <p>{t('access.erasure.undone.why')}</p>
      </Notice>
      <Facts facts={shown.facts} />
      <Form
        action={base}
        errors={errors}
        hidden={{ once: typed.once, target: typed.target }}
        label={t('access.erasure.form')}
      >
        <Field
          name="authority"
          label={t('access.erasure.authority')}
          hint={t('access.erasure.authority.hint')}
          required
          value={typed.authority}
          errors={errors}
          maxlength={300}
        />
        <TextArea
          name="reason"
          label={t('access.erasure.reason')}
          hint={t('access.erasure.reason.hint')}
          required
          value={typed.reason}
          errors={errors}
          maxlength={2000}
        />
        {shown.hanging > 0 ? (
          <Checkbox name="hanging" label={t('access.erasure.hanging', { n: shown.hanging })} checked={typed.hanging} />
        ) : null}
        <Field
          name="confirm"
          label={t('access.erasure.confirm', { word: wanted() })}
          required
          value=""
          errors={errors}
          width="medium"
        />
        <Submit text={t('access.erasure.submit')} cancel={{ text: t('access.erasure.cancel'), href: base }} />
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
      throw new InvalidInput('input-refused', t('access.erasure.target.missing'), {
        target: t('access.erasure.target.missing'),
      });
    if (field('confirm').trim().toLowerCase() !== wanted())
      throw new InvalidInput('input-refused', t('access.erasure.nothing'), {
        confirm: t('access.erasure.confirm.wrong', { word: wanted() }),
      });
    const given = { by: staff(c).party, authority: typed.authority, reason: typed.reason, once: typed.once };
    if (DOCUMENT.test(typed.target)) {
      await eraseDocumentOf(services, { ...given, document: typed.target, matter });
      return redirectWith(c, base, t('access.erasure.done.document'));
    }
    const { erased } = await erase(services, { ...given, entry: typed.target, matter, hanging: typed.hanging });
    const there = (await matterById(services.db, matter)) !== null;
    return redirectWith(c, there ? base : '/desk', t('access.erasure.done', { n: erased }));
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
