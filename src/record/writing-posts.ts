/** What staff do with drafts of statements and figures: keep, send for review, take back, send back, publish, delete, bring back. */
import { z } from 'zod';
import type { NewEntry } from '../base/append.ts';
import { Conflict, Forbidden, InvalidInput } from '../base/errors.ts';
import { bodyOf, type Texts, textsOf } from '../base/form.ts';
import { UUID, uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { type Ctx, EDITOR, type Role, type Route, staff } from '../base/route.ts';
import type { Services } from '../base/services.ts';
import { asCorrection } from '../rooms/corrected.ts';
import { EMBARGO_NAMES, readEmbargo } from '../rooms/embargo-fields.tsx';
import { planFigure } from '../rooms/figures/commands.ts';
import { FIGURE_NAMES, readFigure } from '../rooms/figures/form.tsx';
import { errorsOf } from '../rooms/input.ts';
import { publishedThing } from '../rooms/publication/commands.ts';
import { draftsPath } from '../rooms/publish-buttons.tsx';
import { underEmbargo } from '../rooms/publishing.ts';
import {
  beginWriting,
  changeWriting,
  WRITING_KINDS,
  type Writing,
  type WritingKind,
  writingOf,
} from '../rooms/review/drafts.ts';
import { mayChange, mayDelete, mayPublish, maySendBack, maySubmit, mayTakeBack } from '../rooms/review/rules.ts';
import { reviewSettingOf } from '../rooms/review/view.ts';
import { matterOfPath } from '../rooms/sourced.tsx';
import { planStatement } from '../rooms/statements/commands.ts';
import { readStatement, STATEMENT_NAMES } from '../rooms/statements/form.tsx';
import { lastOf } from '../rooms/stream.ts';
import { redirectWith, zoneOf } from '../ui/context.ts';
import { correctingOf } from './correcting.ts';
import { draftPath, showDraft } from './desk-writing.tsx';

const NAMES: Readonly<Record<WritingKind, readonly string[]>> = {
  statement: [...STATEMENT_NAMES, ...EMBARGO_NAMES, 'correction'],
  figure: [...FIGURE_NAMES, ...EMBARGO_NAMES, 'correction'],
};

/** Longest text of a field that is kept; the fields themselves allow less. */
const MOST = 5000;
const kept = z.record(z.string(), z.string().max(MOST, { error: () => t('desk.draft.too-long.field', { n: MOST }) }));

/** What a draft would write, with its times in the zone in which they were typed. @throws as the rules of its kind, and as `untilOf` */
async function planned(services: Services, draft: Writing, by: Role): Promise<readonly NewEntry[]> {
  const { zone = 'UTC' } = draft.values;
  const now = services.clock.now();
  const fact =
    draft.kind === 'statement'
      ? await planStatement(services, draft.matter, readStatement(draft.values, zone))
      : await planFigure(services, draft.matter, readFigure(draft.values, zone), draft.thing);
  if (draft.thing !== null && draft.corrects !== null) {
    const found = await publishedThing(services, draft.matter, draft.thing);
    const given = { note: draft.values['correction'] ?? '', by };
    return [asCorrection(fact, correctingOf(found, draft.corrects, given))];
  }
  const id = fact.body[draft.kind];
  const thing = { of: draft.kind, subject: typeof id === 'string' ? id : '' };
  return underEmbargo(fact, thing, readEmbargo(draft.values, now), () => uuidv7(now, services.random), now);
}

/** What was typed, and the zone in which its times are meant. @throws InvalidInput */
function typed(body: Texts, zone: string): Texts {
  const sent = kept.safeParse(body);
  if (!sent.success)
    throw new InvalidInput('draft-too-long', {
      what: t('desk.draft.too-long', { n: MOST }),
      lost: t('desk.draft.too-long.lost'),
      next: t('desk.draft.too-long.next'),
    });
  return { ...sent.data, zone };
}

/** A form of something new, kept or sent for review. */
async function begin(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const actor = staff(c);
  const body = await bodyOf(c);
  const { kind: named = '', once = '', act = '' } = textsOf(body, ['kind', 'once', 'act']);
  const kind = WRITING_KINDS.find((one) => one === named);
  if (!kind || !UUID.test(once)) {
    throw new InvalidInput('no-draft-kind', {
      what: t('desk.draft.no-kind'),
      lost: t('desk.draft.not-saved'),
      next: t('desk.draft.again'),
    });
  }
  const values = typed(textsOf(body, NAMES[kind]), zoneOf(c));
  const now = services.clock.now();
  const draft = { id: once, matter: matter.id, kind, values, thing: null, corrects: null };
  await beginWriting(services.db, draft, actor, now);
  const there = await writingOf(services.db, matter.id, once);
  if (act === 'submit' && there.state === 'draft') {
    try {
      return await submit(c, there, there.version);
    } catch (error) {
      return await showDraft(c, there, errorsOf(error));
    }
  }
  return redirectWith(c, draftPath(there), t('desk.draft.kept.alone'));
}

async function save(c: Ctx, draft: Writing, version: number, values: Texts): Promise<number> {
  const { db, clock } = c.get('services');
  const actor = staff(c);
  mayChange(draft, actor, version);
  return await changeWriting(db, draft, { values, writer: actor.userId }, clock.now());
}

/** What is incomplete is not sent for review: a reviewer judges words, not missing fields. */
async function submit(c: Ctx, draft: Writing, version: number): Promise<Response> {
  const services = c.get('services');
  const actor = staff(c);
  maySubmit(draft, actor, version);
  await planned(services, draft, actor.role);
  await changeWriting(services.db, draft, { state: 'waiting' }, services.clock.now());
  return redirectWith(c, draftPath(draft), t('desk.draft.waits'));
}

/**
 * Publishes what was looked at: from `publishing` on nobody changes it. A crash after the append leaves it so; publishing once more finds
 * what was written by its key.
 */
async function publish(c: Ctx, draft: Writing, version: number): Promise<Response> {
  const services = c.get('services');
  const { db, clock } = services;
  const { issuer } = (await matterOfPath(c)).matter;
  const setting = await reviewSettingOf(db, issuer);
  mayPublish(setting, draft, staff(c), version);
  const next = await changeWriting(db, draft, { state: 'publishing' }, clock.now());
  try {
    // Read before what is decided on: whoever else corrects it in between makes this a conflict.
    const last = await lastOf(db, draft.matter);
    const entries = await planned(services, draft, staff(c).role);
    const expect = draft.thing === null ? [] : [{ stream: draft.matter, last }];
    await services.ledger.append({ key: `writing:${draft.id}`, entries, expect });
  } catch (error) {
    const back = draft.state === 'publishing' ? 'waiting' : draft.state;
    await changeWriting(db, { ...draft, version: next }, { state: back }, clock.now());
    throw error;
  }
  await changeWriting(db, { ...draft, version: next }, { state: 'published' }, clock.now());
  return redirectWith(c, `/desk/matters/${draft.matter}/${draft.kind}s`, t('desk.draft.published'));
}

const ACTS = ['save', 'submit', 'take-back', 'send-back', 'publish', 'delete', 'undo'] as const;

async function act(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const { db, clock } = services;
  const actor = staff(c);
  const body = await bodyOf(c);
  const texts = textsOf(body, ['act', 'version', 'note']);
  const wanted = ACTS.find((one) => one === texts['act']);
  const draft = await writingOf(db, matter.id, c.req.param('edit') ?? '');
  const version = Number(texts['version']);
  const setting = await reviewSettingOf(db, matter.issuer);
  const values =
    body['day'] === undefined ? draft.values : typed(textsOf(body, NAMES[draft.kind]), draft.values['zone'] ?? 'UTC');
  const note = (texts['note'] ?? '').trim().slice(0, 1000);
  const to = draftPath(draft);
  const said = async (change: Parameters<typeof changeWriting>[2], words: string) => {
    await changeWriting(db, draft, change, clock.now());
    return redirectWith(c, to, words);
  };
  try {
    switch (wanted) {
      case 'save':
        await save(c, draft, version, values);
        return redirectWith(c, to, t('desk.draft.kept'));
      case 'submit': {
        const at = values === draft.values ? version : await save(c, draft, version, values);
        return await submit(c, await writingOf(db, matter.id, draft.id), at);
      }
      case 'publish': {
        const at = values === draft.values ? version : await save(c, draft, version, values);
        return await publish(c, await writingOf(db, matter.id, draft.id), at);
      }
      case 'take-back':
        mayTakeBack(draft, actor, version);
        return await said({ state: 'draft' }, t('desk.draft.again-draft'));
      case 'send-back':
        maySendBack(setting, draft, actor, version, note);
        return await said({ state: 'returned', note: { text: note, by: actor.name } }, t('desk.draft.sent-back'));
      case 'delete':
        mayDelete(draft, actor, version);
        return await said({ deleted: true }, t('desk.draft.deleted'));
      case 'undo':
        if (!draft.deleted || draft.version !== version) throw changedSince();
        mayDelete({ ...draft, deleted: false }, actor, version);
        return await said({ deleted: false }, t('desk.draft.back'));
      default:
        throw new InvalidInput('no-such-act', {
          what: t('desk.draft.no-act'),
          lost: t('desk.nothing-changed.period'),
          next: t('desk.draft.no-act.next'),
        });
    }
  } catch (error) {
    if (error instanceof Forbidden) throw error;
    const errors = errorsOf(error);
    const stands = await writingOf(db, matter.id, draft.id);
    // What was typed stands in the form again, unless somebody else's words stand there by now.
    const mine = wanted === 'save' || wanted === 'submit' || wanted === 'publish';
    return await showDraft(c, { ...stands, values: mine ? values : stands.values }, errors, note);
  }
}

const changedSince = () =>
  new Conflict('draft-changed', {
    what: t('desk.draft.changed'),
    lost: t('desk.nothing-changed.period'),
    next: t('desk.draft.changed.next'),
  });

export const writingPosts: readonly Route[] = [
  { method: 'POST', path: draftsPath(':matter'), access: EDITOR, handler: begin },
  { method: 'POST', path: `${draftsPath(':matter')}/:edit`, access: EDITOR, handler: act },
];
