/** Hand-overs of the log as read: one row for each, with the statement that was signed. */
import { type Project, stamps } from '../../base/row.ts';
import { logContinued } from './entries.ts';

export const projectLog: Project = (entry, seq) => {
  if (entry.kind !== 'log.continued') return [];
  const { from, to, size, root, lost, statement, checkpoint } = logContinued.parse(entry.body);
  const row = {
    ...stamps(entry, seq),
    entry: entry.id,
    from_vkey: from,
    to_vkey: to,
    size,
    root,
    lost,
    statement,
    checkpoint,
  };
  return [{ table: 'view.handover', row }];
};
