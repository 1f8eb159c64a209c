/** What stands beside something that was corrected: what was wrong, by which role, when, and the way to what stood there before. Pure props. */
import { Tag } from '../ui/mark.tsx';
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
      <Tag>corrected</Tag> <Time at={corrected.at} zone={zone} />, by an {corrected.by}: {corrected.note}
      {entry ? (
        <>
          {' '}
          <a href={entry(corrected.replaces)}>What stood here before</a>
        </>
      ) : null}
    </p>
  );
}
