/** The viewer of an export in a real browser, opened from the file: lists, search, an entry, its receipt; no network, no axe violation. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { axeViolations, withPage } from '../../test/support/browser.ts';
import { partyEntry, TEST_ORIGIN, testLedger } from '../../test/support/ledger.ts';
import { testMatter } from '../../test/support/matter.ts';
import { testServices } from '../../test/support/services.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { buildViewer } from '../adapters/viewer.ts';
import { titleOf } from '../cli/export.ts';
import { oneState } from '../ledger/fsck.ts';
import { erase } from '../rooms/erasure/commands.ts';
import { openDocumentsOf } from '../rooms/order-document.ts';
import { exportTo } from './export.ts';

test('opens from a file, finds, shows, and gives the receipt that the server gave', { timeout: 120_000 }, async () => {
  const t = await testLedger();
  const s = await testServices(t);
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-viewer-'));
  const owner = openPool(t.database.ownerConfig, 1);
  try {
    await t.ledger.append({ key: 'a', entries: Array.from({ length: 620 }, () => partyEntry(t, '<b>Sly</b> City')) });
    await t.ledger.publish();
    const m = await testMatter(t, { recipients: 3 });
    await t.ledger.publish();
    const note = await m.note('To be erased.');
    await erase(s.services, {
      entry: note,
      by: m.issuer,
      hanging: false,
      once: t.newId(),
      authority: 'District Court of Example',
      reason: 'An order.',
    });
    await t.ledger.publish();
    const viewer = await buildViewer();
    const to = join(dir, 'out');
    const { blobs } = s.services;
    await oneState(owner, (client) =>
      exportTo(
        to,
        { client, blobs, origin: TEST_ORIGIN, key: t.signer.key, now: t.clock.now(), titleOf, openDocumentsOf, viewer },
        { public: false },
      ),
    );
    const issued = (await t.ledger.receipt(m.entries.issued)) ?? null;
    const asked: string[] = [];
    await withPage({ width: 1280 }, async (page) => {
      page.on('request', (request) => {
        if (!/^(file|blob):/.test(request.url())) asked.push(request.url());
      });
      await page.goto(pathToFileURL(join(to, 'index.html')).href);
      await page.getByRole('status').getByText('entries', { exact: false }).waitFor();
      expect(await page.locator('tbody tr').count()).toBe(100);
      expect(await page.locator('main b').count()).toBe(0);
      expect(await axeViolations(page)).toEqual([]);
      await page.getByLabel('Show').selectOption('request.served');
      await page.getByRole('button', { name: 'Find' }).click();
      await page.getByText('3 entries').waitFor();
      await page.getByLabel('Show').selectOption('request.issued');
      await page.getByRole('button', { name: 'Find' }).click();
      await page.getByText('1 entry', { exact: true }).waitFor();
      await page.locator('tbody a').click();
      await page.getByText('✓ Checked here').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download the receipt' }).click(),
      ]);
      expect(await readFile(await download.path(), 'utf8')).toBe(issued?.json);
      await page.goto(`${pathToFileURL(join(to, 'index.html')).href}#entry=0`);
      await page.getByText('✓ Checked here').waitFor();
      const { rows } = await t.pool.query<{ seq: number }>('select seq from ledger.entry where id = $1', [note]);
      await page.goto(`${pathToFileURL(join(to, 'index.html')).href}#entry=${rows[0]?.seq}`);
      await page.getByText('This entry was erased by order').waitFor();
    });
    expect(asked).toEqual([]);
  } finally {
    await owner.end();
    await s.close();
    await t.close();
    await rm(dir, { recursive: true, force: true });
  }
});
