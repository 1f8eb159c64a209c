/**
 * Every part of a page with made-up data (places of example.gov that do not exist), to look at and to test in a browser. Mounted by tests
 * only, never by the running server.
 */
import { createHash } from 'node:crypto';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { AsOf, readAsOf } from '../ui/asof.tsx';
import { Board, type BoardRow } from '../ui/board.tsx';
import { redirectWith } from '../ui/context.ts';
import { Empty } from '../ui/empty.tsx';
import { filesize } from '../ui/filesize.ts';
import { Checkbox, Checkboxes, Field, FileField, Form, Radios, Select, Submit, TextArea } from '../ui/form.tsx';
import { Hash } from '../ui/hash.tsx';
import { Heading } from '../ui/heading.tsx';
import { Ladder } from '../ui/ladder.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { Progress } from '../ui/progress.tsx';
import { Slip } from '../ui/slip.tsx';
import { composeSteps, Steps } from '../ui/steps.tsx';
import { Counts, Facts, Links, Pages, Table, Tabs } from '../ui/table.tsx';
import { Day, Time } from '../ui/time.tsx';
import { Working } from '../ui/working.tsx';

const ZONE = 'America/New_York';
const at = (iso: string) => new Date(iso);
const sha = (text: string) => createHash('sha256').update(text).digest();
const MATTER = '/gallery';

const PLACES = [
  'Alder Falls',
  'Birch County',
  'Cedar Ridge',
  'State of Elmland',
  'Fernmouth',
  'Greyhaven Metro',
  'Hollow Springs',
];
const SAYS = [
  'unanswered',
  'produced',
  'produced in part',
  'withheld',
  'objected',
  'no responsive records',
  'already produced',
];
const FINDS = ['not reviewed', 'accepted', 'deficient', 'not reviewed', 'deficient', 'accepted', 'accepted'];
const CLOCKS = [
  { state: 'running', text: 'Fri 23 Feb 2018, 29 days' },
  { state: 'stopped', text: 'in time, 12 Feb 2018' },
  { state: 'overdue', text: '23 Feb 2018, 4 days' },
  { state: 'paused', text: 'by an order of the court' },
  { state: 'unknown', text: 'what followed' },
];

function rows(items: number): BoardRow[] {
  return PLACES.map((name, i) => ({
    id: `${items}-${i}`,
    name,
    detail: name.includes('County') ? 'county, Example State' : 'city, Example State',
    href: `${MATTER}?row=${i}`,
    clock: { ...(CLOCKS[i % CLOCKS.length] ?? { state: 'running', text: '' }), href: `${MATTER}?clock=${i}` },
    cells: Array.from({ length: items }, (_, k) => ({
      disposition: SAYS[(i + k) % SAYS.length] ?? '',
      finding: FINDS[(i + k) % FINDS.length] ?? '',
      documents: (i * 3 + k) % 4,
      href: `${MATTER}?cell=${i}-${k}`,
      changed: i === 2 && k === 0,
    })),
    ...(i === 0 ? { more: <a href={`${MATTER}?orders=0`}>2 orders</a> } : {}),
  }));
}

function SampleSlip({ pending }: { pending?: boolean }) {
  return (
    <Slip
      commitment={sha('sample entry')}
      position={pending ? null : 184}
      logOrigin="records.example.gov/log"
      title="Answer sent"
      at={at('2018-02-12T19:04:31Z')}
      zone={ZONE}
      issuer={{ name: 'Office of Records, example.gov', line: 'asked for 3 items' }}
      recipient={{ name: 'City of Alder Falls', line: 'answered 3 of 3 items' }}
      facts={[
        {
          name: 'Documents',
          value: (
            <>
              police-directive-3.pdf, {filesize(1_234_567)}, <Hash hex={sha('d').toString('hex')} />
            </>
          ),
        },
        { name: 'Sent by', value: 'the mailbox clerk@alder-falls.example.gov' },
      ]}
      {...(pending ? {} : { json: '/gallery/sample.receipt.json', pdf: '/gallery/sample.receipt.pdf' })}
    />
  );
}

function record(c: Ctx) {
  const asked = readAsOf(c.req.query(), ZONE);
  return page(
    c,
    { title: 'Parts of a record', area: 'public', wide: true },
    <>
      <Heading
        title="The sample letters"
        tags={['example']}
        lead="The Office of Records of example.gov asks 7 places that do not exist for documents under a made-up rule."
        crumbs={[{ text: 'Records', href: '/gallery' }]}
      />
      {asked.problem ? (
        <Notice tone="bad">
          <p>{asked.problem}</p>
        </Notice>
      ) : null}
      <AsOf
        action="/gallery"
        asOf={asked.asOf}
        now={at('2018-01-25T11:53:12Z')}
        axis={asked.axis}
        zone={asked.zone}
        keep={{ kind: 'city' }}
        changes={{ text: '4 changes since 24 Jan, 12:00', href: '/gallery?changes=1' }}
      />
      <Counts
        counts={[
          { n: 7, text: 'asked' },
          { n: 4, text: 'answered', href: '/gallery?answered=1' },
          { n: 3, text: 'determined' },
          { n: 2, text: 'running, due 23 Feb 2018' },
          { n: 1, text: 'overdue' },
        ]}
      />
      <Tabs
        label="Views of this record"
        current="Board"
        tabs={['Board', 'Timeline', 'Orders', 'Documents', 'Changes'].map((text) => ({
          text,
          href: `/gallery?tab=${text}`,
        }))}
      />
      <Links
        label="Download"
        links={[
          { text: 'CSV', href: '/gallery?as=csv', download: true },
          { text: 'JSON', href: '/gallery?as=json', download: true },
        ]}
      />
      <h2>One item</h2>
      <Board
        caption="Recipients and what they answered, one item"
        items={[{ number: 1, text: 'Orders and guidance to employees' }]}
        rows={rows(1)}
        sort={{ by: 'recipient', down: false, href: (by) => `/gallery?sort=${by}` }}
      />
      <Pages page={3} pages={1817} href={(n) => `/gallery?page=${n}`} range="101–150 of 90,837 recipients" />
      <h2>Three items</h2>
      <Board
        caption="Recipients and what they answered, three items"
        items={[
          { number: 1, text: 'Orders, directives, instructions or guidance to employees' },
          { number: 2, text: 'Training material' },
          { number: 3, text: 'Letters to other offices about the rule' },
        ]}
        rows={rows(3)}
      />
      <h2>Nothing yet</h2>
      <Board
        caption="An empty board"
        items={[]}
        rows={[]}
        empty={{ what: 'No recipients yet', how: 'They appear when the request is served.' }}
      />
      <SampleSlip />
      <p class="soft">
        Last updated <Time at={at('2018-01-25T11:53:12Z')} zone={ZONE} seconds /> · log position 184
      </p>
    </>,
  );
}

function cell(c: Ctx) {
  return page(
    c,
    { title: 'Parts of a cell', area: 'public' },
    <>
      <Heading
        title="City of Alder Falls, item 1"
        lead="Orders, directives, instructions or guidance to employees about the sample rule."
      />
      <h2>How the letter travelled</h2>
      <Ladder
        zone={ZONE}
        evidence={[
          { event: 'SubmissionAcceptance', at: at('2018-01-24T17:00:00Z'), receipt: '/gallery/r1' },
          {
            event: 'ContentConsignment',
            at: at('2018-01-24T17:02:10Z'),
            receipt: '/gallery/r2',
            detail: 'taken by mx.alder-falls.example.gov',
          },
          { event: 'ContentAccessTracking', at: at('2018-01-25T14:20:00Z'), receipt: '/gallery/r3' },
          { event: 'ContentConsignmentFailure', at: at('2018-01-24T17:01:00Z'), detail: 'first try: mailbox busy' },
        ]}
      />
      <Ladder short zone={ZONE} evidence={[{ event: 'SubmissionAcceptance', at: at('2018-01-24T17:00:00Z') }]} />
      <h2>When it is due</h2>
      <p>
        Due <Day on="2018-02-23" weekday />, 29 days from now.
      </p>
      <Working
        open
        steps={[
          'Served on Wed 24 Jan 2018, counted in America/New_York.',
          'The rule names a fixed date: Fri 23 Feb 2018.',
          'Due by the end of Fri 23 Feb 2018, 24:00 in America/New_York.',
        ]}
      />
      <h2>Facts</h2>
      <Facts
        facts={[
          { name: 'Recipient says', value: 'produced in part' },
          { name: 'Document', value: <Hash whole hex={sha('x').toString('hex')} /> },
        ]}
      />
      <SampleSlip pending />
      <Table
        caption="Letters"
        columns={[
          { head: 'Recipient', cell: (r) => <a href="/gallery/cell">{r.name}</a>, names: true, sort: 'name' },
          { head: 'Sent', cell: (r) => <Time at={r.at} zone={ZONE} /> },
          { head: 'Size', cell: (r) => filesize(r.bytes), numeric: true, sort: 'size' },
        ]}
        rows={PLACES.slice(0, 4).map((name, i) => ({ name, at: at('2018-01-24T17:02:10Z'), bytes: 900 * 13 ** i }))}
        sort={{ by: 'name', down: true, href: (by) => `/gallery/cell?sort=${by}` }}
        empty={{ what: 'No letters yet' }}
      />
      <Empty
        what="No statements yet"
        how="Statements appear here once somebody adds one with its source."
        action={{ text: 'Add a statement', href: '/gallery/form' }}
      />
      <Progress what="Serving 90,837 parties" done={31_500} total={90_837} unit={(n) => t('ui.count.letters', { n })}>
        You can close this page; the work goes on.
      </Progress>
    </>,
  );
}

const ERRORS = {
  title: 'Give the request a title.',
  disposition: 'Say what you answer to this item.',
  upload: 'The file is empty. Choose another.',
};

function form(c: Ctx) {
  const errors = c.req.query('errors') === undefined ? {} : ERRORS;
  return page(
    c,
    { title: 'Parts of a form', area: 'staff', status: errors === ERRORS ? 422 : 200 },
    <>
      <Heading
        title="What is asked"
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: 'The sample letters', href: MATTER },
        ]}
      />
      <Steps
        current={1}
        steps={composeSteps().map((name, i) => ({ name, ...(i < 4 ? { href: `/gallery/form?step=${i}` } : {}) }))}
      />
      <Form action="/gallery/form" errors={errors} hidden={{ key: '01' }} multipart>
        <Field
          name="title"
          label="Title"
          hint="As it stands over the letter."
          required
          errors={errors}
          value=""
          maxlength={200}
        />
        <Field
          name="code"
          label="Code from your mail"
          width="short"
          inputmode="numeric"
          autocomplete="one-time-code"
          required
        />
        <TextArea name="summary" label="Summary" hint="Two sentences." value="Kept while you put things right." />
        <Radios
          name="disposition"
          label="Your answer to item 1"
          required
          errors={errors}
          inline
          choices={[
            { value: 'produced', label: 'we produce' },
            { value: 'produced in part', label: 'in part', hint: 'Say in the note what is missing.' },
            { value: 'no responsive records', label: 'no such records' },
            { value: 'objected', label: 'we object' },
          ]}
        />
        <Checkboxes
          name="kinds"
          label="Kinds of recipient"
          values={['city']}
          choices={[
            { value: 'state', label: 'State' },
            { value: 'city', label: 'City' },
          ]}
        />
        <Select
          name="zone"
          label="Time zone"
          value="b"
          choices={[
            { value: 'a', label: 'Eastern' },
            { value: 'b', label: 'Pacific' },
          ]}
          required
        />
        <FileField name="upload" label="Files" hint="Up to 5 GB each." errors={errors} multiple />
        <Checkbox name="sure" label="I have read the letter" hint="It leaves at 14:32; until then you can revoke." />
        <Submit
          text="Save and go on"
          second={{ text: 'Save only', name: 'then', value: 'stay' }}
          cancel={{ text: 'Discard this draft', href: '/desk' }}
        />
      </Form>
      <Form action="/gallery/form" label="Revoke">
        <Submit text="Revoke the request" danger />
      </Form>
    </>,
  );
}

/** Routes of the gallery, for `buildApp` in tests. */
export const galleryRoutes: readonly Route[] = [
  { method: 'GET', path: '/gallery', access: ANYONE, handler: record },
  { method: 'GET', path: '/gallery/cell', access: ANYONE, handler: cell },
  { method: 'GET', path: '/gallery/form', access: ANYONE, handler: form },
  {
    method: 'POST',
    path: '/gallery/form',
    access: ANYONE,
    handler: (c) => redirectWith(c, '/gallery/cell', 'Saved 14:02.'),
  },
];
