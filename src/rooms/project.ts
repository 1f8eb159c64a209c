/** All rooms' projections as one: what the ledger writes beside an entry, and what `counterfoil rebuild` makes anew. */
import type { Project } from '../base/row.ts';
import { projectAnswers } from './answers/view.ts';
import { projectClosings } from './clock/closings.ts';
import { projectClock } from './clock/view.ts';
import { projectConsequences } from './consequences/view.ts';
import { projectDeterminations } from './determinations/view.ts';
import { projectDirectory } from './directory/view.ts';
import { projectErasures } from './erasure/view.ts';
import { projectEscalation } from './escalation/view.ts';
import { projectFigures } from './figures/view.ts';
import { projectLog } from './log/view.ts';
import { projectMatters } from './matters/view.ts';
import { projectInvitations } from './meetings/invitations.ts';
import { projectMeetings } from './meetings/view.ts';
import { projectOrders } from './orders/view.ts';
import { projectPeople } from './people/view.ts';
import { projectPublication, projectSubjects } from './publication/view.ts';
import { projectReminders } from './reminders/view.ts';
import { projectRequests } from './requests/view.ts';
import { projectReview } from './review/view.ts';
import { projectSearch } from './search/view.ts';
import { projectSources } from './sources/view.ts';
import { projectStatements } from './statements/view.ts';

const BY_ROOM: Readonly<Record<string, Project>> = {
  party: projectDirectory,
  alias: projectDirectory,
  channel: projectDirectory,
  matter: projectMatters,
  request: (entry, seq) => [...projectRequests(entry, seq), ...projectClock(entry, seq)],
  service: (entry, seq) => [...projectRequests(entry, seq), ...projectClock(entry, seq)],
  due: projectClock,
  extension: projectClock,
  clock: projectClock,
  reminder: projectReminders,
  review: projectReview,
  embargo: projectPublication,
  publication: projectPublication,
  ladder: projectEscalation,
  step: projectEscalation,
  closing: projectClosings,
  answer: projectAnswers,
  entry: projectErasures,
  document: projectErasures,
  log: projectLog,
  consequence: projectConsequences,
  order: projectOrders,
  person: projectPeople,
  office: projectPeople,
  membership: projectPeople,
  affiliation: projectPeople,
  term: projectPeople,
  source: projectSources,
  statement: projectStatements,
  figure: projectFigures,
  meeting: projectMeetings,
  participation: projectMeetings,
  attendance: projectMeetings,
  invitation: projectInvitations,
  item: (entry, seq) => [...projectAnswers(entry, seq), ...projectDeterminations(entry, seq)],
};

/** Rows that an entry adds to the read models. */
export const project: Project = (entry, seq) => [
  ...(BY_ROOM[entry.kind.slice(0, entry.kind.indexOf('.'))]?.(entry, seq) ?? []),
  ...projectSearch(entry, seq),
  ...projectSubjects(entry, seq),
];
