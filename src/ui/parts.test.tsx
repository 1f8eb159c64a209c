import { describe, expect, it } from 'vitest';
import { Board } from './board.tsx';
import { filesize } from './filesize.ts';
import { Field, Form, Radios } from './form.tsx';
import { Hash } from './hash.tsx';
import { Ladder } from './ladder.tsx';
import { Progress } from './progress.tsx';
import { Slip } from './slip.tsx';
import { Steps } from './steps.tsx';
import { Pages, Table } from './table.tsx';
import { clockState, disposition, evidenceWord, finding, kindWord } from './words.ts';
import { Working } from './working.tsx';

const html = (element: unknown) => String(element);
const at = new Date('2018-01-24T17:00:00Z');
const zone = 'America/New_York';

describe('words', () => {
  it('say states plainly and show unknown ones as they are', () => {
    expect(disposition('no responsive records').word).toBe('no such records');
    expect(finding('deficient').mark).toBe('!');
    expect(clockState('overdue').word).toBe('overdue since');
    expect(disposition('constructor')).toEqual({ word: 'constructor', mark: '·', tone: 'quiet' });
    expect(evidenceWord('ContentConsignment')).toBe('sent');
    expect(evidenceWord('toString')).toBe('toString');
    expect(kindWord('production.sealed')).toBe('production sealed');
  });
});

describe('file sizes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [1_234_567, '1.2 MB'],
    [999_999, '1 MB'],
    [5_000_000_000, '5 GB'],
    [47_000_000, '47 MB'],
  ])('%i is %s', (bytes, text) => {
    expect(filesize(bytes)).toBe(text);
  });
});

describe('forms', () => {
  it('tie label, hint and error to the control, keep the value, and list errors on top', () => {
    const page = html(
      <Form action="/x" errors={{ title: 'Give a title.', '': 'Somebody else saved.' }} hidden={{ version: '3' }}>
        <Field
          name="title"
          label="Title"
          hint="Short."
          errors={{ title: 'Give a title.' }}
          value={'a "b" <c>'}
          required
        />
      </Form>,
    );
    expect(page).toContain('<a href="#f-title">Give a title.</a>');
    expect(page).toContain('<li>Somebody else saved.</li>');
    expect(page).toContain('2 things to put right');
    expect(page).toContain('for="f-title"');
    expect(page).toContain('aria-describedby="f-title-hint f-title-error"');
    expect(page).toContain('aria-invalid="true"');
    expect(page).toContain('value="a &quot;b&quot; &lt;c&gt;"');
    expect(page).toContain('<input type="hidden" name="version" value="3"/>');
    expect(page).not.toContain('(optional)');
  });
  it('show no summary without errors', () => {
    expect(html(<Form action="/x" />)).not.toContain('put right');
  });
  it('let the summary reach the first of several choices, and keep the chosen one', () => {
    const page = html(
      <Radios
        name="item-1"
        label="Answer"
        value="b"
        errors={{ 'item-1': 'Choose.' }}
        choices={[
          { value: 'a', label: 'A' },
          { value: 'b', label: 'B' },
        ]}
      />,
    );
    expect(page).toContain('id="f-item-1"');
    expect(page).toMatch(/value="b" checked/);
    expect(page.match(/checked/g)).toHaveLength(1);
  });
});

describe('the board', () => {
  const row = {
    id: '1',
    name: 'Alder <Falls>',
    href: '/c/1',
    clock: { state: 'running', text: '23 Feb 2018' },
    cells: [{ disposition: 'produced', finding: 'deficient', documents: 2, href: '/c/1/1' }],
  };
  it('keeps three facts in three places and escapes names', () => {
    const page = html(<Board caption="Answers" items={[{ number: 1, text: 'Orders' }]} rows={[row]} />);
    expect(page).toContain('Alder &lt;Falls&gt;');
    for (const word of ['produced', 'deficient', 'due 23 Feb 2018', '2 files'])
      expect(page.replaceAll(/<[^>]+>/g, '')).toContain(word);
    expect(page).toContain('scope="row"');
  });
  it('says what will be here when there is nothing', () => {
    expect(
      html(<Board caption="x" items={[]} rows={[]} empty={{ what: 'No recipients yet', how: 'Serve it.' }} />),
    ).toContain('Serve it.');
  });
});

describe('the ladder', () => {
  it('shows missing rungs empty, the first time of each, and failures beside', () => {
    const page = html(
      <Ladder
        zone={zone}
        evidence={[
          { event: 'SubmissionAcceptance', at, receipt: '/r/1' },
          { event: 'ContentAccessTracking', at },
          { event: 'ContentAccessTracking', at: new Date('2018-01-26T17:00:00Z') },
          { event: 'ContentConsignmentFailure', at, detail: 'mailbox full' },
        ]}
      />,
    );
    expect(page.match(/no evidence/g)).toHaveLength(4);
    expect(page).toContain('mailbox full');
    expect(page).not.toContain('26 Jan');
    expect(page).toContain('href="/r/1"');
  });
});

describe('the slip', () => {
  const slip = {
    commitment: new Uint8Array(32).fill(9),
    logOrigin: 'example.gov/log',
    title: 'Answer sent',
    at,
    zone,
    issuer: { name: 'A' },
    recipient: { name: 'B' },
  };
  it('puts the same figure and number on both halves', () => {
    const page = html(<Slip {...slip} position={1840} json="/r.json" />);
    const figures = page.match(/<svg.*?<\/svg>/gs) ?? [];
    expect(figures).toHaveLength(2);
    expect(figures[0]).toBe(figures[1]);
    expect(page.match(/No\. 1,840/g)).toHaveLength(2);
    expect(page).toContain('href="/verify"');
  });
  it('says who has signed, and that more may follow', () => {
    const witnessed = (signed: number, of: number, complete: boolean) =>
      html(<Slip {...slip} position={3} witnessed={{ signed, of, complete }} />);
    expect(witnessed(0, 0, true)).toContain('Signed by the log.');
    expect(witnessed(1, 1, true)).toContain('Signed by the log and 1 of 1 witness.');
    expect(witnessed(2, 3, true)).not.toContain('taken later');
    expect(witnessed(1, 3, false)).toContain('and 1 of 3 witnesses. A receipt taken later carries more signatures');
  });
  it('offers nothing to keep while the receipt is not there', () => {
    const page = html(<Slip {...slip} position={null} />);
    expect(page).not.toContain('Keep this');
    expect(page).toContain('follows within seconds');
  });
});

describe('tables, steps, progress, working, hashes', () => {
  it('sort by plain links and say so to screen readers', () => {
    const page = html(
      <Table
        caption="Files"
        columns={[{ head: 'Name', cell: (r: string) => r, sort: 'name', names: true }]}
        rows={['a']}
        empty={{ what: 'none' }}
        sort={{ by: 'name', down: true, href: (by) => `?sort=${by}` }}
      />,
    );
    expect(page).toContain('aria-sort="descending"');
    expect(page).toContain('href="?sort=name"');
  });
  it('show first, last and neighbours of a page', () => {
    const page = html(<Pages page={5} pages={90} href={(n) => `?p=${n}`} />).replaceAll(/<[^>]+>/g, ' ');
    expect(page.match(/\d+/g)).toEqual(['1', '4', '5', '6', '90']);
    expect(html(<Pages page={1} pages={1} href={String} />)).toBe('');
  });
  it('mark the present step, link others', () => {
    const page = html(
      <Steps current={1} steps={[{ name: 'What', href: '/1' }, { name: 'Whom', href: '/2' }, { name: 'When' }]} />,
    );
    expect(page).toContain('Step 2 of 3');
    expect(page).toContain('aria-current="step"');
    expect(page).not.toContain('href="/2"');
  });
  it('say how far work is, and when it is done', () => {
    expect(
      html(<Progress what="Serving" done={1} total={4} unit={(n) => `${n.toLocaleString('en-US')} letters`} />),
    ).toContain('1 of 4 letters (25%)');
    expect(
      html(<Progress what="Serving" done={4} total={4} unit={(n) => `${n.toLocaleString('en-US')} letters`} />),
    ).toContain('Done: 4 letters.');
  });
  it('number the working and fold it', () => {
    expect(html(<Working steps={['One', 'Two']} />)).toContain('<ol><li>One</li><li>Two</li></ol>');
  });
  it('cut a hash to 12 figures, the whole one beside', () => {
    expect(html(<Hash hex={'ab'.repeat(32)} />)).toContain(`title="${'ab'.repeat(32)}">abababababab…`);
  });
});
