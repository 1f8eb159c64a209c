/** The form of an order, and the page that says what it would touch before it is written. Pure props; decides nothing. */
import type { Child } from 'hono/jsx';
import { t } from '../../base/language.ts';
import { filesize } from '../../ui/filesize.ts';
import { Checkbox, type Errors, Field, FileField, Form, Radios, Submit, TextArea } from '../../ui/form.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { rich } from '../../ui/rich.tsx';
import { Facts } from '../../ui/table.tsx';
import { Day, dateText } from '../../ui/time.tsx';
import { consequenceKind, effectWord } from '../../ui/words.ts';
import { type Consequence, programmeWords } from '../consequences/view.ts';
import type { DocumentRef } from '../fields.ts';
import type { Matter } from '../matters/view.ts';
import type { Request } from '../requests/view.ts';
import { SourceFields } from '../source-fields.tsx';
import type { Touched } from './commands.ts';
import { EFFECTS } from './entries.ts';
import { boxName, type Values } from './input.ts';
import { courtWords, type Order, orderName, whereWords } from './order.ts';
import type { EnterOrder } from './rules.ts';
import { isOriginal } from './touching.ts';

export interface OrderForm {
  readonly matter: Matter;
  readonly requests: readonly Request[];
  readonly consequences: readonly Consequence[];
  readonly orders: readonly Order[];
  /** id under which it is kept until it is entered */
  readonly draft: string;
  readonly values: Values;
  readonly document: DocumentRef | null;
  readonly errors: Errors;
}

export const ordersPath = (matter: string): string => `/desk/matters/${matter}/orders`;
const crumbs = ({ matter }: { readonly matter: Matter }) => [
  { text: matter.title, href: `/desk/matters/${matter.id}` },
  { text: t('orders.title'), href: ordersPath(matter.id) },
];

const hint = (words: Child) => <span class="usa-hint">{words}</span>;

export function OrderFormPage(form: OrderForm) {
  const { matter, requests, consequences, values, errors } = form;
  const value = (name: string) => values[name] ?? '';
  const text = (name: string) => ({ name, value: value(name), errors });
  const earlier = form.orders.filter(isOriginal);
  return (
    <>
      <Heading title={t('orders.enter')} crumbs={crumbs(form)} lead={t('orders.form.lead')} />
      <Form
        action={`${ordersPath(matter.id)}/check`}
        multipart
        errors={errors}
        hidden={{ draft: form.draft }}
        label={t('orders.enter')}
      >
        <Field
          {...text('court')}
          label={t('orders.form.court')}
          hint={t('orders.form.court.hint')}
          required
          maxlength={200}
        />
        <Field {...text('docket')} label={t('orders.form.docket')} required maxlength={100} width="medium" />
        <Field {...text('judge')} label={t('orders.judge')} hint={t('orders.form.judge.hint')} maxlength={200} />
        <Field
          {...text('date')}
          type="date"
          label={t('orders.form.date')}
          hint={t('orders.form.date.hint')}
          required
          width="medium"
        />
        <Radios
          name="effect"
          label={t('orders.does')}
          required
          value={value('effect')}
          errors={errors}
          choices={EFFECTS.map((effect) => ({
            value: effect,
            label: t(`orders.effect.${effect}`),
            hint: t(`orders.effect.${effect}.hint`),
          }))}
        />
        <TextArea
          {...text('words')}
          label={t('orders.form.words')}
          hint={t('orders.form.words.hint')}
          required
          rows={3}
          maxlength={1000}
        />
        <Field
          {...text('compel')}
          type="date"
          label={t('orders.form.compel')}
          hint={t('orders.form.compel.hint')}
          width="medium"
        />
        {earlier.length > 0 ? (
          <fieldset class="usa-fieldset usa-form-group">
            <legend class="usa-legend">{rich('orders.form.earlier', { hint })}</legend>
            {errors.of ? <p class="usa-error-message">{errors.of}</p> : null}
            {earlier.map((one) => (
              <Checkbox
                name={boxName('of', one.id)}
                label={t('orders.form.earlier.one', { order: orderName(one), effect: effectWord(one.effect) })}
                checked={value(boxName('of', one.id)) !== ''}
              />
            ))}
          </fieldset>
        ) : null}
        <h2>{t('orders.form.reach')}</h2>
        <p class="soft">{t('orders.form.reach.hint')}</p>
        {requests.length > 1 ? (
          <fieldset class="usa-fieldset usa-form-group">
            <legend class="usa-legend">{rich('orders.form.requests', { hint })}</legend>
            {errors.requests ? <p class="usa-error-message">{errors.requests}</p> : null}
            {requests.map((one) => (
              <Checkbox
                name={boxName('request', one.id)}
                label={one.title}
                checked={value(boxName('request', one.id)) !== ''}
              />
            ))}
          </fieldset>
        ) : null}
        <Radios
          name="touches"
          label={t('orders.form.items')}
          required
          value={value('touches') || 'all'}
          errors={errors}
          choices={[
            { value: 'all', label: t('orders.form.items.all') },
            { value: 'some', label: t('orders.form.items.some') },
            { value: 'none', label: t('orders.form.items.none') },
          ]}
        />
        <Field
          {...text('items')}
          label={t('orders.form.numbers')}
          hint={t('orders.form.numbers.hint')}
          width="medium"
        />
        {consequences.length > 0 ? (
          <fieldset class="usa-fieldset usa-form-group">
            <legend class="usa-legend">{rich('orders.form.consequences', { hint })}</legend>
            {errors.consequences ? <p class="usa-error-message">{errors.consequences}</p> : null}
            {consequences.map((one) => (
              <Checkbox
                name={boxName('consequence', one.id)}
                label={`${programmeWords(one)}: ${one.words}`}
                hint={consequenceKind(one.kind)}
                checked={value(boxName('consequence', one.id)) !== ''}
              />
            ))}
          </fieldset>
        ) : null}
        <TextArea {...text('recipients')} label={t('orders.form.recipients')} hint={t('orders.recipients.hint')} />
        <Radios
          name="where"
          label={t('orders.form.where')}
          required
          value={value('where') || 'nationwide'}
          errors={errors}
          choices={[
            { value: 'nationwide', label: t('orders.form.where.nationwide') },
            { value: 'places', label: t('orders.form.where.places'), hint: t('orders.form.where.places.hint') },
            { value: 'parties', label: t('orders.form.where.parties') },
          ]}
        />
        <TextArea {...text('places')} label={t('orders.form.places')} hint={t('orders.form.places.hint')} rows={3} />
        <TextArea {...text('parties')} label={t('orders.form.parties')} hint={t('orders.form.parties.hint')} rows={3} />
        <h2>{t('orders.form.read')}</h2>
        {form.document ? (
          <>
            <p>
              {rich('orders.form.kept', {
                file: <bdi>{form.document.name}</bdi>,
                size: filesize(form.document.bytes),
              })}
            </p>
            <Checkbox name="drop" label={t('orders.form.drop')} />
          </>
        ) : null}
        <FileField
          name="document"
          label={form.document ? t('orders.form.document.other') : t('orders.form.document')}
          errors={errors}
          hint={matter.audience === 'public' ? t('orders.form.document.public') : t('orders.form.document.own')}
        />
        <SourceFields values={values} errors={errors} />
        <Field {...text('url')} type="url" label={t('orders.form.url')} hint="https://…" maxlength={500} />
        <Submit text={t('orders.form.check')} cancel={{ text: t('orders.back'), href: ordersPath(matter.id) }} />
      </Form>
    </>
  );
}

/** "Touches 23 recipients, 1 item, 2 consequences." */
export function touchesWords({ recipients, items, consequences }: Touched): string {
  return recipients === 0 ? t('orders.touches.none') : t('orders.touches', { recipients, items, consequences });
}

function clockSentence(command: EnterOrder, { clocks, elsewhere }: Touched): string {
  return [
    t('orders.check.clocks', { n: clocks }),
    ...(elsewhere > 0 ? [t('orders.check.elsewhere', { n: elsewhere })] : []),
    ...(command.compel === null ? [] : [t('orders.check.compelled', { day: dateText(command.compel) })]),
  ].join(' ');
}

export function CheckPage(props: {
  readonly matter: Matter;
  readonly draft: string;
  readonly command: EnterOrder;
  readonly touched: Touched;
  readonly orders: readonly Order[];
}) {
  const { matter, command, touched, draft } = props;
  const base = ordersPath(matter.id);
  const earlier = props.orders.filter(({ id }) => command.of.includes(id));
  return (
    <>
      <Heading
        title={t('orders.check.title')}
        crumbs={crumbs(props)}
        lead={t('orders.name', { court: courtWords(command), day: dateText(command.date) })}
      />
      <Notice title={touchesWords(touched)}>
        <p>{clockSentence(command, touched)}</p>
      </Notice>
      <Facts
        facts={[
          { name: t('orders.does'), value: effectWord(command.effect) },
          ...(earlier.length > 0
            ? [{ name: t('orders.check.earlier'), value: earlier.map(orderName).join('; ') }]
            : []),
          { name: t('orders.check.from'), value: <Day on={command.date} weekday /> },
          { name: t('orders.check.words'), value: <span class="body__text">{command.words}</span> },
          { name: t('orders.judge'), value: command.judge ?? t('orders.not-known') },
          ...(earlier.length > 0 && command.effect !== 'modify'
            ? []
            : [{ name: t('orders.check.where'), value: whereWords(command) }]),
          {
            name: t('orders.check.document'),
            value: command.document
              ? rich('orders.check.document.one', {
                  file: <bdi>{command.document.name}</bdi>,
                  size: filesize(command.document.bytes),
                  hash: <Hash hex={command.document.sha256} />,
                })
              : t('orders.check.document.none'),
          },
          ...(command.source
            ? [
                {
                  name: t('orders.check.source'),
                  value: t('orders.source.words', {
                    publisher: command.source.publisher,
                    title: command.source.title,
                    day: dateText(command.source.date),
                  }),
                },
              ]
            : []),
        ]}
      />
      <p>{[...(matter.audience === 'public' ? [t('orders.check.public')] : []), t('orders.check.final')].join(' ')}</p>
      <Form action={base} hidden={{ draft }} label={t('orders.enter.this')}>
        <Submit
          text={t('orders.enter.this')}
          cancel={{ text: t('orders.check.change'), href: `${base}/new?draft=${draft}` }}
        />
      </Form>
    </>
  );
}
