/** What stands beside something that was corrected: what was wrong, by which role, when, and the way to what stood there before. Pure props. */
import { t } from '../base/language.ts';
import { Tag } from '../ui/mark.tsx';
import { rich } from '../ui/rich.tsx';
import { Time } from '../ui/time.tsx';
import type { Corrected } from './corrected.ts';

export function CorrectedNote(props: {
  readonly corrected: Corrected | null;
  readonly zone: string;
  /** address of an entry's page; null where none is linked */
  readonly entry: ((entry: string) => string) | null;
}) {
  const { corrected, zone, entry } = props;
  if (corrected === null) return null;
  return (
    <p>
      {rich('said.corrected', {
        tag: (words) => <Tag>{words}</Tag>,
        at: <Time at={corrected.at} zone={zone} />,
        role: corrected.by,
        note: corrected.note,
      })}
      {entry ? (
        <>
          {' '}
          <a href={entry(corrected.replaces)}>{t('said.corrected.before')}</a>
        </>
      ) : null}
    </p>
  );
}
