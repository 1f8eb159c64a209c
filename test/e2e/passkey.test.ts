/**
 * Passkeys in a real browser: the script of the pages, the browser's own WebAuthn, and a key in software that the browser is given
 * (Chromium's virtual authenticator, WebDriver's WebAuthn extension by way of the debugger), against the server as `npm start` runs it.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withPage } from '../support/browser.ts';
import { PATIENCE, startTour, type Tour } from '../support/tour.ts';

let tour: Tour;
beforeAll(async () => {
  tour = await startTour({ EXAMPLE: '0' });
});
afterAll(async () => tour?.stop());

/** Gives the browser of a page a key that asks for a finger, and says yes or no to it. */
async function giveKey(page: Page) {
  const debug = await page.context().newCDPSession(page);
  await debug.send('WebAuthn.enable');
  const { authenticatorId } = await debug.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    finger: (isUserVerified: boolean) => debug.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    keys: async () => (await debug.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}

const path = (page: Page) => new URL(page.url()).pathname;
const at = (page: Page, wanted: string) => page.waitForURL((url) => url.pathname === wanted);

it('a passkey is added on the account page, and signs in without a code', async () => {
  await withPage({ baseURL: tour.base }, async (page, seen) => {
    page.setDefaultTimeout(20_000);
    const key = await giveKey(page);
    await page.goto(tour.ownerLink);
    await page.getByLabel('Name of the organisation').fill('Office of Public Records');
    await page.getByLabel('Kind').selectOption('agency');
    await page.getByLabel('Your name').fill('Sample Owner');
    await page.getByLabel('Your e-mail address').fill('owner@example.gov');
    await page.getByRole('button', { name: 'Set up', exact: true }).click();
    await at(page, '/desk');

    await page.goto('/account');
    expect(await page.getByText('No passkey yet.').count()).toBe(1);
    await page.getByRole('button', { name: 'Add a passkey', exact: true }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Remove', exact: true }).count(), PATIENCE).toBe(1);
    expect(await page.getByText('No passkey yet.').count()).toBe(0);
    expect(await key.keys()).toMatchObject([{ isResidentCredential: true, rpId: 'localhost', signCount: 1 }]);

    const signOut = async () => {
      await page.locator('form[action="/sign-out"] button').first().click();
      await expect
        .poll(
          () =>
            page
              .context()
              .cookies()
              .then((all) => all.map((one) => one.name).join()),
          PATIENCE,
        )
        .not.toContain('session_token');
    };
    await signOut();
    await page.goto('/account');
    expect(path(page)).toBe('/sign-in');
    await page.getByRole('button', { name: 'Use a passkey', exact: true }).click();
    await at(page, '/account');
    expect(await page.getByRole('textbox', { name: 'Your name' }).inputValue()).toBe('Sample Owner');
    expect(seen.problems).toEqual([]);

    // A finger that the device does not know: nobody comes in, the page says so, and it can be tried again.
    await signOut();
    await key.finger(false);
    await page.goto('/sign-in');
    const use = page.getByRole('button', { name: 'Use a passkey', exact: true });
    await use.click();
    await expect.poll(() => page.getByText('That did not work. Try again, or use a code.').count(), PATIENCE).toBe(1);
    expect(path(page)).toBe('/sign-in');
    await key.finger(true);
    await use.click();
    await at(page, '/desk');
  });
}, 180_000);
