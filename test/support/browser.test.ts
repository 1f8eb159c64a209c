/** The tests' own browser: it opens pages, tells what is wrong with them, and can be without JavaScript. */
import { expect, it } from 'vitest';
import { axeViolations, withPage } from './browser.ts';

const good =
  '<!doctype html><html lang="en"><head><title>A page</title></head><body><main><h1>A heading</h1><script>document.title = "changed"</script></main></body></html>';

it('finds nothing wrong with a sound page and names what is wrong with another', async () => {
  await withPage({ width: 390 }, async (page, seen) => {
    await page.setContent(good);
    expect(await page.title()).toBe('changed');
    expect(await axeViolations(page)).toEqual([]);
    expect(seen.problems).toEqual([]);
    expect(await page.evaluate('innerWidth')).toBe(390);
    await page.setContent(
      '<!doctype html><html><head><title>x</title></head><body><img src="data:,"><script>nothing()</script></body></html>',
    );
    const ids = (await axeViolations(page)).map((v) => v.id);
    expect(ids).toContain('image-alt');
    expect(ids).toContain('html-has-lang');
    expect(seen.problems.join()).toContain('nothing is not defined');
  });
});

it('can be without JavaScript', async () => {
  await withPage({ javaScript: false, colorScheme: 'dark' }, async (page) => {
    await page.setContent(good);
    expect(await page.title()).toBe('A page');
  });
});
