import {
  INVALID_CREDENTIALS, enter, expectPage, expectRefused, expectSignedIn, expectSignedOut, field, graphql, member, open, openMenu, press,
  sendSignIn, signIn, signInProgram, type Person,
} from "../support/people.ts";
import { expect, test, type Page } from "../support/test.ts";

/** The part of a page under this heading, which saves by itself. */
function card(page: Page, heading: string) {
  return page.getByRole("form", { name: heading });
}

async function save(page: Page, heading: string) {
  await card(page, heading).getByRole("button", { name: "Save" }).click();
}

async function expectSaved(page: Page, heading: string) {
  await expect(card(page, heading).getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
}

/** The source of a page as the server sent it. */
async function source(page: Page, path: string) {
  return (await page.goto(path))?.text();
}

async function expectRefusedToSignIn(page: Page, who: Person) {
  await open(page, "/sign-in");
  await sendSignIn(page, who);
  await expect(page.getByRole("alert")).toHaveText(INVALID_CREDENTIALS);
}

test("the sidebar leads to each page and tells where one is", { tag: "@phone" }, async ({ page, latchkey }) => {
  await enter(page, member(latchkey));
  await open(page, "/account");
  await expectPage(page, "/account/profile", "Profile");
  for (const name of ["Security", "Preferences", "Profile"]) {
    await openMenu(page);
    await page.getByRole("link", { name, exact: true }).click();
    await expectPage(page, `/account/${name.toLowerCase()}`, name);
    await expect(page).toHaveTitle(`${name} · Latchkey`);
    await openMenu(page);
    await expect(page.getByRole("link", { name, exact: true })).toHaveAttribute("aria-current", "page");
    await page.keyboard.press("Escape");
  }
});

test("a changed name shows in the sidebar at once, and everything stays after loading anew", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  await open(page, "/account/profile");
  await expect(field(page, /^Display name/)).toHaveValue(who.name);
  const username = `countess.${who.email.slice(4, 12)}`;
  await field(page, /^Display name/).fill("  Augusta King ");
  await field(page, "Username").fill(username.toUpperCase());
  await field(page, /^Phone/).fill("+44 (20) 7946-0000");
  await save(page, "Name");
  await expectSaved(page, "Name");
  await openMenu(page);
  await expect(page.getByText("Augusta King", { exact: true })).toBeVisible();
  await expect(page.locator(".who").getByText("AK", { exact: true })).toBeVisible();

  await open(page, "/account/profile");
  await expect(field(page, /^Display name/)).toHaveValue("Augusta King");
  await expect(field(page, "Username")).toHaveValue(username);
  await expect(field(page, /^Phone/)).toHaveValue("+442079460000");
  await open(page, "/");
  await expectPage(page, "/", "Good to see you, Augusta");

  await open(page, "/account/profile");
  await field(page, /^Display name/).fill("");
  await field(page, /^Phone/).fill("");
  await save(page, "Name");
  await expectSaved(page, "Name");
  await openMenu(page);
  await expect(page.getByText(username, { exact: true })).toBeVisible();
  await open(page, "/account/profile");
  await expect(field(page, /^Phone/)).toHaveValue("");
});

test("a username that is taken is refused beside its field, with what was typed kept", async ({ page, latchkey, expectAccessible }) => {
  const [who, other] = [member(latchkey), member(latchkey)];
  const taken = other.email.slice(0, other.email.indexOf("@")).replace(".", "-");
  await enter(page, who);
  await open(page, "/account/profile");
  await field(page, /^Display name/).fill("Augusta King");
  await field(page, "Username").fill(taken);
  await save(page, "Name");
  await expectRefused(page, "Username", /This username is taken\. Choose another\./);
  await expect(field(page, "Username")).toBeFocused();
  await expect(field(page, "Username")).toHaveValue(taken);
  await expect(field(page, /^Display name/)).toHaveValue("Augusta King");
  await expectAccessible(page);
  await open(page, "/account/profile");
  await expect(field(page, /^Display name/)).toHaveValue(who.name);
});

test("what cannot be a username or a telephone number is refused", async ({ page, latchkey }) => {
  await enter(page, member(latchkey));
  await open(page, "/account/profile");
  for (const [username, sentence] of [
    ["", /Fill this in\./],
    ["-ada", /Use 3 to 32 letters a–z and digits/],
    ["admin", /This username is reserved\./],
  ] as const) {
    await field(page, "Username").fill(username);
    await field(page, /^Phone/).fill("020 7946 0000");
    await save(page, "Name");
    await expectRefused(page, "Username", sentence);
    await expectRefused(page, /^Phone/, /Enter the number with its country code/);
    await expect(field(page, "Username")).toBeFocused();
    await expect(field(page, "Username")).toHaveValue(username);
    await expect(field(page, /^Phone/)).toHaveValue("020 7946 0000");
  }
});

test("the user id can be copied", async ({ page, context, latchkey, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, "needs a script");
  const who = member(latchkey);
  const { token } = await signInProgram(latchkey, who);
  const { data } = await graphql(latchkey, "{ viewer { ... on User { id } } }", {}, token ?? "");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await enter(page, who);
  await open(page, "/account/profile");
  await expect(page.getByText(data.viewer.id, { exact: true })).toBeVisible();
  await press(page, "Copy user ID");
  await expect(page.getByRole("status").filter({ hasText: "Copied" })).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(data.viewer.id);
});

test("a theme holds at once, on the next page from its first byte, and wherever one signs in", { tag: "@phone" }, async ({ page, latchkey, stranger }) => {
  const who = member(latchkey);
  await enter(page, who);
  await open(page, "/account/preferences");
  const html = page.locator("html");
  await expect(html).not.toHaveAttribute("data-theme");
  await page.getByRole("radio", { name: "Dark" }).check();
  await save(page, "Theme");
  await expect(html).toHaveAttribute("data-theme", "dark");
  await expectSaved(page, "Theme");
  await expect(html).toHaveCSS("color-scheme", "dark");
  for (const path of ["/account/preferences", "/", "/graphiql"]) {
    expect(await source(page, path), path).toMatch(/<html[^>]* data-theme="dark"/);
  }
  await open(page, "/account/preferences");
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();

  const elsewhere = await stranger();
  await signIn(elsewhere, who);
  await expect(elsewhere.locator("html")).toHaveAttribute("data-theme", "dark");

  await page.getByRole("radio", { name: "System" }).check();
  await save(page, "Theme");
  await expect(html).not.toHaveAttribute("data-theme");
  expect(await source(page, "/")).not.toMatch(/<html[^>]* data-theme/);
});

test("language and time zone are kept, and times follow the zone", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  await open(page, "/account/preferences");
  await expect(field(page, "Time zone")).toHaveValue("UTC");
  await field(page, "Language").selectOption({ label: "Deutsch" });
  await field(page, "Time zone").selectOption({ label: "America/New York" });
  await save(page, "Language and time");
  await expectSaved(page, "Language and time");
  await open(page, "/account/preferences");
  await expect(field(page, "Language")).toHaveValue("de");
  await expect(field(page, "Time zone")).toHaveValue("America/New_York");
  await open(page, "/account/profile");
  const created = page.getByRole("main").locator("time").first();
  await expect(created).toHaveAttribute("title", /^\d{1,2} \w{3} 20\d\d, \d\d:\d\d E[DS]T$/);
  await expect(created).toHaveText("just now");

  const { token } = await signInProgram(latchkey, who);
  const { data } = await graphql(latchkey, "{ viewer { ... on User { profile { language timeZone } } } }", {}, token ?? "");
  expect(data.viewer.profile).toEqual({ language: "de", timeZone: "America/New_York" });
});

test("a password is changed by who knows the current one, and other devices are signed out", { tag: "@phone" }, async ({ page, latchkey, stranger, expectAccessible }) => {
  const who = member(latchkey);
  const renewed = { ...who, password: "nine kettles in a row" };
  const elsewhere = await stranger();
  await enter(elsewhere, who);
  await enter(page, who);
  await open(page, "/account/security");
  await expect(page.getByRole("main")).toContainText("You are signed in on one other device.");

  for (const [current, next, label, sentence] of [
    ["", "", "Current password", /Fill this in\./],
    ["not the right kettle", renewed.password, "Current password", /This is not your current password\./],
    [who.password, who.password, "New password", /This is the password you already have\. Choose a new one\./],
    [who.password, "four kettles", "New password", /Use at least 15 characters\./],
    [who.password, "passwordpassword", "New password", /on lists that attackers try first/],
  ] as const) {
    await field(page, "Current password").fill(current);
    await field(page, "New password").fill(next);
    await press(page, "Change password");
    await expectRefused(page, label, sentence);
    await expect(field(page, label)).toBeFocused();
  }
  await expectAccessible(page);
  await expectSignedIn(elsewhere, who);

  await field(page, "Current password").fill(who.password);
  await field(page, "New password").fill(renewed.password);
  await press(page, "Change password");
  await expectSaved(page, "Password");
  for (const label of ["Current password", "New password"]) {
    await expect(field(page, label)).toHaveValue("");
    await expect(field(page, label)).not.toHaveAttribute("aria-invalid");
  }
  // What the page says of sessions is true again without loading it anew.
  await expect.soft(page.getByRole("region", { name: "Sessions" })).toContainText("You are signed in on this device only.");
  await expect.soft(card(page, "Password")).toContainText("Last changed just now.");
  await expectSignedIn(page, who);
  await expectSignedOut(elsewhere);
  await expectRefusedToSignIn(elsewhere, who);
  await signIn(elsewhere, renewed);
  expect((await latchkey.mail.waitForMail(who.email)).subject).toBe("Your password for Latchkey was changed");
});

test("who has just signed in ends all other sessions at once, those of programs too", async ({ page, latchkey, stranger }) => {
  const who = member(latchkey);
  const elsewhere = await stranger();
  await enter(elsewhere, who);
  const { token } = await signInProgram(latchkey, who);
  await enter(page, who);
  await open(page, "/account/security");
  await expect(page.getByRole("main")).toContainText("You are signed in on 2 other devices.");
  await expect(page.getByRole("main")).toContainText(/Chrome on Windows/);
  await press(page, "Sign out everywhere else");
  await expect(page.getByRole("main")).toContainText("You are signed in on this device only.");
  await expect(page.getByText("All other sessions have ended.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Sign out everywhere else" })).toHaveCount(0);
  await expectSignedOut(elsewhere);
  const { status, errors } = await graphql(latchkey, "{ viewer { __typename } }", {}, token ?? "");
  expect([status, errors?.[0]?.extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
  await expectSignedIn(page, who);
});

test("one session is ended, and the others go on", async ({ page, latchkey, stranger, expectAccessible }) => {
  const who = member(latchkey);
  const elsewhere = await stranger();
  await enter(elsewhere, who);
  const { token } = await signInProgram(latchkey, who);
  await enter(page, who);
  await open(page, "/account/security");
  const sessions = page.getByRole("region", { name: "Sessions" });
  await expect(sessions.getByRole("listitem")).toHaveCount(3);
  await expect(sessions.getByRole("listitem").first()).toContainText("This device");
  await expectAccessible(page);
  await sessions.getByRole("listitem").filter({ hasText: "(program)" }).getByRole("button", { name: /^End the session/ }).click();
  await expect(page.getByText("That session has ended.")).toBeVisible();
  await expect(sessions.getByRole("listitem")).toHaveCount(2);
  expect((await graphql(latchkey, "{ viewer { __typename } }", {}, token ?? "")).status).toBe(401);
  await expectSignedIn(elsewhere, who);
  await open(page, "/account/security");
  await sessions.getByRole("button", { name: /^End the session/ }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);
  await expectSignedOut(elsewhere);
  await expectSignedIn(page, who);
});

test("a session that was ended elsewhere leads to the sign-in page at the next step", async ({ page, latchkey, problems, stranger, javaScriptEnabled }) => {
  if (javaScriptEnabled) problems.expected(/status of 401/);
  const who = member(latchkey);
  await enter(page, who);
  await open(page, "/account/profile");
  const elsewhere = await stranger();
  await enter(elsewhere, who);
  await open(elsewhere, "/account/security");
  await press(elsewhere, "Sign out everywhere else");
  await expect(elsewhere.getByRole("main")).toContainText("You are signed in on this device only.");
  await openMenu(page);
  await page.getByRole("link", { name: "Security", exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=(%2F|\/)account(%2F|\/)security$/);
  await sendSignIn(page, who);
  await expectPage(page, "/account/security", "Security");
});

test("a form that is sent after the session ended asks to sign in", async ({ page, latchkey, javaScriptEnabled }) => {
  const who = member(latchkey);
  await enter(page, who);
  await open(page, "/account/profile");
  await field(page, /^Display name/).fill("Augusta King");
  await page.context().clearCookies({ name: "latchkey" });
  await save(page, "Name");
  if (javaScriptEnabled) {
    const alert = page.getByRole("alert");
    await expect(alert).toContainText("Sign in to continue.");
    await expect(alert.getByRole("link", { name: "Sign in" })).toHaveAttribute("href", /^\/sign-in\?next=/);
    await expect(field(page, /^Display name/)).toHaveValue("Augusta King");
  } else {
    await expectPage(page, "/sign-in?next=%2Faccount%2Fprofile", "Sign in");
    await sendSignIn(page, who);
    await expectPage(page, "/account/profile", "Profile");
  }
});

test("the password is confirmed for what is sensitive, and leads back", async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  await enter(page, who);
  await open(page, "/confirm-password?next=%2Faccount%2Fpreferences");
  await expectPage(page, "/confirm-password?next=%2Faccount%2Fpreferences", "Confirm that it is you");
  await expect(field(page, "Password")).toBeFocused();
  await expect(page.getByRole("main")).toContainText(who.email);
  await expectAccessible(page);
  const cookie = async () => (await page.context().cookies()).find(({ name }) => name === "latchkey")?.value;
  const before = await cookie();

  await field(page, "Password").fill("not the right kettle");
  await press(page, "Continue");
  await expectRefused(page, "Password", /This is not your current password\./);
  await expect(field(page, "Password")).toBeFocused();
  await expectPage(page, "/confirm-password?next=%2Faccount%2Fpreferences", "Confirm that it is you");
  await field(page, "Password").fill(who.password);
  await press(page, "Continue");
  await expectPage(page, "/account/preferences", "Preferences");
  expect(await cookie()).not.toBe(before);

  await open(page, "/confirm-password");
  await page.getByRole("link", { name: "Cancel" }).click();
  await expectPage(page, "/account/security", "Security");
});

test("confirming the password leads to no foreign page, and neither does cancelling", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  for (const next of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
    await open(page, `/confirm-password?next=${encodeURIComponent(next)}`);
    const cancel = await page.getByRole("link", { name: "Cancel" }).getAttribute("href");
    expect.soft(cancel, `where "Cancel" leads for ${next}`).toMatch(/^\/(?![\\/])/);
    await field(page, "Password").fill(who.password);
    await press(page, "Continue");
    await expectPage(page, "/", "Good to see you, Ada");
  }
});
