import {
  INVALID_CREDENTIALS, enter, expectPage, expectRefused, expectSignedIn, expectSignedOut, field, linkIn, member, open, person, press,
  sendSignIn, signIn, signInProgram,
} from "../support/people.ts";
import { expect, test, type Page } from "../support/test.ts";

const LETTER = "Set a new password for Latchkey";

async function requestReset(page: Page, email: string) {
  await open(page, "/forgot-password");
  await field(page, "E-mail").fill(email);
  await press(page, "Send link");
  await expectPage(page, "/forgot-password/sent", "Check your inbox");
}

test("an unknown address gets the same answer and no letter", async ({ page, latchkey, expectAccessible }) => {
  const [unknown, known] = [person(), member(latchkey)];
  for (const { email } of [unknown, known]) {
    await requestReset(page, email);
    await expect(page.getByRole("main")).toContainText(`If an account uses ${email}, a link is on its way there.`);
  }
  await expectAccessible(page);
  await latchkey.mail.waitForMail(known.email, LETTER);
  expect(await latchkey.mail.unread(unknown.email)).toEqual([]);
});

test("what is no address is refused beside the field, with what was typed kept", async ({ page }) => {
  await open(page, "/forgot-password");
  await expect(field(page, "E-mail")).toBeFocused();
  await press(page, "Send link");
  await expectRefused(page, "E-mail", /Fill this in\./);
  await field(page, "E-mail").fill("ada@");
  await press(page, "Send link");
  await expectRefused(page, "E-mail", /Enter an e-mail address/);
  await expect(field(page, "E-mail")).toHaveValue("ada@");
  await expect(field(page, "E-mail")).toBeFocused();
});

test("somebody sets a new password; every session ends and the old password is dead", async ({ page, latchkey, stranger, expectAccessible }) => {
  const who = member(latchkey);
  const renewed = { ...who, password: "nine kettles in a row" };
  const elsewhere = await stranger();
  await enter(elsewhere, who);
  await expectSignedIn(elsewhere, who);

  await open(page, "/sign-in");
  await page.getByRole("link", { name: "Forgot password?" }).click();
  await expectPage(page, "/forgot-password", "Forgot your password?");
  await requestReset(page, who.email);
  const link = linkIn(await latchkey.mail.waitForMail(who.email, LETTER), "/reset-password");
  await open(page, link);
  await expectPage(page, "/reset-password", "Set a new password");
  await expect(page.getByRole("main")).toContainText(`For ${who.email}.`);
  await expect(field(page, "New password")).toBeFocused();
  expect(await page.content()).not.toContain(new URL(link).searchParams.get("token"));
  await expectAccessible(page);

  for (const [weak, sentence] of [
    ["four kettles", /Use at least 15 characters\./],
    ["1q2w3e4r5t6y7u8i", /on lists that attackers try first/],
    [`${who.email}!`, /based on your name, your address or the product's name/],
  ] as const) {
    await field(page, "New password").fill(weak);
    await press(page, "Set password");
    await expectRefused(page, "New password", sentence);
    await expectPage(page, "/reset-password", "Set a new password");
  }
  await expectSignedIn(elsewhere, who);
  await field(page, "New password").fill(renewed.password);
  await press(page, "Set password");
  await expectPage(page, "/sign-in", "Sign in");
  await expect(page.getByText("Your new password is set, and you are signed out everywhere. Sign in with the new one.")).toBeVisible();

  await expectSignedOut(elsewhere);
  await open(page, "/sign-in");
  await sendSignIn(page, who);
  await expect(page.getByRole("alert")).toHaveText(INVALID_CREDENTIALS);
  await signIn(page, renewed);
  const told = await latchkey.mail.waitForMail(who.email);
  expect(told.subject).toBe("Your password for Latchkey was changed");
  expect(told.links.some((address) => address.includes("token="))).toBe(false);

  await open(page, link);
  await expectPage(page, "/reset-password", "This link has already been used");
  await expectAccessible(page);
});

test("a reset ends the tokens of programs too", async ({ page, latchkey }) => {
  const who = member(latchkey);
  const { token } = await signInProgram(latchkey, who);
  await requestReset(page, who.email);
  await open(page, linkIn(await latchkey.mail.waitForMail(who.email, LETTER), "/reset-password"));
  await field(page, "New password").fill("nine kettles in a row");
  await press(page, "Set password");
  await expectPage(page, "/sign-in", "Sign in");
  const headers = { authorization: `Bearer ${token}` };
  expect((await page.request.post("/graphql", { data: { query: "{ viewer { __typename } }" }, headers })).status()).toBe(401);
});

test("a link that is not good offers a new one", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await requestReset(page, who.email);
  const first = linkIn(await latchkey.mail.waitForMail(who.email, LETTER), "/reset-password");
  await requestReset(page, who.email);
  const second = linkIn(await latchkey.mail.waitForMail(who.email, LETTER), "/reset-password");
  // The newer letter has replaced the first; the others were never good.
  for (const address of [first, second.slice(0, -4), "/reset-password?token=", "/reset-password"]) {
    await open(page, address);
    await expectPage(page, "/reset-password", "This link no longer works");
  }
  await page.getByRole("link", { name: "Send a new link" }).click();
  await expectPage(page, "/forgot-password", "Forgot your password?");
  await open(page, second);
  await expectPage(page, "/reset-password", "Set a new password");
});

test("the letter is sent again after a minute", async ({ page, latchkey, javaScriptEnabled }) => {
  if (javaScriptEnabled) await page.clock.install();
  const who = member(latchkey);
  await requestReset(page, who.email);
  await latchkey.mail.waitForMail(who.email, LETTER);
  if (javaScriptEnabled) await page.clock.runFor(61_000);
  await press(page, "Send again");
  await latchkey.mail.waitForMail(who.email, LETTER);
  await expectPage(page, "/forgot-password/sent", "Check your inbox");
  await expect(page.getByRole("main")).toContainText(who.email);
});
