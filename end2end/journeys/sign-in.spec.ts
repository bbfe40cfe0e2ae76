import {
  INVALID_CREDENTIALS, enter, expectPage, expectRefused, expectSignedIn, expectSignedOut, field, linkIn, member, open, openMenu, person,
  press, sendSignIn, signIn, signInProgram, signUp, verify,
} from "../support/people.ts";
import { expect, test, type Page } from "../support/test.ts";

/** The cookies that a browser still has after it was closed and opened again. */
async function keptCookies(page: Page) {
  const { cookies, origins } = await page.context().storageState();
  return { cookies: cookies.filter(({ expires }) => expires !== -1), origins };
}

async function sessionCookie(page: Page) {
  return (await page.context().cookies()).find(({ name }) => name === "latchkey");
}

test("an empty form says what is missing", async ({ page, expectAccessible }) => {
  await open(page, "/sign-in");
  await press(page, "Sign in");
  await expectRefused(page, "E-mail", /Fill this in\./);
  await expectRefused(page, "Password", /Fill this in\./);
  await expect(field(page, "E-mail")).toBeFocused();
  await expectAccessible(page);
});

test("a wrong password and an unknown address are refused with the same sentence, the address kept", async ({ page, latchkey, expectAccessible }) => {
  const known = member(latchkey);
  for (const who of [{ ...known, password: "not the right kettle" }, person()]) {
    await open(page, "/sign-in");
    await sendSignIn(page, who, { remember: true });
    await expect(page.getByRole("alert")).toHaveText(INVALID_CREDENTIALS);
    await expectPage(page, "/sign-in", "Sign in");
    await expect(field(page, "E-mail")).toHaveValue(who.email);
    await expect(page.getByRole("checkbox", { name: "Keep me signed in" })).toBeChecked();
    expect(await page.content()).not.toContain(who.password);
    await expect(page.locator("[aria-invalid]")).toHaveCount(0);
  }
  await expectAccessible(page);
  expect(await latchkey.mail.unread(known.email)).toEqual([]);
});

test("who has not confirmed the address is refused alike, and gets a new letter", async ({ page, latchkey }) => {
  const who = person();
  await signUp(page, who);
  const first = linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email");
  await open(page, "/sign-in");
  await sendSignIn(page, who);
  await expect(page.getByRole("alert")).toHaveText(INVALID_CREDENTIALS);
  const second = linkIn(await latchkey.mail.waitForMail(who.email, "Confirm your e-mail"), "/verify-email");
  expect(second).not.toBe(first);
  await verify(page, second);
  await signIn(page, who);
});

test("the right password opens the page that was wanted, if it is one of ours", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await open(page, "/sign-in?next=/account/security");
  await sendSignIn(page, { ...who, password: "not the right kettle" });
  await expect(page.getByRole("alert")).toHaveText(INVALID_CREDENTIALS);
  await sendSignIn(page, who);
  await expectPage(page, "/account/security", "Security");
  // Who is signed in has no use for the form.
  await page.goto("/sign-in?next=/account/preferences");
  await expectPage(page, "/account/preferences", "Preferences");
});

test("a foreign page is not led to", async ({ page, latchkey }) => {
  const who = member(latchkey);
  for (const next of ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
    await page.context().clearCookies();
    await open(page, `/sign-in?next=${encodeURIComponent(next)}`);
    await sendSignIn(page, who);
    await expectPage(page, "/", "Good to see you, Ada");
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await expectPage(page, "/", "Good to see you, Ada");
  }
});

test("without being kept signed in, a session ends with the browser", async ({ page, latchkey, stranger }) => {
  const who = member(latchkey);
  await signIn(page, who);
  expect(await sessionCookie(page)).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/", domain: "localhost", expires: -1 });
  const restarted = await stranger({ storageState: await keptCookies(page) });
  await expectSignedOut(restarted);
});

test("kept signed in, a session outlives the browser", async ({ page, latchkey, stranger }) => {
  const who = member(latchkey);
  await signIn(page, who, { remember: true });
  const cookie = await sessionCookie(page);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/", domain: "localhost" });
  const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / (24 * 60 * 60);
  expect(days).toBeGreaterThan(89.9);
  expect(days).toBeLessThan(90.1);
  const restarted = await stranger({ storageState: await keptCookies(page) });
  await expectSignedIn(restarted, who);
});

test("every cookie is out of reach of scripts and of other sites", async ({ page, latchkey }) => {
  await signIn(page, member(latchkey));
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name }) => name).sort()).toEqual(["latchkey", "latchkey-device", "latchkey-theme"]);
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
});

test("guessing makes a stranger wait and says for how long, and leaves the owner's browser alone", async ({ page, latchkey, stranger }) => {
  const who = member(latchkey);
  await signIn(page, who);
  await press(page, "Sign out");
  await expectPage(page, "/sign-in", "Sign in");

  const guesser = await stranger();
  await open(guesser, "/sign-in");
  for (let guess = 0; guess < 5; guess += 1) {
    const { token, userErrors } = await signInProgram(latchkey, { ...who, password: `not the right kettle ${guess}` });
    expect([token, userErrors.map(({ code }) => code)]).toEqual([null, ["INVALID_CREDENTIALS"]]);
  }
  await sendSignIn(guesser, who);
  await expect(guesser.getByRole("alert")).toHaveText(/^Too many attempts\. Try again in [1-5] seconds?\.$/);
  await expect(field(guesser, "E-mail")).toHaveValue(who.email);

  await signIn(page, who);
});

test("who is signed out is led to the sign-in page, and back after it", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await page.goto("/account/security?from=mail");
  await expectPage(page, "/sign-in?next=%2Faccount%2Fsecurity%3Ffrom%3Dmail", "Sign in");
  await sendSignIn(page, who);
  await expectPage(page, "/account/security?from=mail", "Security");
  await page.context().clearCookies();
  for (const path of ["/account", "/account/profile", "/account/preferences", "/confirm-password"]) {
    await page.goto(path);
    await expectPage(page, `/sign-in?next=${encodeURIComponent(path)}`, "Sign in");
  }
});

test("signing out ends the session, here and for whoever copied the cookie", async ({ page, latchkey, stranger, expectAccessible }) => {
  const who = member(latchkey);
  await enter(page, who);
  const copied = await page.context().storageState();
  await open(page, "/account/profile");
  await openMenu(page);
  await press(page, "Sign out");
  await expectPage(page, "/sign-in", "Sign in");
  await expect(page.getByText("You are signed out on this device.")).toBeVisible();
  await expectAccessible(page);
  expect(await sessionCookie(page)).toBeUndefined();

  await page.goBack();
  await expectPage(page, "/sign-in?next=%2Faccount%2Fprofile", "Sign in");
  expect(await page.content()).not.toContain(who.email);
  await expectSignedOut(await stranger({ storageState: copied }));
});

test("the home page signs out too", async ({ page, latchkey }) => {
  await enter(page, member(latchkey));
  await open(page, "/");
  await press(page, "Sign out");
  await expectPage(page, "/sign-in", "Sign in");
  await open(page, "/");
  await expectPage(page, "/", "One account for everything that runs here");
});
