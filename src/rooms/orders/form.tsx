/** The form of an order, and the page that says what it would touch before it is written. Pure props; decides nothing. */
import { filesize } from '../../ui/filesize.ts';
import { Checkbox, type Errors, Field, FileField, Form, Radios, Submit, TextArea } from '../../ui/form.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Facts } from '../../ui/table.tsx';
import { Day, dateText } from '../../ui/time.tsx';
import { consequenceKind, count, effectWord } from '../../ui/words.ts';
import { type Consequence, programmeWords } from '../consequences/view.ts';
import type { DocumentRef } from '../fields.ts';
import type { Matter } from '../matters/view.ts';
import type { Request } from '../requests/view.ts';
import { SourceFields } from '../source-fields.tsx';
import type { Touched } from './commands.ts';
import type { Effect } from './entries.ts';
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
  { text: 'Orders', href: ordersPath(matter.id) },
];

const EFFECT_CHOICES: readonly { readonly value: Effect; readonly label: string; readonly hint: string }[] = [
  {
    value: 'stay',
    label: 'Stays',
    hint: 'The clocks of the items stop from its date; listed consequences are blocked.',
  },
  {
    value: 'enjoin',
    label: 'Enjoins',
    hint: 'Listed consequences are blocked. No clock stops: enter a stay where the court stopped the time to answer.',
  },
  { value: 'compel', label: 'Compels an answer', hint: 'Sets the date, below.' },
  {
    value: 'modify',
    label: 'Modifies an earlier order',
    hint: 'What you enter below takes the place of what the earlier one reached.',
  },
  { value: 'vacate', label: 'Vacates an earlier order', hint: 'The earlier one ends as a whole.' },
  { value: 'lift', label: 'Lifts an earlier order', hint: 'The same; use the court’s word.' },
];

export function OrderFormPage(form: OrderForm) {
  const { matter, requests, consequences, values, errors } = form;
  const value = (name: string) => values[name] ?? '';
  const text = (name: string) => ({ name, value: value(name), errors });
  const earlier = form.orders.filter(isOriginal);
  return (
    <>
      <Heading
        title="Enter an order"
        crumbs={crumbs(form)}
        lead="What a court ordered, in its words and as far as the court said. Nothing is written before the next page, which says what it touches."
      />
      <Form
        action={`${ordersPath(matter.id)}/check`}
        multipart
        errors={errors}
        hidden={{ draft: form.draft }}
        label="Enter an order"
      >
        <Field
          {...text('court')}
          label="Court"
          hint="Like “U.S. District Court, Northern District of Illinois”."
          required
          maxlength={200}
        />
        <Field {...text('docket')} label="Docket number" required maxlength={100} width="medium" />
        <Field {...text('judge')} label="Judge" hint="Empty where it is not known." maxlength={200} />
        <Field
          {...text('date')}
          type="date"
          label="Date of the order"
          hint="From this day it counts, whenever you write it down."
          required
          width="medium"
        />
        <Radios
          name="effect"
          label="What it does"
          required
          value={value('effect')}
          errors={errors}
          choices={EFFECT_CHOICES}
        />
        <TextArea
          {...text('words')}
          label="Its operative words"
          hint="Short, as they stand in the order."
          required
          rows={3}
          maxlength={1000}
        />
        <Field
          {...text('compel')}
          type="date"
          label="Answer compelled by"
          hint="For an order that compels."
          width="medium"
        />
        {earlier.length > 0 ? (
          <fieldset class="usa-fieldset usa-form-group">
            <legend class="usa-legend">
              Which earlier orders it modifies, vacates or lifts<span class="usa-hint"> (optional)</span>
            </legend>
            {errors.of ? <p class="usa-error-message">{errors.of}</p> : null}
            {earlier.map((one) => (
              <Checkbox
                name={boxName('of', one.id)}
                label={`${orderName(one)}: ${effectWord(one.effect)}`}
                checked={value(boxName('of', one.id)) !== ''}
              />
            ))}
          </fieldset>
        ) : null}
        <h2>How far it reaches</h2>
        <p class="soft">Leave this as it is for an order that vacates or lifts: it ends the earlier one as a whole.</p>
        {requests.length > 1 ? (
          <fieldset class="usa-fieldset usa-form-group">
            <legend class="usa-legend">
              Which requests<span class="usa-hint"> (none ticked: all)</span>
            </legend>
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
          label="Which items"
          required
          value={value('touches') || 'all'}
          errors={errors}
          choices={[
            { value: 'all', label: 'All items' },
            { value: 'some', label: 'Some items, by their numbers below' },
            { value: 'none', label: 'No items: consequences alone' },
          ]}
        />
        <Field {...text('items')} label="Numbers of the items" hint="Like 1, 3." width="medium" />
        {consequences.length > 0 ? (
          <fieldset class="usa-fieldset usa-form-group">
            <legend class="usa-legend">
              Which consequences<span class="usa-hint"> (optional)</span>
            </legend>
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
        <TextArea
          {...text('recipients')}
          label="Which recipients"
          hint="One a line: the name as on the board, with its state where that is needed, or its Open Civic Data id. Empty for all."
        />
        <Radios
          name="where"
          label="Where it holds"
          required
          value={value('where') || 'nationwide'}
          errors={errors}
          choices={[
            { value: 'nationwide', label: 'Nationwide' },
            { value: 'places', label: 'In some places, below', hint: 'A county or a city lies in its state.' },
            { value: 'parties', label: 'For the parties named below alone' },
          ]}
        />
        <TextArea {...text('places')} label="Places" hint="One a line: a state, or an Open Civic Data id." rows={3} />
        <TextArea
          {...text('parties')}
          label="Parties"
          hint="One a line. Who is no recipient here is written down and touches nobody."
          rows={3}
        />
        <h2>Where it can be read</h2>
        {form.document ? (
          <>
            <p>
              Kept with it: <bdi>{form.document.name}</bdi>, {filesize(form.document.bytes)}
            </p>
            <Checkbox name="drop" label="Take this document away" />
          </>
        ) : null}
        <FileField
          name="document"
          label={form.document ? 'Another document in its place' : 'The order as a document'}
          errors={errors}
          hint={
            matter.audience === 'public'
              ? 'Everyone can download it from the public record.'
              : 'Your organisation can download it.'
          }
        />
        <SourceFields values={values} errors={errors} />
        <Field {...text('url')} type="url" label="Address where it can be read" hint="https://…" maxlength={500} />
        <Submit text="See what it touches" cancel={{ text: 'Back', href: ordersPath(matter.id) }} />
      </Form>
    </>
  );
}

/** "Touches 23 recipients, 1 item, 2 consequences." */
export function touchesWords({ recipients, items, consequences }: Touched): string {
  if (recipients === 0) return 'Touches none of the recipients.';
  const parts = [
    count(recipients, 'recipient'),
    ...(items > 0 ? [count(items, 'item')] : []),
    ...(consequences > 0 ? [count(consequences, 'consequence')] : []),
  ];
  return `Touches ${parts.join(', ')}.`;
}

function clockSentence(command: EnterOrder, { clocks, elsewhere }: Touched): string {
  const here =
    clocks === 0
      ? 'It moves no clock.'
      : `It changes ${count(clocks, 'clock')} that ${clocks === 1 ? 'is' : 'are'} kept here, where they are still open; each recipient is told the old date, the new one and why.`;
  const there =
    elsewhere > 0 ? ` ${count(elsewhere, 'recipient')} belong to a request whose clocks are not kept here.` : '';
  const compelled = command.compel === null ? '' : ` The answer is compelled by ${dateText(command.compel)}.`;
  return `${here}${there}${compelled}`;
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
        title="What this order touches"
        crumbs={crumbs(props)}
        lead={`${courtWords(command)}, of ${dateText(command.date)}`}
      />
      <Notice title={touchesWords(touched)}>
        <p>{clockSentence(command, touched)}</p>
      </Notice>
      <Facts
        facts={[
          { name: 'What it does', value: effectWord(command.effect) },
          ...(earlier.length > 0 ? [{ name: 'Earlier orders', value: earlier.map(orderName).join('; ') }] : []),
          { name: 'From', value: <Day on={command.date} weekday /> },
          { name: 'Words', value: <span class="body__text">{command.words}</span> },
          { name: 'Judge', value: command.judge ?? 'not known' },
          ...(earlier.length > 0 && command.effect !== 'modify' ? [] : [{ name: 'Where', value: whereWords(command) }]),
          {
            name: 'Document',
            value: command.document ? (
              <>
                <bdi>{command.document.name}</bdi>, {filesize(command.document.bytes)}, SHA-256{' '}
                <Hash hex={command.document.sha256} />
              </>
            ) : (
              'none'
            ),
          },
          ...(command.source
            ? [
                {
                  name: 'Source',
                  value: `${command.source.publisher}: ${command.source.title}, ${dateText(command.source.date)}`,
                },
              ]
            : []),
        ]}
      />
      <p>
        {matter.audience === 'public' ? 'It stands in the public record from now on. ' : ''}
        It cannot be changed afterwards: a further order modifies, vacates or lifts it.
      </p>
      <Form action={base} hidden={{ draft }} label="Enter this order">
        <Submit text="Enter this order" cancel={{ text: 'Change it', href: `${base}/new?draft=${draft}` }} />
      </Form>
    </>
  );
}
