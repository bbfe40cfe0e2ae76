// What is held of a person: a picture, the letters they want, an export, and the end of an account.

import { readFile } from "node:fs/promises";
import { ageSessions } from "../support/database.ts";
import {
  INVALID_CREDENTIALS, enter, expectPage, expectRefused, expectSignedOut, field, linkIn, member, open, openMenu, press, sendSignIn, settled, signIn,
} from "../support/people.ts";
import { card, join, organization } from "../support/organizations.ts";
import { png } from "../support/pictures.ts";
import { expect, test } from "../support/test.ts";

test("a picture is shown wherever the person is, and can be taken away", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  const { slug } = await organization(latchkey, who);
  await enter(page, who);
  await open(page, "/account/profile");
  await field(page, "File").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: png(64) });
  await card(page, "Picture").getByRole("button", { name: "Upload" }).click();
  await expectPage(page, "/account/profile", "Profile");
  const picture = card(page, "Picture").locator("img");
  await expect(picture).toHaveAttribute("src", /^\/pictures\/[0-9a-f]{32}$/);
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await expectAccessible(page);
  await openMenu(page);
  await expect(page.locator(".who img")).toBeVisible();
  await page.keyboard.press("Escape");
  await open(page, `/o/${slug}/members`);
  await expect(page.getByRole("row", { name: /Ada/ }).locator("img")).toBeVisible();

  await open(page, "/account/profile");
  await field(page, "File").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: Buffer.from("<svg onload=alert(1)>") });
  await card(page, "Picture").getByRole("button", { name: "Upload" }).click();
  await expect(card(page, "Picture").getByRole("alert")).toContainText("This file cannot be used as a picture.");
  await settled(page);
  await card(page, "Picture").getByRole("button", { name: "Remove picture" }).click();
  await expectPage(page, "/account/profile", "Profile");
  await expect(card(page, "Picture").locator("img")).toHaveCount(0);
});

test("letters that are not wanted are named once, and kept", async ({ page, latchkey }) => {
  await enter(page, member(latchkey));
  await open(page, "/account/preferences");
  const answers = page.getByRole("checkbox", { name: /^Answers to invitations/ });
  await expect(answers).toBeChecked();
  await answers.uncheck();
  await card(page, "E-mails").getByRole("button", { name: "Save" }).click();
  await expect(card(page, "E-mails").getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  await open(page, "/account/preferences");
  await expect(answers).not.toBeChecked();
  await expect(page.getByRole("checkbox", { name: /^API keys/ })).toBeChecked();
  for (const name of [/^Quotas/, /^API keys/]) await page.getByRole("checkbox", { name }).uncheck();
  await card(page, "E-mails").getByRole("button", { name: "Save" }).click();
  await expect(card(page, "E-mails").getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  await open(page, "/account/preferences");
  await expect(card(page, "E-mails").getByRole("checkbox", { checked: true })).toHaveCount(0);
});

test("all that is held is downloaded, after a proof of identity", async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  await enter(page, who);
  ageSessions(latchkey, who);
  await open(page, "/account/data");
  await expectAccessible(page);
  await page.getByRole("link", { name: "Download your data" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Confirm that it is you");
  await settled(page);
  await field(page, "Password").fill(who.password);
  await press(page, "Continue");
  await expectPage(page, "/account/data", "Your data");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download your data" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("latchkey-data.json");
  const held = JSON.parse(await readFile(await file.path(), "utf8"));
  expect(held.user.email).toBe(who.email);
  expect(Object.keys(held)).toEqual(expect.arrayContaining(["profile", "sessions", "memberships", "letters", "log"]));
});

test("an account is deleted, had back from the letter, and opens again", async ({ page, latchkey, stranger, expectAccessible }) => {
  const who = member(latchkey);
  const place = await organization(latchkey, who);
  const elsewhere = await stranger();
  await enter(elsewhere, who);
  await enter(page, who);
  await open(page, "/account/data");
  await expect(card(page, "Delete account")).toContainText("You are the only member of these organizations. They are deleted as well:");
  await field(page, "Your e-mail").fill("somebody@example.test");
  await press(page, "Delete account");
  await expectRefused(page, "Your e-mail", /Type it exactly as shown/);
  await field(page, "Your e-mail").fill(who.email);
  await press(page, "Delete account");
  await expectPage(page, "/sign-in", "Sign in");
  await expect(page.getByText("Your account is deleted. For 14 days you can restore it with the link that we sent you.")).toBeVisible();
  await expectSignedOut(elsewhere);
  await open(page, "/sign-in");
  await sendSignIn(page, who);
  await expect(page.getByRole("alert")).toHaveText(INVALID_CREDENTIALS);

  const link = linkIn(await latchkey.mail.waitForMail(who.email, "Your account at Latchkey is deleted"), "/undo-deletion");
  await open(page, link);
  await expectPage(page, "/undo-deletion", "Keep your account");
  await expectAccessible(page);
  await press(page, "Keep my account");
  await expectPage(page, "/sign-in", "Sign in");
  await expect(page.getByText("Your account is restored. Sign in to open it.")).toBeVisible();
  await signIn(page, who);
  await open(page, `/o/${place.slug}/settings`);
  await expect(page.getByRole("button", { name: "Restore organization" })).toBeVisible();
  await open(page, link);
  await expectPage(page, "/undo-deletion", "This link has already been used");
});

test("whoever leaves members without an owner is told which organizations to hand over", async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  const place = await organization(latchkey, who);
  await join(latchkey, place, "member");
  await enter(page, who);
  await open(page, "/account/data");
  await expect(card(page, "Delete account")).toContainText("These organizations have other members but no other owner.");
  await expect(page.getByRole("button", { name: "Delete account" })).toBeDisabled();
  await expectAccessible(page);
  await card(page, "Delete account").getByRole("link", { name: "Acme" }).click();
  await expectPage(page, `/o/${place.slug}/settings`, "Settings");
});
