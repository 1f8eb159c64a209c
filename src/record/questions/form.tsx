/** The form of a question: plain GET, one fieldset for each request and meeting. What it sends is the question's address. */
import type { Child } from 'hono/jsx';
import { PARTY_KINDS } from '../../rooms/directory/entries.ts';
import { orderName } from '../../rooms/orders/view.ts';
import { ErrorSummary } from '../../ui/form.tsx';
import { localInput } from '../../ui/time.tsx';
import { clockState, consequenceStatus, disposition, finding, participation } from '../../ui/words.ts';
import {
  ANSWER_FILTERS,
  type BoardFilter,
  CLOCK_FILTERS,
  CONSEQUENCE_FILTERS,
  DETERMINATION_FILTERS,
} from '../board-filter.ts';
import { CLOCK_WORDS } from '../filter-form.tsx';
import { type Moment, momentParams } from '../matter.ts';
import type { Choices, ToChoose } from './choices.ts';
import { columnHead, partWord } from './columns.tsx';
import type { Known } from './known.ts';
import {
  columnsOf,
  MEETING_PARTS,
  type MeetingPart,
  PARTICIPATIONS,
  type Problems,
  type Question,
  REQUEST_PARTS,
  type RequestPart,
} from './question.ts';

interface Option {
  readonly value: string;
  readonly text: string;
}

const words = (values: readonly string[], text: (value: string) => string): readonly Option[] =>
  values.map((value) => ({ value, text: text(value) }));

function Select(props: {
  name: string;
  label: string;
  none: string;
  value: string | undefined;
  options: readonly Option[];
  problems: Problems;
}) {
  const { name, problems } = props;
  const id = `f-${name.replaceAll('.', '-')}`;
  const problem = problems[name];
  return (
    <label class="board-filter__field" for={id}>
      <span>{props.label}</span>
      <select
        class={problem ? 'usa-select usa-input--error' : 'usa-select'}
        id={id}
        name={name}
        aria-invalid={problem ? 'true' : undefined}
      >
        <option value="">{props.none}</option>
        {props.options.map(({ value, text }) => (
          <option value={value} selected={value === props.value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const toOptions = (all: readonly ToChoose[], zone: string): readonly Option[] =>
  all.map(({ id, title, matter, at }) => ({
    value: id,
    text: `${title} · ${matter}, ${localInput(at, zone).slice(0, 10)}`,
  }));

export const participationWord = (value: string): string =>
  value === 'came' ? 'was there' : value === 'did not come' ? 'was not there' : participation(value).word;

export interface QuestionFormProps {
  readonly question: Question;
  readonly known: Known | null;
  readonly choices: Choices;
  readonly problems: Problems;
  readonly moment: Moment;
}

export function QuestionForm(props: QuestionFormProps) {
  const { question, choices, problems, moment } = props;
  const requests = toOptions(choices.requests, moment.zone);
  const meetings = toOptions(choices.meetings, moment.zone);
  const chosen = question.requests.length + question.meetings.length > 0;
  return (
    <form class="question" method="get" action="/questions" aria-label="Question">
      <ErrorSummary
        errors={problems}
        what="The question cannot be answered as its address says it. The rest of it is still here."
      />
      {Object.entries(momentParams(moment)).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <Parts names={REQUEST_PARTS} used={question.requests.map(({ name }) => name)} more="Another request">
        {(name) => {
          const part = question.requests.find((one) => one.name === name);
          return <RequestFields {...props} name={name} part={part} options={requests} />;
        }}
      </Parts>
      <Parts names={MEETING_PARTS} used={question.meetings.map(({ name }) => name)} more="Another meeting">
        {(name) => {
          const part = question.meetings.find((one) => one.name === name);
          return <MeetingFields {...props} name={name} part={part} options={meetings} />;
        }}
      </Parts>
      <PartyFields {...props} />
      {chosen ? <Columns question={question} /> : null}
      <p class="board-filter__do">
        <button class="usa-button" type="submit">
          Ask
        </button>
        {chosen ? <a href="/questions">Begin anew</a> : null}
      </p>
    </form>
  );
}

/** The first part open, further ones folded until they are used. */
function Parts<Name extends string>(props: {
  names: readonly Name[];
  used: readonly Name[];
  more: string;
  children: (name: Name) => Child;
}) {
  const [first, ...rest] = props.names;
  const open = rest.filter((name) => props.used.includes(name));
  const folded = rest.filter((name) => !props.used.includes(name)).slice(0, 1);
  return (
    <>
      {first === undefined ? null : props.children(first)}
      {open.map((name) => props.children(name))}
      {folded.map((name) => (
        <details class="question__more">
          <summary>{props.more}</summary>
          {props.children(name)}
        </details>
      ))}
    </>
  );
}

interface PartProps<Part> extends QuestionFormProps {
  readonly name: string;
  readonly part: Part | undefined;
  readonly options: readonly Option[];
}

const Legend = ({ name }: { name: string }) => (
  <legend class="usa-legend">{partWord(name).replace(/^./, (first) => first.toUpperCase())}</legend>
);

function Not({ name, not, yes, no }: { name: string; not: boolean; yes: string; no: string }) {
  return (
    <Select
      name={`${name}.not`}
      label="Who"
      none={yes}
      value={not ? 'yes' : undefined}
      options={[{ value: 'yes', text: no }]}
      problems={{}}
    />
  );
}

function RequestFields({ name, part, options, problems, known }: PartProps<RequestPart>) {
  const filter: BoardFilter = part?.filter ?? {};
  const field = (one: string) => ({ name: `${name}.${one}`, problems });
  const orders = known?.requests.find((one) => one.part.name === name)?.reach?.orders ?? [];
  return (
    <fieldset class="question__part">
      <Legend name={name} />
      <Select
        name={name}
        label="Request"
        none="any or none"
        value={part?.request}
        options={options}
        problems={problems}
      />
      <Not name={name} not={part?.not ?? false} yes="were asked by it" no="are not among those" />
      <Select
        {...field('answer')}
        label="Recipient says"
        none="anything"
        value={filter.answer}
        options={words(ANSWER_FILTERS, (v) => disposition(v).word)}
      />
      <Select
        {...field('determination')}
        label="Issuer says"
        none="anything"
        value={filter.determination}
        options={words(DETERMINATION_FILTERS, (v) => finding(v).word)}
      />
      <Select
        {...field('clock')}
        label="Clock"
        none="anything"
        value={filter.clock}
        options={words(CLOCK_FILTERS, (v) => CLOCK_WORDS[v] ?? clockState(v).word)}
      />
      <Select
        {...field('order')}
        label="Order"
        none="whatever"
        value={filter.order}
        options={[
          { value: 'any', text: 'touched by an order' },
          { value: 'none', text: 'touched by no order' },
          ...orders.map((order) => ({ value: order.id, text: orderName(order) })),
        ]}
      />
      <Select
        {...field('consequence')}
        label="Consequence"
        none="anything"
        value={filter.consequence}
        options={words(CONSEQUENCE_FILTERS, (v) => consequenceStatus(v).word)}
      />
      {(['consequenceKind', 'programme'] as const).map((one) =>
        filter[one] === undefined ? null : <input type="hidden" name={`${name}.${one}`} value={filter[one]} />,
      )}
    </fieldset>
  );
}

function MeetingFields({ name, part, options, problems }: PartProps<MeetingPart>) {
  return (
    <fieldset class="question__part">
      <Legend name={name} />
      <Select
        name={name}
        label="Meeting"
        none="any or none"
        value={part?.meeting}
        options={options}
        problems={problems}
      />
      <Not name={name} not={part?.not ?? false} yes="were invited to it" no="are not among those" />
      <Select
        name={`${name}.participation`}
        label="Participation"
        none="anything"
        value={part?.participation}
        options={words(PARTICIPATIONS, participationWord)}
        problems={problems}
      />
    </fieldset>
  );
}

function PartyFields({ question, choices, problems }: QuestionFormProps) {
  const plain = (values: readonly string[]) => words(values, (v) => v);
  return (
    <fieldset class="question__part">
      <legend class="usa-legend">Parties</legend>
      <label class="board-filter__field" for="f-text">
        <span>Name</span>
        <input class="usa-input" id="f-text" type="search" name="text" value={question.text ?? ''} maxlength={200} />
      </label>
      <Select
        name="kind"
        label="Kind"
        none="every kind"
        value={question.kind}
        options={plain(PARTY_KINDS)}
        problems={problems}
      />
      <Select
        name="state"
        label="State"
        none="every state"
        value={question.state}
        options={plain(choices.states)}
        problems={problems}
      />
      {choices.associations.length > 0 ? (
        <Select
          name="member"
          label="Member of"
          none="any"
          value={question.member}
          options={choices.associations.map(({ id, name }) => ({ value: id, text: name }))}
          problems={problems}
        />
      ) : null}
      {choices.affiliations.length > 0 ? (
        <Select
          name="affiliation"
          label="Affiliation"
          none="any"
          value={question.affiliation}
          options={plain(choices.affiliations)}
          problems={problems}
        />
      ) : null}
    </fieldset>
  );
}

function Columns({ question }: { question: Question }) {
  return (
    <details class="question__more">
      <summary>Columns</summary>
      <fieldset class="question__columns">
        <legend class="usa-sr-only">Columns of the table</legend>
        {columnsOf(question).map((column) => {
          const [part, field] = column.split('.');
          return (
            <label>
              <input type="checkbox" name="col" value={column} checked={question.columns.includes(column)} />{' '}
              {columnHead(column)}
              {field === undefined ? null : <span class="soft"> {partWord(part ?? '')}</span>}
            </label>
          );
        })}
      </fieldset>
    </details>
  );
}
