// Signing in with an account elsewhere: through a real OpenID Connect provider, and through what speaks like GitHub.

import { randomBytes } from "node:crypto";
import { App } from "../support/codes.ts";
import { enter, expectPage, expectSignedIn, expectSignedOut, field, graphql, member, open, press, sendSignIn, settled } from "../support/people.ts";
import { GitHub, OidcProvider } from "../support/providers.ts";
import { expect, test as base, type Page } from "../support/test.ts";

interface Providers {
  oidc: OidcProvider;
  github: GitHub;
}

const test = base.extend<object, { providers: Providers }>({
  providers: [
    async ({}, use) => {
      const [oidc, github] = [await OidcProvider.start(), await GitHub.start()];
      await use({ oidc, github });
      await oidc.stop();
      await github.stop();
    },
    { scope: "worker" },
  ],
  settings: [async ({ providers }, use) => use({ ...providers.oidc.settings, ...providers.github.settings }), { scope: "worker" }],
});

// The provider's own pages are no part of ours.
test.beforeEach(({ problems, providers }) => {
  problems.expected(new RegExp(`request to another host: ${providers.oidc.url}/`));
  problems.expected(new RegExp(`request to another host: ${providers.github.url}/`));
  problems.expected(/request to another host: https:\/\/fonts\.googleapis\.com\//);
  problems.expected(/console error: .*(fonts\.googleapis\.com|127\.0\.0\.1:\d+\/(interaction|auth|favicon))/);
});

/** A name at the provider that nobody else has. */
function stranger(prefix = "ada") {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}

async function signOut(page: Page) {
  await page.request.post("/_fn/sign-out", { headers: { accept: "text/html" }, maxRedirects: 0 });
}

function button(page: Page, name: string) {
  return page.getByRole("link", { name: `Continue with ${name}`, exact: true });
}

/** The row of a provider on the security page. */
function row(page: Page, name: string) {
  return page.getByRole("region", { name: "Connected accounts" }).getByRole("listitem").filter({ hasText: name });
}

/** Signs up with the provider, in a browser that has never been there. */
async function signUpWith(page: Page, oidc: OidcProvider, name: string) {
  await open(page, "/sign-in");
  await button(page, oidc.name).click();
  await oidc.agree(page, name);
  await expectPage(page, "/", /^Good to see you/);
}

test("a stranger signs up through the provider, and in again to the page they wanted", { tag: "@phone" }, async ({ page, providers, expectAccessible }) => {
  const { oidc } = providers;
  const name = stranger();
  await open(page, "/sign-up");
  await expect(button(page, "GitHub")).toBeVisible();
  await expectAccessible(page);
  await open(page, "/sign-in");
  await expectAccessible(page);
  await button(page, oidc.name).click();
  await oidc.agree(page, name);
  await expectPage(page, "/", /^Good to see you/);
  await expectSignedIn(page, { name: "Ada Lindqvist", email: `${name}@example.test`, password: "" });
  const cookies = (await page.context().cookies()).map((cookie) => cookie.name);
  expect(cookies).not.toContain("latchkey-away");
  await open(page, "/account/security");
  await expect(row(page, oidc.name)).toContainText(`${name}@example.test`);
  await expect(page.getByRole("region", { name: "Sessions" })).toContainText(`with ${oidc.name}`);
  await expectAccessible(page);

  await signOut(page);
  await expectSignedOut(page);
  await open(page, "/sign-in?next=/account/preferences");
  await button(page, oidc.name).click();
  await expectPage(page, "/account/preferences", "Preferences");
});

test("a second factor is asked for after it", async ({ page, providers }) => {
  const { oidc } = providers;
  await signUpWith(page, oidc, stranger());
  await open(page, "/account/security/app");
  await press(page, "Begin");
  await expect(page.getByRole("img", { name: "QR code for the authenticator app" })).toBeVisible();
  await settled(page);
  await page.getByText("Cannot scan it?").click();
  const app = new App((await page.locator(".copy code").innerText()).trim());
  const send = async (code: string, name: string) => {
    await page.locator("#code").fill(code);
    if (!(test.info().project.use.javaScriptEnabled ?? true)) await press(page, name);
  };
  await send(await app.code(), "Turn on");
  await expectPage(page, "/account/security/recovery-codes", "Recovery codes");

  await signOut(page);
  await open(page, "/sign-in?next=/account/preferences");
  await button(page, oidc.name).click();
  await expectPage(page, "/sign-in/code?next=%2Faccount%2Fpreferences", "Second step");
  expect((await page.request.get("/account/profile", { maxRedirects: 0 })).status()).toBe(303);
  await send(await app.code(), "Sign in");
  await expectPage(page, "/account/preferences", "Preferences");
});

test("an address that has an account is connected once its owner has signed in and agreed", { tag: "@phone" }, async ({ page, latchkey, providers, expectAccessible }) => {
  const { oidc } = providers;
  const name = stranger();
  const who = member(latchkey, { email: `${name}@example.test` });
  await open(page, "/sign-in");
  await button(page, oidc.name).click();
  await oidc.agree(page, name);
  await expect(page.getByText(`There is already an account with this address. Sign in to it, and then you can connect ${oidc.name}.`)).toBeVisible();
  await settled(page);
  expect((await page.request.get("/account/profile", { maxRedirects: 0 })).status()).toBe(303);
  await sendSignIn(page, who);
  await expectPage(page, "/account/security/connect", "Connect an account");
  await expect(page.getByRole("main")).toContainText(who.email);
  await expectAccessible(page);
  await press(page, `Connect ${oidc.name}`);
  await expectPage(page, "/account/security", "Security");
  await expect(page.getByText(`${oidc.name} is connected.`)).toBeVisible();
  expect((await latchkey.mail.waitForMail(who.email, `${oidc.name} was connected`)).text).toContain("Hello Ada Lindqvist.");
  await open(page, "/account/security/connect");
  await expect(page.getByRole("heading", { name: "Nothing to connect" })).toBeVisible();

  await signOut(page);
  await open(page, "/sign-in");
  await button(page, oidc.name).click();
  await expectPage(page, "/", /^Good to see you/);
  await expectSignedIn(page, who);
});

test("an address that the provider has not verified opens nothing, whoever has it", async ({ page, latchkey, providers, stranger: another }) => {
  const { oidc } = providers;
  const taken = stranger("unverified");
  member(latchkey, { email: `${taken}@example.test` });
  for (const [browser, name] of [
    [page, taken],
    [await another(), stranger("unverified")],
  ] as const) {
    await open(browser, "/sign-in");
    await button(browser, oidc.name).click();
    await oidc.agree(browser, name);
    await expectPage(browser, "/sign-in", "Sign in");
    const sentence = `${oidc.name} gave no verified e-mail address. Create an account with your e-mail, then connect ${oidc.name} under Security.`;
    await expect(browser.getByRole("alert")).toHaveText(sentence);
    await expectSignedOut(browser);
  }
});

test("who changes their mind at the provider is told so calmly", async ({ page, providers, expectAccessible }) => {
  const { oidc } = providers;
  await open(page, "/sign-in?next=/account/preferences");
  await button(page, oidc.name).click();
  await expect(page).toHaveURL(new RegExp(`^${oidc.url}/interaction/`));
  await page.getByRole("link", { name: "Cancel" }).click();
  await expectPage(page, "/sign-in", "Sign in");
  await expect(page.getByRole("alert")).toContainText(`${oidc.name} did not tell us who you are`);
  await expectAccessible(page);
  await expect(button(page, oidc.name)).toHaveAttribute("href", /next=%2Faccount%2Fpreferences/);
});

test("an answer that this browser did not ask for signs nobody in", async ({ page, providers, stranger: another }) => {
  const { oidc } = providers;
  for (const query of ["", "?code=x&state=y", "?error=access_denied&error_description=%3Cb%3Ehello%3C/b%3E&state=y"]) {
    await open(page, `/sign-in/with/oidc/callback${query}`);
    await expectPage(page, "/sign-in", "Sign in");
    await expect(page.getByRole("alert")).toHaveText("This took too long or has already been done. Sign in again.");
    await expect(page.getByText("hello")).toHaveCount(0);
  }
  // Somebody else's answer, brought to this browser; and one's own, a second time.
  const other = await another();
  let answer = "";
  other.on("request", (request) => {
    if (request.url().includes("/sign-in/with/oidc/callback")) answer = request.url();
  });
  await signUpWith(other, oidc, stranger());
  expect(answer).toContain("code=");
  for (const browser of [page, other]) {
    await signOut(other);
    await open(browser, answer);
    await expect(browser.getByRole("alert")).toHaveText("This took too long or has already been done. Sign in again.");
    await expectSignedOut(browser);
  }
});

test("accounts are connected and disconnected under Security, but never the last way in", { tag: "@phone" }, async ({ page, latchkey, providers, stranger: another, expectAccessible }) => {
  const { oidc } = providers;
  const who = member(latchkey);
  await enter(page, who);
  await open(page, "/account/security");
  await expect(row(page, oidc.name)).toContainText("Not connected");
  await press(page, `Connect ${oidc.name}`);
  await oidc.agree(page, stranger());
  await expectPage(page, "/account/security", "Security");
  await expect(page.getByText(`${oidc.name} is connected.`)).toBeVisible();
  await latchkey.mail.waitForMail(who.email, `${oidc.name} was connected`);
  await press(page, `Disconnect ${oidc.name}`);
  await expect(page.getByText("The account is disconnected.")).toBeVisible();
  await settled(page);
  await latchkey.mail.waitForMail(who.email, `${oidc.name} was disconnected`);
  await expect(row(page, oidc.name)).toContainText("Not connected");

  const other = await another();
  const name = stranger();
  await signUpWith(other, oidc, name);
  await open(other, "/account/security");
  await press(other, `Disconnect ${oidc.name}`);
  await expect(other.getByText("You have no other way to sign in. Set a password first.")).toBeVisible();
  await settled(other);
  await field(other, "New password").fill("four kettles on a shelf");
  await press(other, "Set password");
  await expect(other.getByText("Your password is set.")).toBeVisible();
  await settled(other);
  await expectAccessible(other);
  await press(other, `Disconnect ${oidc.name}`);
  await expect(other.getByText("The account is disconnected.")).toBeVisible();
  await latchkey.mail.waitForMail(`${name}@example.test`, `${oidc.name} was disconnected`);
});

test("who has no password confirms with the provider, which asks again", async ({ page, providers, expectAccessible }) => {
  const { oidc } = providers;
  const name = stranger();
  await signUpWith(page, oidc, name);
  await open(page, "/confirm-password?next=/account/preferences");
  await expect(field(page, "Password")).toHaveCount(0);
  await expectAccessible(page);
  await press(page, `Confirm with ${oidc.name}`);
  await oidc.signIn(page, name);
  await expectPage(page, "/account/preferences", "Preferences");
});

test("GitHub signs in who its API says it is", async ({ page, latchkey, providers }) => {
  const { github } = providers;
  const login = stranger("octocat");
  github.who = { id: Number.parseInt(login.slice(-8), 16), login, email: `${login}@example.test` };
  await open(page, "/sign-in");
  await button(page, "GitHub").click();
  await expectPage(page, "/", /^Good to see you/);
  await open(page, "/account/security");
  await expect(row(page, "GitHub")).toContainText(login);
  const { data } = await graphql(latchkey, "{ identityProviders { kind name signInUrl } }");
  expect(data.identityProviders).toEqual([
    { kind: "GITHUB", name: "GitHub", signInUrl: `${latchkey.url}/sign-in/with/github` },
    { kind: "OPENID_CONNECT", name: providers.oidc.name, signInUrl: `${latchkey.url}/sign-in/with/oidc` },
  ]);
});
