// Another address for an account: asked for, confirmed, undone.

import {
  INVALID_CREDENTIALS, enter, expectPage, expectRefused, expectSignedIn, expectSignedOut, field, linkIn, member, open, person, press,
  sendSignIn, settled, signIn, type Person,
} from "../support/people.ts";
import { ageSessions } from "../support/database.ts";
import type { Mail } from "../support/mail.ts";
import { expect, test, type Page } from "../support/test.ts";

const CONFIRM = "Confirm your new e-mail for Latchkey";
const CHANGED = "Your e-mail for Latchkey was changed";

async function ask(page: Page, email: string) {
  await open(page, "/account/profile");
  await field(page, "New e-mail").fill(email);
  await press(page, "Send link");
}

/** Changes the address on the pages; gives the letter to the former one. */
async function change(page: Page, mail: Mail, who: Person, email: string) {
  await ask(page, email);
  await expect(page.getByText(`We sent a link to ${email}.`)).toBeVisible();
  await open(page, linkIn(await mail.waitForMail(email, CONFIRM), "/change-email"));
  await press(page, "Change e-mail");
  await expectPage(page, "/account/profile", "Profile");
  return mail.waitForMail(who.email, CHANGED);
}

test("a new address is confirmed in its mailbox, and the former one undoes it", async ({ page, latchkey, stranger, expectAccessible }) => {
  const who = member(latchkey);
  const { email } = person();
  await enter(page, who);
  await ask(page, who.email.toUpperCase());
  await expectRefused(page, "New e-mail", /the address you already have/);
  await ask(page, "nonsense");
  await expectRefused(page, "New e-mail", /Enter an e-mail address/);
  await expect(field(page, "New e-mail")).toHaveValue("nonsense");

  await ask(page, email);
  await expect(page.getByText(`We sent a link to ${email}.`)).toBeVisible();
  await open(page, "/account/profile");
  await expect(page.getByText(`${email} is not confirmed yet`)).toBeVisible();
  await expectAccessible(page);

  // Whoever is not signed in, or is somebody else, changes nothing.
  const link = linkIn(await latchkey.mail.waitForMail(email, CONFIRM), "/change-email");
  const other = await stranger();
  await other.goto(link);
  await expectPage(other, "/sign-in?next=%2Fchange-email", "Sign in");
  await sendSignIn(other, member(latchkey));
  await expectPage(other, "/change-email", "This link no longer works");

  await open(page, link);
  await expectPage(page, "/change-email", "Change your e-mail");
  await expect(page.getByRole("main")).toContainText(`From ${who.email} to ${email}.`);
  expect(await page.content()).not.toContain(new URL(link).searchParams.get("token"));
  await expectAccessible(page);
  await press(page, "Change e-mail");
  await expectPage(page, "/account/profile", "Profile");
  await expect(page.getByText(`Your e-mail address is now ${email}.`)).toBeVisible();
  await open(page, link);
  await expectPage(page, "/change-email", "This link has already been used");

  // The former address opens nothing but the way back, which ends every session.
  const outside = await stranger();
  await open(outside, "/sign-in");
  await sendSignIn(outside, who);
  await expect(outside.getByRole("alert")).toHaveText(INVALID_CREDENTIALS);
  const undo = linkIn(await latchkey.mail.waitForMail(who.email, CHANGED), "/undo-email-change");
  await open(outside, undo);
  await expectPage(outside, "/undo-email-change", "Undo the e-mail change");
  await expectAccessible(outside);
  await press(outside, "Undo the change");
  await expectPage(outside, "/sign-in", "Sign in");
  await expect(outside.getByText(`Your e-mail address is ${who.email} again, and you are signed out everywhere.`)).toBeVisible();
  await expectSignedOut(page);
  const reset = linkIn(await latchkey.mail.waitForMail(who.email, "Your e-mail address for Latchkey was changed back"), "/reset-password");
  await open(outside, reset);
  await field(outside, "New password").fill("nine kettles in a row");
  await press(outside, "Set password");
  await expectPage(outside, "/sign-in", "Sign in");
  await signIn(outside, { ...who, password: "nine kettles in a row" });
  await open(outside, undo);
  await expectPage(outside, "/undo-email-change", "This link has already been used");
});

test("an address that is somebody's is answered the same, and told to its owner", async ({ page, latchkey }) => {
  const [who, owner] = [member(latchkey), member(latchkey)];
  await enter(page, who);
  await ask(page, owner.email);
  await expect(page.getByText(`We sent a link to ${owner.email}.`)).toBeVisible();
  const letter = await latchkey.mail.waitForMail(owner.email);
  expect(letter.subject).toBe("This address already has an account at Latchkey");
  expect(letter.links.some((address) => address.includes("token="))).toBe(false);
});

test("asking long after signing in wants a proof, and comes back with what was typed", async ({ page, latchkey }) => {
  const who = member(latchkey);
  const { email } = person();
  await enter(page, who);
  ageSessions(latchkey, who);
  await ask(page, `with+tag.${email}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Confirm that it is you");
  await settled(page);
  await field(page, "Password").fill(who.password);
  await press(page, "Continue");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Profile");
  await settled(page);
  await expect(field(page, "New e-mail")).toHaveValue(`with+tag.${email}`);
  await press(page, "Send link");
  await expect(page.getByText(`We sent a link to with+tag.${email}.`)).toBeVisible();
});

test("sessions go on under the new address", async ({ page, latchkey }) => {
  const who = member(latchkey);
  const { email } = person();
  await enter(page, who);
  await change(page, latchkey.mail, who, email);
  await expectSignedIn(page, { ...who, email });
});
