/** Statements in a list, as the record and the desk show them: the words, who spoke, how, where that is known from. Pure props. */

import type { Child } from 'hono/jsx';
import { t } from '../../base/language.ts';
import { Empty, type EmptyProps } from '../../ui/empty.tsx';
import { Tag } from '../../ui/mark.tsx';
import { rich } from '../../ui/rich.tsx';
import { Time } from '../../ui/time.tsx';
import { CorrectedNote } from '../corrected-note.tsx';
import { type Withheld, withheldWord } from '../publication/view.ts';
import { SourceWords } from '../sourced.tsx';
import { mediumWords, type Statement } from './view.ts';

const quiet = (words: Child) => <span class="usa-sr-only">{words}</span>;
const withheldTag = (why: Withheld | undefined) =>
  why === undefined ? null : (
    <>
      {' '}
      <Tag>{withheldWord(why)}</Tag>
    </>
  );

export function Statements(props: {
  statements: readonly Statement[];
  zone: string;
  /** address of an entry's page with its receipt; null where none is linked */
  receipt: ((entry: string) => string) | null;
  /** address of a person's page; left out where none is linked */
  person?: (id: string) => string;
  /** address of the page on which the organisation decides about one; left out for everyone else */
  manage?: (id: string) => string;
  /** why everyone does not see one; left out for everyone else */
  withheld?: ReadonlyMap<string, Withheld>;
  empty: EmptyProps;
}) {
  const { statements, zone, receipt, person, manage, withheld } = props;
  if (statements.length === 0) return <Empty {...props.empty} />;
  return (
    <ol class="entries statements">
      {statements.map((one) => (
        <li id={`s-${one.id}`}>
          {one.form === 'quotation' ? (
            <blockquote class="statements__words">
              <p>“{one.words}”</p>
            </blockquote>
          ) : (
            <p class="statements__words">
              {one.words} <Tag>{t('said.statement.paraphrase')}</Tag>
            </p>
          )}
          <p>
            <strong>
              {person && one.person !== null ? <a href={person(one.person)}>{one.speaker.name}</a> : one.speaker.name}
            </strong>
            {one.speaker.office ? `, ${one.speaker.office}` : ''}, {mediumWords(one)},{' '}
            <Time at={one.occurredAt} zone={zone} dayOnly={one.dayOnly} />
            {withheldTag(withheld?.get(one.id))}
          </p>
          <CorrectedNote corrected={one.corrected} zone={zone} entry={receipt} />
          <p class="soft">
            {rich('said.statement.source', { source: <SourceWords source={one.source} /> })}
            {receipt ? (
              <>
                {' '}
                ·{' '}
                <a href={receipt(one.entry)}>{rich('said.statement.receipt', { name: one.speaker.name, sr: quiet })}</a>
              </>
            ) : null}
            {manage ? (
              <>
                {' '}
                · <a href={manage(one.id)}>{rich('said.statement.manage', { name: one.speaker.name, sr: quiet })}</a>
              </>
            ) : null}
          </p>
        </li>
      ))}
    </ol>
  );
}
