// Passkeys: adding one, signing in with it alone, as the second step, as a proof, and removing it.

import { enter, expectPage, expectRefused, expectSignedIn, expectSignedOut, field, member, open, press, sendSignIn, settled } from "../support/people.ts";
import { Authenticator } from "../support/passkeys.ts";
import { setUp } from "../support/second-factors.ts";
import { expect, test, type Page } from "../support/test.ts";

async function signOut(page: Page) {
  await page.request.post("/_fn/sign-out", { headers: { accept: "text/html" }, maxRedirects: 0 });
}

/** Adds a passkey of this name; the first leads to the recovery codes. */
async function add(page: Page, authenticator: Authenticator, name: string) {
  await open(page, "/account/security/passkeys/new");
  await field(page, "Name").fill(name);
  await authenticator.touched(async () => {
    await press(page, "Continue");
    await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("Add a passkey");
  });
}

async function addFirst(page: Page, authenticator: Authenticator): Promise<string[]> {
  await add(page, authenticator, "Laptop");
  await expectPage(page, "/account/security/recovery-codes", "Recovery codes");
  return page.locator(".recovery-codes code").allInnerTexts();
}

test.describe("with a browser that keeps passkeys", () => {
  test.skip(({ javaScriptEnabled }) => !javaScriptEnabled, "a script is what asks for a passkey");

  test("a passkey is added, and signs in alone", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    await enter(page, who);
    const authenticator = await Authenticator.of(page);
    await open(page, "/account/security");
    await expect(page.getByText("You have none yet.")).toBeVisible();
    await page.getByRole("link", { name: "Add a passkey" }).click();
    await expectPage(page, "/account/security/passkeys/new", "Add a passkey");
    await expect(field(page, "Name")).toHaveValue(/ on /);
    await expectAccessible(page);
    await field(page, "Name").fill(" ");
    await authenticator.touched(async () => {
      await press(page, "Continue");
      await expectRefused(page, "Name", /./);
    });
    const codes = await addFirst(page, authenticator);
    expect(codes).toHaveLength(10);
    await expect(page.getByRole("list", { name: "Steps" })).toBeHidden();
    await page.getByRole("checkbox", { name: "I have saved these codes" }).check();
    await press(page, "Finish");
    await expect(page.getByRole("link", { name: "Manage the passkey Laptop" })).toBeVisible();
    await expect(page.getByText(/never used/)).toBeVisible();
    await expectAccessible(page);
    expect((await latchkey.mail.waitForMail(who.email)).subject).toContain("A passkey was added");

    await signOut(page);
    await open(page, "/sign-in?next=%2Faccount%2Fpreferences");
    await expectAccessible(page);
    await authenticator.touched(async () => {
      await press(page, "Sign in with a passkey");
      await expectPage(page, "/account/preferences", "Preferences");
    });
    await expectSignedIn(page, who);
    await open(page, "/account/security");
    await expect(page.getByText(/with passkey$/)).toBeVisible();
  });

  test("nobody is signed in by a passkey that is not known, or not shown by its owner", async ({ page, latchkey }) => {
    const who = member(latchkey);
    await enter(page, who);
    const authenticator = await Authenticator.of(page);
    await addFirst(page, authenticator);
    await signOut(page);
    await authenticator.isStolen();
    await open(page, "/sign-in");
    await authenticator.touched(async () => {
      await press(page, "Sign in with a passkey");
      await expect(page.getByText("No passkey was received.")).toBeVisible();
    });
    await expectSignedOut(page);
    await authenticator.forgets();
    await open(page, "/sign-in");
    await authenticator.touched(async () => {
      await press(page, "Sign in with a passkey");
      await expect(page.getByText("No passkey was received.")).toBeVisible();
    });
    await field(page, "E-mail").fill(who.email);
    await expect(field(page, "E-mail")).toHaveValue(who.email);
  });

  test("a passkey is offered where the address is typed, and again after a question that came to nothing", async ({ page, latchkey }) => {
    const who = member(latchkey);
    await enter(page, who);
    const authenticator = await Authenticator.of(page);
    await addFirst(page, authenticator);
    await signOut(page);
    await authenticator.touched(async () => {
      await open(page, "/sign-in?next=%2Faccount%2Fpreferences");
      await expectPage(page, "/account/preferences", "Preferences");
    });
    await signOut(page);
    await open(page, "/sign-in");
    await authenticator.isStolen();
    await authenticator.touched(async () => {
      await press(page, "Sign in with a passkey");
      await expect(page.getByText("No passkey was received.")).toBeVisible();
      await authenticator.isReturned();
      await expectPage(page, "/", /^Good to see you/);
    });
    await expectSignedIn(page, who);
  });

  test("after a password the passkey is the second step, or a recovery code", async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    await enter(page, who);
    const authenticator = await Authenticator.of(page);
    const codes = await addFirst(page, authenticator);
    await signOut(page);
    await open(page, "/sign-in?next=%2Faccount%2Fpreferences");
    await sendSignIn(page, who);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Second step");
    await settled(page);
    await expectAccessible(page);
    await authenticator.touched(async () => {
      await press(page, "Use passkey");
      await expectPage(page, "/account/preferences", "Preferences");
    });
    await open(page, "/account/security");
    await expect(page.getByText(/with password and passkey$/)).toBeVisible();

    await signOut(page);
    await open(page, "/sign-in");
    await sendSignIn(page, who);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Second step");
    await page.getByRole("link", { name: "Use a recovery code" }).click();
    await expect(field(page, "Recovery code")).toBeVisible();
    await settled(page);
    await field(page, "Recovery code").fill(codes[0] ?? "");
    await press(page, "Sign in");
    await expectPage(page, "/account/security", "Security");
    await expect(page.getByText("9 of 10 left")).toBeVisible();
  });

  test("a passkey proves who one is, and is asked for new recovery codes", async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    await enter(page, who);
    const authenticator = await Authenticator.of(page);
    const codes = await addFirst(page, authenticator);
    await open(page, "/confirm-password?next=/account/preferences");
    await expect(page.getByText("This needs your passkey.")).toBeVisible();
    await expectAccessible(page);
    await authenticator.touched(async () => {
      await press(page, "Continue");
      await expectPage(page, "/account/preferences", "Preferences");
    });
    await open(page, "/account/security/recovery-codes");
    await expectAccessible(page);
    await authenticator.touched(async () => {
      await press(page, "Make new codes");
      await expect(page.getByRole("heading", { name: "Save these codes now" })).toBeVisible();
    });
    const others = await page.locator(".recovery-codes code").allInnerTexts();
    expect(others.filter((code) => codes.includes(code))).toEqual([]);
  });

  test("a passkey turns the authenticator app off", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    await enter(page, who);
    await setUp(page);
    const authenticator = await Authenticator.of(page);
    await add(page, authenticator, "Laptop");
    await open(page, "/account/security/app");
    await expect(page.getByText("Without it, your passkeys remain as the second step.")).toBeVisible();
    await page.getByRole("link", { name: "Use a passkey instead" }).click();
    await expect(page.getByRole("link", { name: "Use a code instead" })).toBeVisible();
    await settled(page);
    await expect(page.getByText("Pressing the button asks for your passkey")).toBeVisible();
    await expectAccessible(page);
    await authenticator.touched(async () => {
      await press(page, "Turn off");
      await expect(page.getByText("The authenticator app is turned off.")).toBeVisible();
    });
    await expect(page.getByText("10 of 10 left")).toBeVisible();
  });

  test("a passkey is renamed, and one that is removed signs nobody in", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    await enter(page, who);
    const authenticator = await Authenticator.of(page);
    await addFirst(page, authenticator);
    await open(page, "/account/security");
    await page.getByRole("link", { name: "Manage the passkey Laptop" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Passkey");
    await settled(page);
    await expectAccessible(page);
    await field(page, "Name").fill("<b>Büro & Küche</b>");
    await press(page, "Save name");
    await expectPage(page, "/account/security", "Security");
    await expect(page.getByText("The passkey is now called “<b>Büro & Küche</b>”.")).toBeVisible();
    await page.getByRole("link", { name: "Manage the passkey <b>Büro & Küche</b>" }).click();
    await expect(page.getByText("It is your only second step")).toBeVisible();
    await press(page, "Remove passkey");
    await expectPage(page, "/account/security", "Security");
    await expect(page.getByText("You have none yet.")).toBeVisible();
    await expect(page.getByText("10 of 10 left")).toBeHidden();
    await signOut(page);
    await open(page, "/sign-in");
    expect(await authenticator.count()).toBe(1);
    await authenticator.touched(async () => {
      await press(page, "Sign in with a passkey");
      await expect(page.getByText("This passkey is not known here, or it could not be verified.")).toBeVisible();
    });
    await sendSignIn(page, who);
    await expectPage(page, "/", /^Good to see you/);
  });

  test("an authenticator is added once", async ({ page, latchkey }) => {
    const who = member(latchkey);
    await enter(page, who);
    const authenticator = await Authenticator.of(page);
    await addFirst(page, authenticator);
    await open(page, "/account/security/passkeys/new");
    await authenticator.touched(async () => {
      await press(page, "Continue");
      await expect(page.getByText("This passkey is already set up.")).toBeVisible();
    });
    expect(await authenticator.count()).toBe(1);
  });
});

test("without a script, pages say that passkeys need one, and other ways remain", async ({ page, latchkey, javaScriptEnabled, expectAccessible }) => {
  test.skip(javaScriptEnabled, "about pages without one");
  const who = member(latchkey);
  await open(page, "/sign-in");
  await expect(page.getByRole("button", { name: "Sign in with a passkey" })).toBeHidden();
  await enter(page, who);
  await open(page, "/account/security/passkeys/new");
  await expect(page.getByText("Passkeys need JavaScript")).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue" })).toBeHidden();
  await expectAccessible(page);
});
