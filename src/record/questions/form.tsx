/** The form of a question: plain GET, one fieldset for each request and meeting. What it sends is the question's address. */
import type { Child } from 'hono/jsx';
import { t } from '../../base/language.ts';
import { PARTY_KINDS } from '../../rooms/directory/entries.ts';
import { orderName } from '../../rooms/orders/view.ts';
import { ErrorSummary } from '../../ui/form.tsx';
import { localInput } from '../../ui/time.tsx';
import { clockState, consequenceStatus, disposition, participation, partyKind } from '../../ui/words.ts';
import {
  ANSWER_FILTERS,
  type BoardFilter,
  CLOCK_FILTERS,
  CONSEQUENCE_FILTERS,
  DETERMINATION_FILTERS,
} from '../board-filter.ts';
import { CLOCK_WORDS, findingChoice } from '../filter-form.tsx';
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
  value === 'came'
    ? t('record.q.was-there')
    : value === 'did not come'
      ? t('record.q.was-not-there')
      : participation(value).word;

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
    <form class="question" method="get" action="/questions" aria-label={t('record.q')}>
      <ErrorSummary errors={problems} what={t('record.q.refused')} />
      {Object.entries(momentParams(moment)).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <Parts
        names={REQUEST_PARTS}
        used={question.requests.map(({ name }) => name)}
        more={t('record.q.another-request')}
      >
        {(name) => {
          const part = question.requests.find((one) => one.name === name);
          return <RequestFields {...props} name={name} part={part} options={requests} />;
        }}
      </Parts>
      <Parts
        names={MEETING_PARTS}
        used={question.meetings.map(({ name }) => name)}
        more={t('record.q.another-meeting')}
      >
        {(name) => {
          const part = question.meetings.find((one) => one.name === name);
          return <MeetingFields {...props} name={name} part={part} options={meetings} />;
        }}
      </Parts>
      <PartyFields {...props} />
      {chosen ? <Columns question={question} /> : null}
      <p class="board-filter__do">
        <button class="usa-button" type="submit">
          {t('record.ask')}
        </button>
        {chosen ? <a href="/questions">{t('record.q.anew')}</a> : null}
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
      label={t('record.q.who')}
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
        label={t('record.request')}
        none={t('record.q.any-or-none')}
        value={part?.request}
        options={options}
        problems={problems}
      />
      <Not name={name} not={part?.not ?? false} yes={t('record.q.were-asked')} no={t('record.q.not-among')} />
      <Select
        {...field('answer')}
        label={t('record.says')}
        none={t('record.filter.anything')}
        value={filter.answer}
        options={words(ANSWER_FILTERS, (v) => disposition(v).word)}
      />
      <Select
        {...field('determination')}
        label={t('record.finds')}
        none={t('record.filter.anything')}
        value={filter.determination}
        options={words(DETERMINATION_FILTERS, findingChoice)}
      />
      <Select
        {...field('clock')}
        label={t('record.clock')}
        none={t('record.filter.anything')}
        value={filter.clock}
        options={words(CLOCK_FILTERS, (v) => CLOCK_WORDS[v] ?? clockState(v).word)}
      />
      <Select
        {...field('order')}
        label={t('record.order')}
        none={t('record.filter.whatever')}
        value={filter.order}
        options={[
          { value: 'any', text: t('record.filter.touched') },
          { value: 'none', text: t('record.filter.untouched') },
          ...orders.map((order) => ({ value: order.id, text: orderName(order) })),
        ]}
      />
      <Select
        {...field('consequence')}
        label={t('record.consequence')}
        none={t('record.filter.anything')}
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
        label={t('record.meeting')}
        none={t('record.q.any-or-none')}
        value={part?.meeting}
        options={options}
        problems={problems}
      />
      <Not name={name} not={part?.not ?? false} yes={t('record.q.were-invited')} no={t('record.q.not-among')} />
      <Select
        name={`${name}.participation`}
        label={t('record.q.participation')}
        none={t('record.filter.anything')}
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
      <legend class="usa-legend">{t('record.parties')}</legend>
      <label class="board-filter__field" for="f-text">
        <span>{t('record.name')}</span>
        <input class="usa-input" id="f-text" type="search" name="text" value={question.text ?? ''} maxlength={200} />
      </label>
      <Select
        name="kind"
        label={t('record.kind')}
        none={t('record.filter.every-kind')}
        value={question.kind}
        options={words(PARTY_KINDS, partyKind)}
        problems={problems}
      />
      <Select
        name="state"
        label={t('record.state')}
        none={t('record.filter.every-state')}
        value={question.state}
        options={plain(choices.states)}
        problems={problems}
      />
      {choices.associations.length > 0 ? (
        <Select
          name="member"
          label={t('record.member-of')}
          none={t('record.any')}
          value={question.member}
          options={choices.associations.map(({ id, name }) => ({ value: id, text: name }))}
          problems={problems}
        />
      ) : null}
      {choices.affiliations.length > 0 ? (
        <Select
          name="affiliation"
          label={t('record.affiliation')}
          none={t('record.any')}
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
      <summary>{t('record.q.columns')}</summary>
      <fieldset class="question__columns">
        <legend class="usa-sr-only">{t('record.q.columns.legend')}</legend>
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
