// The second step of signing in, as somebody sets it up on the pages.

import { expect, test, type Page } from "@playwright/test";
import { App } from "./codes.ts";
import { expectPage, open, press, settled } from "./people.ts";

/** Sets an app up on the pages; gives the app and the recovery codes. */
export async function setUp(page: Page): Promise<{ app: App; codes: string[] }> {
  await open(page, "/account/security/app");
  await press(page, "Begin");
  await expect(page.getByRole("img", { name: "QR code for the authenticator app" })).toBeVisible();
  await settled(page);
  const app = await appOn(page);
  await enterCode(page, await app.code(), "Turn on");
  await expectPage(page, "/account/security/recovery-codes", "Recovery codes");
  return { app, codes: await page.locator(".recovery-codes code").allInnerTexts() };
}

/** The app that was given the key of the page. */
export async function appOn(page: Page) {
  await page.getByText("Cannot scan it?").click();
  return new App((await page.locator(".copy code").innerText()).trim());
}

/** Fills the code in. With a script the last of six digits sends it, without one the button does. */
export async function enterCode(page: Page, code: string, button = "Sign in") {
  const hasScripts = test.info().project.use.javaScriptEnabled ?? true;
  // A script sends the form with the last digit; it has to be there by then.
  await expect(page.locator("#code")).toBeVisible();
  await settled(page);
  await page.locator("#code").fill(code);
  if (!hasScripts || code.length > 6) await press(page, button);
}
