// The second step of signing in: set up, asked for, recovered from, and turned off again.

import { enter, expectPage, expectRefused, expectSignedOut, field, member, open, press, sendSignIn, settled, type Person } from "../support/people.ts";
import { appOn, enterCode, setUp } from "../support/second-factors.ts";
import { expect, test, type Page } from "../support/test.ts";

const EXPIRED = "This took too long or has already been done. Sign in again.";

async function signOut(page: Page) {
  await page.request.post("/_fn/sign-out", { headers: { accept: "text/html" }, maxRedirects: 0 });
}

/** The first step, from an empty form. */
async function firstStep(page: Page, who: Person, next = "") {
  await open(page, `/sign-in${next && `?next=${encodeURIComponent(next)}`}`);
  await sendSignIn(page, who);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Second step");
  await settled(page);
}

test("an app is set up in three steps, and asked for from then on", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  await enter(page, who);
  await open(page, "/account/security");
  await expectAccessible(page);
  await page.getByRole("link", { name: "Set up the authenticator app" }).click();
  await expectPage(page, "/account/security/app", "Authenticator app");
  await expectAccessible(page);
  await press(page, "Begin");
  await expect(page.getByRole("img", { name: "QR code for the authenticator app" })).toBeVisible();
  await settled(page);
  await expectAccessible(page);
  const app = await appOn(page);
  await enterCode(page, app.wrong(), "Turn on");
  await expectRefused(page, "Code", /This code is wrong/);
  await settled(page);
  expect(await appOn(page)).toEqual(app);
  await enterCode(page, await app.code(), "Turn on");

  await expectPage(page, "/account/security/recovery-codes", "Recovery codes");
  await expect(page.getByRole("heading", { name: "Save these codes now" })).toBeVisible();
  await expectAccessible(page);
  const codes = await page.locator(".recovery-codes code").allInnerTexts();
  expect(codes).toHaveLength(10);
  for (const code of codes) expect(code).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  const stream = await (await download).createReadStream();
  const text = Buffer.concat(await stream.toArray()).toString();
  for (const code of codes) expect(text).toContain(code);
  await press(page, "Finish");
  await expect(page.getByRole("heading", { name: "Save these codes now" })).toBeVisible();
  await page.getByRole("checkbox", { name: "I have saved these codes" }).check();
  await press(page, "Finish");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Security");
  await expect(page.getByText("10 of 10 left")).toBeVisible();
  await expectAccessible(page);
  await open(page, "/account/security/recovery-codes");
  for (const code of codes) expect(await page.content()).not.toContain(code);
  expect((await latchkey.mail.waitForMail(who.email)).subject).toContain("An authenticator app was added");

  await signOut(page);
  await firstStep(page, who, "/account/preferences");
  await expectAccessible(page);
  await enterCode(page, app.wrong());
  await expectRefused(page, "Code", /This code is wrong/);
  await settled(page);
  await enterCode(page, await app.code());
  await expectPage(page, "/account/preferences", "Preferences");
});

test("between the two steps nobody is signed in", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { app } = await setUp(page);
  await signOut(page);
  await firstStep(page, who);
  await expectSignedOut(page);
  expect((await page.request.get("/account/profile", { maxRedirects: 0 })).status()).toBe(303);
  await open(page, "/sign-in/code");
  await page.context().clearCookies({ name: "latchkey-challenge" });
  await enterCode(page, await app.code());
  await expect(page.getByText(EXPIRED)).toBeVisible();
  await open(page, "/sign-in/code");
  await expectPage(page, "/sign-in", "Sign in");
});

test("a recovery code stands in for the app once, and says how many are left", async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { codes } = await setUp(page);
  const [first = ""] = codes;
  await signOut(page);
  await firstStep(page, who);
  await page.getByRole("link", { name: "Use a recovery code" }).click();
  await expect(field(page, "Recovery code")).toBeVisible();
  await settled(page);
  await expectAccessible(page);
  await enterCode(page, first.toLowerCase());
  await expectPage(page, "/account/security", "Security");
  await expect(page.getByText("You signed in with a recovery code. 9 are left.")).toBeVisible();
  await expect(page.getByText("9 of 10 left")).toBeVisible();
  await signOut(page);
  await firstStep(page, who);
  await page.getByRole("link", { name: "Use a recovery code" }).click();
  await settled(page);
  await enterCode(page, first);
  await expectRefused(page, "Recovery code", /This code is wrong/);
});

test("a browser that is trusted is not asked again, until the app is turned off", async ({ page, latchkey, stranger }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { app, codes } = await setUp(page);
  await signOut(page);
  await firstStep(page, who);
  await page.getByRole("checkbox", { name: /^Do not ask again/ }).check();
  await enterCode(page, await app.code());
  await expectPage(page, "/", /^Good to see you/);
  await signOut(page);
  await open(page, "/sign-in");
  await sendSignIn(page, who);
  await expectPage(page, "/", /^Good to see you/);
  const other = await stranger();
  await firstStep(other, who);

  // A step that was skipped is no proof.
  await open(page, "/account/security/app");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Confirm that it is you");
  await settled(page);
  await enterCode(page, await app.code(), "Continue");
  await expectPage(page, "/account/security/app", "Authenticator app");
  await enterCode(page, codes[1] ?? "", "Turn off");
  await expectPage(page, "/account/security", "Security");
  await expect(page.getByText("The authenticator app is turned off.")).toBeVisible();
  await signOut(page);
  await open(page, "/sign-in");
  await sendSignIn(page, who);
  await expectPage(page, "/", /^Good to see you/);
});

test("new recovery codes want a code, and end the old ones", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { codes } = await setUp(page);
  await open(page, "/account/security");
  await page.getByRole("link", { name: "Make new ones" }).click();
  await expectPage(page, "/account/security/recovery-codes", "Recovery codes");
  await enterCode(page, codes[0] ?? "", "Make new codes");
  await expect(page.getByRole("heading", { name: "Save these codes now" })).toBeVisible();
  const others = await page.locator(".recovery-codes code").allInnerTexts();
  expect(others).toHaveLength(10);
  expect(others.filter((code) => codes.includes(code))).toEqual([]);
});

test("a code confirms who one is, where the password alone proves too little", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { app } = await setUp(page);
  await open(page, "/confirm-password?next=/account/preferences");
  await expect(field(page, "Code")).toBeVisible();
  await expect(field(page, "Password")).toBeHidden();
  await enterCode(page, await app.code(), "Continue");
  await expectPage(page, "/account/preferences", "Preferences");
});
