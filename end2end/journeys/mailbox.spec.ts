// Without an SMTP server letters stay in Latchkey, and /dev/mailbox shows them: the journeys of a developer's first hour.

import {
  SCRIPT_OF_OURS, expectPage, expectSignedIn, field, linkIn, person, press, sendSignIn, signUp, type Person,
} from "../support/people.ts";
import { expect, test, type Page } from "../support/test.ts";

test.use({ mail: "mailbox" });

/** Reads the newest letter to this person on the mailbox page, and presses the button in it. */
async function followLetter(page: Page, who: Person, subject: string, button: string) {
  await page.goto("/dev/mailbox");
  await page.getByRole("navigation", { name: "E-mails" }).getByRole("link", { name: who.email }).filter({ hasText: subject }).click();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(subject);
  await page.frameLocator("iframe").getByRole("link", { name: button, exact: true }).click();
}

test("somebody signs up, confirms the address, forgets the password and sets a new one", async ({ page, latchkey, problems }) => {
  problems.expected(SCRIPT_OF_OURS);
  const who = person();
  await signUp(page, who);
  await latchkey.mail.waitForMail(who.email, "Confirm your e-mail");
  await followLetter(page, who, "Confirm your e-mail for Latchkey", "Confirm address");
  await expectPage(page, "/verify-email", "Confirm your e-mail");
  await press(page, "Confirm address");
  await expectPage(page, "/sign-in", "Sign in");
  await expect(field(page, "E-mail")).toHaveValue(who.email);

  await page.getByRole("link", { name: "Forgot password?" }).click();
  await expectPage(page, "/forgot-password", "Forgot your password?");
  await field(page, "E-mail").fill(who.email);
  await press(page, "Send link");
  await expectPage(page, "/forgot-password/sent", "Check your inbox");
  await latchkey.mail.waitForMail(who.email, "Set a new password");
  await followLetter(page, who, "Set a new password for Latchkey", "Set a new password");
  await expectPage(page, "/reset-password", "Set a new password");
  const renewed = { ...who, password: "nine kettles in a row" };
  await field(page, "New password").fill(renewed.password);
  await press(page, "Set password");
  await expectPage(page, "/sign-in", "Sign in");
  await sendSignIn(page, renewed);
  await expectPage(page, "/", "Good to see you, Ada");
  await expectSignedIn(page, renewed);
});

test("a letter can be read as text, and its address followed", { tag: "@phone" }, async ({ page, latchkey, problems }) => {
  problems.expected(SCRIPT_OF_OURS);
  const who = person();
  await signUp(page, who);
  const link = linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email");
  await page.goto("/dev/mailbox");
  await page.getByRole("navigation", { name: "E-mails" }).getByRole("link", { name: who.email }).click();
  await expect(page.getByRole("article")).toContainText(who.email);
  await page.getByRole("navigation", { name: "Parts of the e-mail" }).getByRole("link", { name: "Text" }).click();
  const text = page.getByRole("region", { name: "E-mail as text" });
  await expect(text).toContainText("Somebody, most likely you, created an account at Latchkey");
  await text.getByRole("link", { name: link }).click();
  await expectPage(page, "/verify-email", "Confirm your e-mail");
});

test("a letter cannot run scripts or send forms", async ({ page, request, latchkey, problems }) => {
  problems.expected(SCRIPT_OF_OURS);
  const who = person({ name: "<script>alert(1)</script>" });
  await signUp(page, who);
  await latchkey.mail.waitForMail(who.email);
  await page.goto("/dev/mailbox");
  const source = await page.locator("iframe").getAttribute("src");
  const letter = await request.get(source ?? "");
  expect(letter.headers()["content-security-policy"]).toContain("default-src 'none'");
  expect(letter.headers()["content-security-policy"]).toContain("sandbox allow-popups allow-top-navigation-by-user-activation");
  expect(await letter.text()).not.toContain("<script");
});
