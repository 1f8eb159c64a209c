/** Drafts of what staff publish: the lists of the desk, and one draft with what may become of it. Decides nothing. */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import { t } from '../base/language.ts';
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
import { rich } from '../ui/rich.tsx';
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

const stateWord = (state: Writing['state']) => t('desk.writing.state', { state });

/** "Statement of Pat Sample: So perhaps the mailbox…" from what there is of it. */
export function draftTitle({ kind, values, corrects }: Pick<Writing, 'kind' | 'values' | 'corrects'>): string {
  const said = kind === 'statement' ? values['words'] : (values['measure'] ?? '');
  const text = (said ?? '').replace(/\s+/g, ' ').slice(0, 80);
  if (corrects === null)
    return text === '' ? t('desk.writing.title.empty', { kind }) : t('desk.writing.title', { kind, text });
  return text === ''
    ? t('desk.writing.title.correction.empty', { kind })
    : t('desk.writing.title.correction', { kind, text });
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
              {rich('desk.writing.line', {
                matter: one.matterTitle,
                state: stateWord(one.state),
                author: one.authorName,
                at: <Time at={one.updatedAt} zone={zone} />,
              })}
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
    { title: t('desk.writing.list'), area: 'staff' },
    <>
      <Heading
        title={t('desk.writing.list')}
        crumbs={[{ text: t('ui.nav.desk'), href: '/desk' }]}
        lead={t('desk.writing.list.lead')}
      />
      {none ? <Empty what={t('desk.writing.none')} how={t('desk.writing.none.how')} /> : null}
      <WritingList title={t('desk.writing.to-review')} lines={lists.toReview} zone={zone} level={2} />
      <WritingList title={t('desk.writing.sent-back')} lines={lists.sentBack} zone={zone} level={2} />
      <WritingList title={t('desk.writing.mine')} lines={lists.mine} zone={zone} level={2} />
      <WritingList title={t('desk.writing.others')} lines={lists.others} zone={zone} level={2} />
      <p>
        <a href="/desk/review">{t('desk.writing.how')}</a>
      </p>
    </>,
  );
}

/** What was typed, in the order of the form, for whoever may not change it now. */
function AsTyped({ draft, names }: { draft: Writing; names: Readonly<Record<string, string>> }) {
  const rows = Object.entries(labelsOf(draft.kind)).filter(
    ([name]) =>
      (draft.values[name] ?? '') !== '' && (name !== 'embargoZone' || (draft.values['embargoDay'] ?? '') !== ''),
  );
  return (
    <dl class="facts">
      {rows.map(([name, label]) => (
        <div>
          <dt>{label}</dt>
          <dd>
            {name === 'time'
              ? t('desk.writing.time-zone', { time: draft.values[name] ?? '', zone: draft.values['zone'] ?? 'UTC' })
              : (names[draft.values[name] ?? ''] ?? draft.values[name])}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const MORE = {
  correction: 'desk.writing.correction',
  embargoDay: 'desk.writing.embargo.day',
  embargoTime: 'desk.writing.embargo.time',
  embargoZone: 'desk.writing.embargo.zone',
} as const;

/** Fields of a form in its order, by their names, with the messages of their labels. */
const LABELS = {
  statement: {
    words: 'desk.writing.words',
    form: 'desk.writing.form',
    holding: 'desk.writing.speaker',
    name: 'desk.writing.speaker',
    medium: 'desk.writing.medium',
    outlet: 'desk.writing.outlet',
    source: 'desk.writing.source',
    day: 'desk.writing.said-day',
    time: 'desk.writing.time',
    ...MORE,
  },
  figure: {
    measure: 'desk.writing.measure',
    low: 'desk.writing.low',
    high: 'desk.writing.high',
    unit: 'desk.writing.unit',
    qualifier: 'desk.writing.qualifier',
    originalValue: 'desk.writing.original',
    claimant: 'desk.writing.claimant',
    asOf: 'desk.writing.as-of',
    source: 'desk.writing.source',
    day: 'desk.writing.claimed-day',
    time: 'desk.writing.time',
    ...MORE,
  },
} as const;

const labelsOf = (kind: Writing['kind']): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(LABELS[kind]).map(([name, id]) => [name, t(id)]));

function Buttons({ setting, may }: { setting: ReviewSetting; may: boolean }) {
  if (!may) return null;
  return (
    <div class="submit">
      <button class="usa-button" type="submit" name="act" value={setting.second ? 'submit' : 'publish'}>
        {setting.second ? t('desk.writing.send') : t('desk.writing.publish')}
      </button>
      <button class="usa-button usa-button--outline" type="submit" name="act" value="save">
        {t('desk.save')}
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
        tags={[stateWord(draft.state)]}
        crumbs={[...crumbsTo(matter), { text: t('desk.writing.crumb'), href: WRITING }]}
        lead={rich('desk.writing.lead', {
          author: draft.authorName,
          at: <Time at={draft.updatedAt} zone={zoneOf(c)} />,
        })}
      />
      {draft.thing !== null && draft.state !== 'published' ? (
        <p>
          {rich('desk.writing.corrects', {
            a: (words) => <a href={`/desk/matters/${matter.id}/published/${draft.thing}`}>{words}</a>,
          })}
        </p>
      ) : null}
      {draft.note !== null && draft.state === 'returned' ? (
        <Notice title={t('desk.writing.returned', { who: draft.noteBy ?? t('desk.writing.returned.reviewer') })}>
          <p>{draft.note}</p>
        </Notice>
      ) : null}
      {draft.deleted ? (
        <>
          <Notice title={t('desk.writing.deleted')}>
            <p>{t('desk.writing.deleted.days', { n: KEPT_DAYS })}</p>
          </Notice>
          {actor.role === 'viewer' ? null : (
            <Form action={to} hidden={{ ...hidden, act: 'undo' }} errors={errors} label={t('desk.writing.undo')}>
              <Submit text={t('desk.writing.undo')} />
            </Form>
          )}
        </>
      ) : draft.state === 'published' ? (
        <Empty
          what={t('desk.writing.published')}
          how={
            <a href={`/desk/matters/${matter.id}/${draft.kind}s`}>
              {t('desk.writing.published.look', { kind: draft.kind })}
            </a>
          }
        />
      ) : changes ? (
        <Form action={to} hidden={hidden} errors={errors} label={t('desk.writing.kind', { kind: draft.kind })}>
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
              label={t('desk.writing.correction')}
              hint={t('desk.writing.correction.hint')}
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
          <h2>{t('desk.writing.decision')}</h2>
          <Form
            action={to}
            hidden={{ ...hidden, act: 'publish' }}
            errors={note === '' ? errors : {}}
            label={t('desk.writing.publish')}
          >
            <Submit text={t('desk.writing.publish')} />
          </Form>
          {draft.state === 'waiting' ? (
            <Form
              action={to}
              hidden={{ ...hidden, act: 'send-back' }}
              errors={note === '' && !errors['note'] ? {} : errors}
              label={t('desk.writing.send-back')}
            >
              <TextArea
                name="note"
                label={t('desk.writing.send-back.what')}
                required
                value={note}
                errors={errors}
                rows={3}
                maxlength={1000}
              />
              <Submit text={t('desk.writing.send-back')} />
            </Form>
          ) : null}
        </>
      ) : draft.state === 'waiting' && !takesBack ? (
        <p>{setting.reviewer === 'owner' ? t('desk.writing.decides.owner') : t('desk.writing.decides.editor')}</p>
      ) : null}
      {takesBack ? (
        <Form action={to} hidden={{ ...hidden, act: 'take-back' }} label={t('desk.writing.take-back')}>
          <p>{t('desk.writing.take-back.what')}</p>
          <Submit text={t('desk.writing.take-back.do')} />
        </Form>
      ) : null}
      {deletes ? (
        <Form action={to} hidden={{ ...hidden, act: 'delete' }} label={t('desk.writing.delete')}>
          <Submit text={t('desk.writing.delete.do')} danger />
        </Form>
      ) : null}
      {failed && !changes && !publishes ? (
        <Notice tone="bad" title={t('desk.published.nothing-changed')}>
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
