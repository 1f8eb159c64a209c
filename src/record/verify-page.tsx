/**
 * The page on which anyone verifies receipts. With JavaScript everything happens in the browser; without it the server checks the
 * files with the same code, says that it has to be trusted for that, and keeps nothing of them.
 */
import { breather } from '../base/breath.ts';
import { t } from '../base/language.ts';
import type { LogIdentity } from '../base/log-identity.ts';
import { ANYONE, type Route } from '../base/route.ts';
import { checkFiles, type Spoken, verdictWords } from '../base/verdict.ts';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { cachePublic } from './caching.ts';
import { MAX_UPLOAD, MOST_RECEIPTS, readUpload } from './verify-upload.ts';
import { VERIFY_WORKER } from './verify-worker.ts';

function Values({ values }: { values: readonly (readonly [string, string])[] }) {
  return (
    <dl class="facts verdict__values">
      {values.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One result; src/islands/verify.ts draws the same with the same classes. */
function Verdict({ one }: { one: Spoken }) {
  const { failure } = one;
  return (
    <li class={one.ok ? 'verdict verdict--good' : 'verdict verdict--bad'}>
      <h3 class="verdict__file">
        <span class="verdict__sign" aria-hidden="true">
          {one.ok ? '✓' : '✕'}
        </span>{' '}
        {one.file}
      </h3>
      <p class="verdict__sentence">
        {t(one.ok ? 'letters.verdict.good' : 'letters.verdict.bad', { sentence: one.sentence })}
      </p>
      {failure ? (
        <Values
          values={[
            [t('letters.verdict.failure'), failure.name],
            [t('letters.verdict.expected'), failure.expected],
            [t('letters.verdict.found'), failure.found],
          ]}
        />
      ) : null}
      {one.facts.length > 0 ? (
        <details>
          <summary>{t('letters.verdict.says')}</summary>
          <Values values={one.facts} />
        </details>
      ) : null}
      {one.steps.length > 0 ? (
        <details>
          <summary>{t('letters.verdict.steps')}</summary>
          <ol class="verdict__steps">
            {one.steps.map((step) => (
              <li>
                <p>
                  {step.ok ? '✓' : '✕'} {step.title}
                </p>
                <Values values={step.values} />
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </li>
  );
}

function Verify({ policy, results, problem }: { policy: string; results: readonly Spoken[]; problem: string | null }) {
  return (
    <>
      <Heading title={t('record.verify')} lead={t('record.verify.lead')} />
      {problem ? (
        <Notice tone="bad" title={t('record.verify.nothing')}>
          <p>{problem}</p>
        </Notice>
      ) : null}
      <form
        id="verify"
        class="verify"
        method="post"
        action="/verify"
        enctype="multipart/form-data"
        data-words={verdictWords()}
      >
        <noscript>
          <Notice title={t('record.verify.noscript')}>
            <p>
              {rich('record.verify.noscript.how', {
                most: MOST_RECEIPTS,
                command: <code>bin/counterfoil verify FILE --policy POLICY</code>,
              })}
            </p>
          </Notice>
        </noscript>
        <div id="drop" class="vdrop">
          <p class="vdrop__words">{t('record.verify.drop')}</p>
          <div class="vdrop__inputs">
            <div>
              <label class="usa-label" for="f-receipts">
                {t('record.verify.receipts')}
              </label>
              <input
                id="f-receipts"
                class="vdrop__input"
                type="file"
                name="receipts"
                multiple
                accept=".json,.pdf,application/json,application/pdf"
              />
            </div>
            <div>
              <label class="usa-label" for="f-documents">
                {rich('record.verify.documents', { hint: (words) => <span class="usa-hint">{words}</span> })}
              </label>
              <input id="f-documents" class="vdrop__input" type="file" name="documents" multiple />
            </div>
          </div>
        </div>
        <p class="verify__do">
          <button class="usa-button" type="submit">
            {t('record.verify.do')}
          </button>
          <button class="usa-button usa-button--outline verify__clear" type="button" data-clear>
            {t('record.verify.clear')}
          </button>
        </p>
        <p id="verify-status" role="status" class="verify__status" />
        <h2>{t('record.verify.results')}</h2>
        <p class="soft verify__none">{t('record.verify.results.how')}</p>
        <ul id="results" class="verdicts">
          {results.map((one) => (
            <Verdict one={one} />
          ))}
        </ul>
        <details class="verify__policy">
          <summary>{t('record.verify.policy')}</summary>
          <p>{t('record.verify.policy.what')}</p>
          <label class="usa-label" for="f-policy">
            {t('record.verify.policy.label')}
          </label>
          <textarea id="f-policy" class="usa-textarea verify__text" name="policy" rows={6} spellcheck={false}>
            {policy}
          </textarea>
          <div class="verify__own">
            <label class="usa-label" for="f-policyFile">
              {t('record.verify.policy.file')}
            </label>
            <input id="f-policyFile" class="vdrop__input" type="file" name="policyFile" />
          </div>
        </details>
      </form>
      <h2>{t('record.verify.own')}</h2>
      <p>{t('record.verify.own.how')}</p>
      <p>
        <code class="command">bin/counterfoil verify FILE --policy POLICY --document DOCUMENT</code>
      </p>
    </>
  );
}

/** The policy that this server proposes, as a file to keep beside receipts. */
export const POLICY_PATH = '/policy.txt';

/** `GET` and `POST /verify`, the policy, and the worker that keeps the page for times without a network. */
export function verifyRoutes(log: LogIdentity): readonly Route[] {
  const options = () => ({ title: t('record.verify'), area: 'public', islands: ['verify'] }) as const;
  return [
    {
      method: 'GET',
      path: '/verify',
      access: ANYONE,
      handler: (c) => {
        cachePublic(c, 60);
        return page(c, options(), <Verify policy={log.policy} results={[]} problem={null} />);
      },
    },
    {
      method: 'POST',
      path: '/verify',
      access: ANYONE,
      body: { maxBytes: MAX_UPLOAD },
      handler: async (c) => {
        const { policy, receipts, documents } = await readUpload(c);
        c.header('Cache-Control', 'no-store');
        const none = receipts.length + documents.length === 0;
        const results = none ? [] : await checkFiles(policy, receipts, documents, breather());
        const problem = none ? t('record.verify.choose') : null;
        return page(
          c,
          { ...options(), status: none ? 422 : 200 },
          <Verify policy={policy === '' ? log.policy : policy} results={results} problem={problem} />,
        );
      },
    },
    {
      method: 'GET',
      path: POLICY_PATH,
      access: ANYONE,
      handler: (c) => {
        cachePublic(c, 60);
        return c.body(log.policy, 200, {
          'Content-Type': 'text/plain; charset=utf-8',
          'Content-Disposition': 'attachment; filename="policy.txt"',
        });
      },
    },
    {
      method: 'GET',
      path: '/verify-sw.js',
      access: ANYONE,
      handler: (c) => {
        c.header('Cache-Control', 'no-cache');
        return c.body(VERIFY_WORKER, 200, { 'Content-Type': 'text/javascript; charset=utf-8' });
      },
    },
  ];
}
