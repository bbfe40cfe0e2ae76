// Signing in by a link in a letter.

import { enter, expectPage, expectRefused, expectSignedIn, field, linkIn, member, open, person, press, settled } from "../support/people.ts";
import { expect, test, type Page } from "../support/test.ts";

const LETTER = "Sign in to Latchkey";

async function ask(page: Page, email: string) {
  await field(page, "E-mail").fill(email);
  await press(page, "Send link");
  await expectPage(page, "/sign-in/link/sent", "Check your inbox");
}

test("somebody signs in without a password, and is led to the page that was wanted", async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  await page.goto("/account/preferences");
  await expectPage(page, "/sign-in?next=%2Faccount%2Fpreferences", "Sign in");
  await page.getByRole("link", { name: "Get a link by e-mail" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in by e-mail");
  await settled(page);
  await expectAccessible(page);
  await field(page, "E-mail").fill("nonsense");
  await press(page, "Send link");
  await expectRefused(page, "E-mail", /Enter an e-mail address/);
  await ask(page, who.email);
  await expect(page.getByRole("main")).toContainText(`If an account uses ${who.email}, a link is on its way there.`);
  await expectAccessible(page);
  const link = linkIn(await latchkey.mail.waitForMail(who.email, LETTER), "/magic-link");
  await open(page, link);
  await expectPage(page, "/magic-link", "Sign in");
  await expect(page.getByRole("main")).toContainText(`As ${who.email}.`);
  expect(await page.content()).not.toContain(new URL(link).searchParams.get("token"));
  await expectAccessible(page);
  await press(page, "Sign in");
  await expectPage(page, "/account/preferences", "Preferences");
  await expectSignedIn(page, who);
  await open(page, "/account/security");
  await expect(page.getByText("e-mail link")).toBeVisible();
  await open(page, link);
  await expectPage(page, "/magic-link", "This link has already been used");
  await expectAccessible(page);
});

test("an unknown address gets the same answer and no letter", async ({ page, latchkey }) => {
  const [unknown, known] = [person(), member(latchkey)];
  for (const { email } of [unknown, known]) {
    await open(page, "/sign-in/link");
    await ask(page, email);
    await expect(page.getByRole("main")).toContainText(`If an account uses ${email}, a link is on its way there.`);
  }
  await latchkey.mail.waitForMail(known.email, LETTER);
  expect(await latchkey.mail.unread(unknown.email)).toEqual([]);
});

test("a newer link kills the older one", async ({ page, latchkey }) => {
  const who = member(latchkey);
  const links: string[] = [];
  for (let count = 0; count < 2; count += 1) {
    await open(page, "/sign-in/link");
    await ask(page, who.email);
    links.push(linkIn(await latchkey.mail.waitForMail(who.email, LETTER), "/magic-link"));
  }
  await open(page, links[0] ?? "");
  await expectPage(page, "/magic-link", "This link no longer works");
  await open(page, links[1] ?? "");
  await press(page, "Sign in");
  await expect(page).toHaveURL("/");
  await expectSignedIn(page, who);
});

test("whoever is signed in has no use for a link", async ({ page, latchkey }) => {
  await enter(page, member(latchkey));
  await page.goto("/sign-in/link");
  await expect(page).toHaveURL("/");
});
