/** What was said around a matter, as staff write it down. */

import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { type Errors, Form } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { EMBARGO_NAMES, EmbargoFields, readEmbargo } from '../embargo-fields.tsx';
import { errorsOf } from '../input.ts';
import { holdingsLike } from '../people/view.ts';
import { withheldIn } from '../publication/view.ts';
import { PublishButtons } from '../publish-buttons.tsx';
import { mayPublishAlone } from '../publishing.ts';
import { reviewSettingOf } from '../review/view.ts';
import { crumbsTo, matterOfPath } from '../sourced.tsx';
import { sourcesOf } from '../sources/view.ts';
import { addStatement } from './commands.ts';
import { readStatement, STATEMENT_NAMES, StatementFields } from './form.tsx';
import { Statements } from './parts.tsx';
import { statementsOf } from './view.ts';

const BASE = '/desk/matters/:matter/statements';

async function show(c: Ctx, values: Texts = {}, errors: Errors = {}, once = ''): Promise<Response> {
  const { services, matter, writes, newOnce } = await matterOfPath(c);
  const [statements, sources, holdings, setting, withheld] = await Promise.all([
    statementsOf(services.db, matter.id),
    sourcesOf(services.db, matter.id),
    holdingsLike(services.db),
    reviewSettingOf(services.db, matter.issuer),
    withheldIn(services.db, matter.id, new Date(services.clock.now())),
  ]);
  const zone = zoneOf(c);
  const base = `/desk/matters/${matter.id}`;
  return page(
    c,
    {
      title: t('said.statement.title', { matter: matter.title }),
      area: 'staff',
      wide: true,
      status: Object.keys(errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading title={t('said.statements')} crumbs={crumbsTo(matter)} lead={t('said.statement.lead')} />
      <Statements
        statements={statements}
        zone={zone}
        receipt={null}
        person={(id) => `/desk/people/${id}`}
        withheld={withheld}
        manage={(id) => `${base}/published/${id}`}
        empty={{ what: t('said.statement.empty'), how: t('said.statement.empty.how') }}
      />
      {!writes ? null : sources.length === 0 ? (
        <Empty
          what={t('said.statement.needs-source')}
          how={t('said.statement.needs-source.how')}
          action={{ text: t('said.keep-source'), href: `${base}/sources#keep` }}
        />
      ) : (
        <>
          <h2 id="add">{t('said.statement.add')}</h2>
          <Form
            action={`${base}/statements`}
            errors={errors}
            hidden={{ kind: 'statement', once: once || newOnce }}
            label={t('said.statement')}
          >
            <StatementFields values={values} errors={errors} sources={sources} holdings={holdings} zone={zone} />
            <EmbargoFields values={values} errors={errors} zone={zoneOf(c)} />
            <PublishButtons matter={matter.id} setting={setting} publish={t('said.write')} />
          </Form>
        </>
      )}
    </>,
  );
}

async function post(c: Ctx): Promise<Response> {
  const { services, matter, newOnce } = await matterOfPath(c);
  const body = await bodyOf(c);
  const values = textsOf(body, [...STATEMENT_NAMES, ...EMBARGO_NAMES]);
  const { once: sent = '' } = textsOf(body, ['once']);
  const once = UUID.test(sent) ? sent : newOnce;
  try {
    mayPublishAlone(await reviewSettingOf(services.db, matter.issuer), staff(c).role);
    await addStatement(
      services,
      matter.id,
      readStatement(values, zoneOf(c)),
      once,
      readEmbargo(values, services.clock.now()),
    );
  } catch (error) {
    return await show(c, values, errorsOf(error), once);
  }
  return redirectWith(c, `/desk/matters/${matter.id}/statements`, t('said.statement.done'));
}

export const statementRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: BASE, access: EDITOR, handler: post },
];
