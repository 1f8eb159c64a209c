/** Drafts of what staff publish: the lists of the desk, and one draft with what may become of it. Decides nothing. */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import { type Actor, type Ctx, type Route, staff, VIEWER } from '../base/route.ts';
import { EmbargoFields } from '../rooms/embargo-fields.tsx';
import { FigureFields } from '../rooms/figures/form.tsx';
import { meetingsOf } from '../rooms/meetings/view.ts';
import { holdingsLike } from '../rooms/people/view.ts';
import { draftsPath } from '../rooms/publish-buttons.tsx';
import { KEPT_DAYS, type Writing, type WritingLine, writingOf, writingsOf } from '../rooms/review/drafts.ts';
import { mayChange, mayDelete, mayPublish, mayTakeBack } from '../rooms/review/rules.ts';
import { type ReviewSetting, reviewSettingOf } from '../rooms/review/view.ts';
import { crumbsTo, matterOfPath } from '../rooms/sourced.tsx';
import { sourcesOf } from '../rooms/sources/view.ts';
import { StatementFields } from '../rooms/statements/form.tsx';
import { zoneOf } from '../ui/context.ts';
import { Empty } from '../ui/empty.tsx';
import { type Errors, Form, Submit, TextArea } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { Time } from '../ui/time.tsx';

type Staff = Extract<Actor, { who: 'staff' }>;

/** The page of all drafts of the organisation. */
export const WRITING = '/desk/writing';
export const draftPath = ({ matter, id }: Pick<Writing, 'matter' | 'id'>) => `${draftsPath(matter)}/${id}`;

const allowed = (rule: () => void): boolean => {
  try {
    rule();
    return true;
  } catch {
    return false;
  }
};

export interface WritingLists {
  /** sent for review by others, and this person may decide */
  readonly toReview: readonly WritingLine[];
  readonly sentBack: readonly WritingLine[];
  readonly mine: readonly WritingLine[];
  /** of others: kept, or waiting for somebody else */
  readonly others: readonly WritingLine[];
}

/** Each draft stands in one list: the first that fits. */
export async function writingLists(db: Kysely<Database>, actor: Staff): Promise<WritingLists> {
  const [all, setting] = await Promise.all([writingsOf(db, actor.party), reviewSettingOf(db, actor.party)]);
  const wrote = (one: WritingLine) => one.author === actor.userId || one.writers.includes(actor.userId);
  const reviews = (one: WritingLine) =>
    (one.state === 'waiting' || one.state === 'publishing') &&
    !wrote(one) &&
    allowed(() => mayPublish(setting, one, actor, one.version));
  const listOf = (one: WritingLine): keyof WritingLists =>
    reviews(one) ? 'toReview' : !wrote(one) ? 'others' : one.state === 'returned' ? 'sentBack' : 'mine';
  const of = (name: keyof WritingLists) => all.filter((one) => listOf(one) === name);
  return { toReview: of('toReview'), sentBack: of('sentBack'), mine: of('mine'), others: of('others') };
}

const STATE: Readonly<Record<Writing['state'], string>> = {
  draft: 'a draft',
  waiting: 'waits for review',
  returned: 'sent back',
  publishing: 'is being published',
  published: 'published',
};

const KIND = { statement: 'Statement', figure: 'Figure' } as const;

/** "Statement of Pat Sample: So perhaps the mailbox…" from what there is of it. */
export function draftTitle({ kind, values, corrects }: Pick<Writing, 'kind' | 'values' | 'corrects'>): string {
  const text = kind === 'statement' ? values['words'] : (values['measure'] ?? '');
  const short = (text ?? '').replace(/\s+/g, ' ').slice(0, 80);
  const what = corrects === null ? KIND[kind] : `Correction of a ${kind}`;
  return short === '' ? `${what}, still empty` : `${what}: ${short}`;
}

export function WritingList(props: {
  title: string;
  lines: readonly WritingLine[];
  zone: string;
  /** of its heading: under another one on the desk, right under the title on its own page */
  level: 2 | 3;
}) {
  const { title, lines, zone, level } = props;
  if (lines.length === 0) return null;
  return (
    <section>
      {level === 2 ? <h2>{title}</h2> : <h3>{title}</h3>}
      <ul class="entries">
        {lines.map((one) => (
          <li>
            <a href={draftPath(one)}>{draftTitle(one)}</a>
            <div class="entries__when">
              {one.matterTitle} · {STATE[one.state]} · {one.authorName}, <Time at={one.updatedAt} zone={zone} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

async function listPage(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const lists = await writingLists(db, staff(c));
  const zone = zoneOf(c);
  const none = Object.values(lists).every((list) => list.length === 0);
  return page(
    c,
    { title: 'Drafts for the public record', area: 'staff' },
    <>
      <Heading
        title="Drafts for the public record"
        crumbs={[{ text: 'Desk', href: '/desk' }]}
        lead="Statements and figures that are not published yet. Only your organisation sees them."
      />
      {none ? <Empty what="No draft" how="Save a statement or a figure as a draft, and it waits here." /> : null}
      <WritingList title="Waiting for review" lines={lists.toReview} zone={zone} level={2} />
      <WritingList title="Sent back to me" lines={lists.sentBack} zone={zone} level={2} />
      <WritingList title="Mine" lines={lists.mine} zone={zone} level={2} />
      <WritingList title="Of others" lines={lists.others} zone={zone} level={2} />
      <p>
        <a href="/desk/review">How your organisation reviews</a>
      </p>
    </>,
  );
}

/** What was typed, in the order of the form, for whoever may not change it now. */
function AsTyped({ draft, names }: { draft: Writing; names: Readonly<Record<string, string>> }) {
  const rows = Object.entries(LABELS[draft.kind]).filter(
    ([name]) =>
      (draft.values[name] ?? '') !== '' && (name !== 'embargoZone' || (draft.values['embargoDay'] ?? '') !== ''),
  );
  return (
    <dl class="facts">
      {rows.map(([name, label]) => (
        <div>
          <dt>{label}</dt>
          <dd>
            {names[draft.values[name] ?? ''] ?? draft.values[name]}
            {name === 'time' ? ` (${draft.values['zone'] ?? 'UTC'})` : ''}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const MORE = {
  correction: 'What was wrong, and why it is changed',

  embargoDay: 'Not public before',
  embargoTime: 'Time it becomes public',
  embargoZone: 'Time zone of that time',
};

const LABELS: Readonly<Record<Writing['kind'], Readonly<Record<string, string>>>> = {
  statement: {
    words: 'The words',
    form: 'Whose words',
    holding: 'Who spoke',
    name: 'Who spoke',
    medium: 'How it was said',
    outlet: 'To whom, or quoted by whom',
    source: 'Source',
    day: 'Day it was said',
    time: 'Time of day',
    ...MORE,
  },
  figure: {
    measure: 'What it measures',
    low: 'Value, or the lower end',
    high: 'Upper end of a range',
    unit: 'Unit',
    qualifier: 'How the source qualifies it',
    originalValue: 'As the source words it',
    claimant: 'Who claims it',
    asOf: 'The day the value is for',
    source: 'Source',
    day: 'Day it was claimed',
    time: 'Time of day',
    ...MORE,
  },
};

function Buttons({ setting, may }: { setting: ReviewSetting; may: boolean }) {
  if (!may) return null;
  return (
    <div class="submit">
      <button class="usa-button" type="submit" name="act" value={setting.second ? 'submit' : 'publish'}>
        {setting.second ? 'Send for review' : 'Publish'}
      </button>
      <button class="usa-button usa-button--outline" type="submit" name="act" value="save">
        Save
      </button>
    </div>
  );
}

/** @param note what a reviewer typed and could not send */
export async function showDraft(c: Ctx, draft: Writing, errors: Errors = {}, note = ''): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const actor = staff(c);
  const [setting, sources, holdings, meetings] = await Promise.all([
    reviewSettingOf(services.db, matter.issuer),
    sourcesOf(services.db, matter.id),
    holdingsLike(services.db),
    meetingsOf(services.db, matter.id),
  ]);
  const { version, values } = draft;
  const changes = allowed(() => mayChange(draft, actor, version));
  const takesBack = allowed(() => mayTakeBack(draft, actor, version));
  const deletes = allowed(() => mayDelete(draft, actor, version));
  const publishes = !changes && allowed(() => mayPublish(setting, draft, actor, version));
  const hidden = { version: String(version) };
  const to = draftPath(draft);
  const zone = values['zone'] ?? zoneOf(c);
  const names = Object.fromEntries([
    ...sources.map((one) => [one.id, `${one.publisher}: ${one.title}`]),
    ...holdings.map((one) => [one.id, `${one.name}, ${one.title}, ${one.partyName}`]),
    ...meetings.map((one) => [one.id, one.subject]),
  ]);
  const failed = Object.keys(errors).length > 0;
  return page(
    c,
    { title: `${draftTitle(draft)} · ${matter.title}`, area: 'staff', status: failed ? 422 : 200 },
    <>
      <Heading
        title={draftTitle(draft)}
        tags={[STATE[draft.state]]}
        crumbs={[...crumbsTo(matter), { text: 'Drafts', href: WRITING }]}
        lead={
          <>
            By {draft.authorName}, saved <Time at={draft.updatedAt} zone={zoneOf(c)} />. Only your organisation sees it.
          </>
        }
      />
      {draft.thing !== null && draft.state !== 'published' ? (
        <p>
          It corrects <a href={`/desk/matters/${matter.id}/published/${draft.thing}`}>what stands in the record</a>.
        </p>
      ) : null}
      {draft.note !== null && draft.state === 'returned' ? (
        <Notice title={`Sent back by ${draft.noteBy ?? 'a reviewer'}`}>
          <p>{draft.note}</p>
        </Notice>
      ) : null}
      {draft.deleted ? (
        <>
          <Notice title="Deleted">
            <p>It can be brought back for {KEPT_DAYS} days.</p>
          </Notice>
          {actor.role === 'viewer' ? null : (
            <Form action={to} hidden={{ ...hidden, act: 'undo' }} errors={errors} label="Bring it back">
              <Submit text="Bring it back" />
            </Form>
          )}
        </>
      ) : draft.state === 'published' ? (
        <Empty
          what="This is published"
          how={<a href={`/desk/matters/${matter.id}/${draft.kind}s`}>Look at it among the {draft.kind}s</a>}
        />
      ) : changes ? (
        <Form action={to} hidden={hidden} errors={errors} label={KIND[draft.kind]}>
          {draft.kind === 'statement' ? (
            <StatementFields values={values} errors={errors} sources={sources} holdings={holdings} zone={zone} />
          ) : (
            <FigureFields values={values} errors={errors} sources={sources} meetings={meetings} />
          )}
          {draft.thing === null ? (
            <EmbargoFields values={values} errors={errors} zone={zone} />
          ) : (
            <TextArea
              name="correction"
              label="What was wrong, and why it is changed"
              hint="It stands beside the correction for everyone, with your role."
              required
              value={values['correction'] ?? ''}
              errors={errors}
              rows={3}
              maxlength={1000}
            />
          )}
          <Buttons setting={setting} may />
        </Form>
      ) : (
        <AsTyped draft={draft} names={names} />
      )}
      {publishes ? (
        <>
          <h2>Your decision</h2>
          <Form action={to} hidden={{ ...hidden, act: 'publish' }} errors={note === '' ? errors : {}} label="Publish">
            <Submit text="Publish" />
          </Form>
          {draft.state === 'waiting' ? (
            <Form
              action={to}
              hidden={{ ...hidden, act: 'send-back' }}
              errors={note === '' && !errors['note'] ? {} : errors}
              label="Send back"
            >
              <TextArea
                name="note"
                label="What is to be changed"
                required
                value={note}
                errors={errors}
                rows={3}
                maxlength={1000}
              />
              <Submit text="Send back" />
            </Form>
          ) : null}
        </>
      ) : draft.state === 'waiting' && !takesBack ? (
        <p>
          {setting.reviewer === 'owner'
            ? 'An owner of your organisation decides about it.'
            : 'An editor or owner of your organisation decides about it.'}
        </p>
      ) : null}
      {takesBack ? (
        <Form action={to} hidden={{ ...hidden, act: 'take-back' }} label="Take back">
          <p>Somebody else of your organisation publishes it or sends it back with a note.</p>
          <Submit text="Take it back" />
        </Form>
      ) : null}
      {deletes ? (
        <Form action={to} hidden={{ ...hidden, act: 'delete' }} label="Delete">
          <Submit text="Delete this draft" danger />
        </Form>
      ) : null}
      {failed && !changes && !publishes ? (
        <Notice tone="bad" title="Nothing was changed">
          {Object.values(errors).map((one) => (
            <p>{one}</p>
          ))}
        </Notice>
      ) : null}
    </>,
  );
}

async function draftPage(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  return await showDraft(c, await writingOf(services.db, matter.id, c.req.param('edit') ?? ''));
}

export const writingRoutes: readonly Route[] = [
  { method: 'GET', path: WRITING, access: VIEWER, handler: listPage },
  { method: 'GET', path: `${draftsPath(':matter')}/:edit`, access: VIEWER, handler: draftPage },
];
