// People and what they do on the pages: the steps that journeys share.

import { expect, test, type Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Letter } from "./mail.ts";
import type { Server } from "./server.ts";

export interface Person {
  name: string;
  email: string;
  password: string;
}

export const INVALID_CREDENTIALS = "The e-mail address or the password is wrong, or the address is not verified yet.";

/** A letter's frame is sandboxed: it says so when Playwright or axe looks into it. */
export const SCRIPT_OF_OURS = /Blocked script execution in '.*\/html' because the document's frame is sandboxed/;

/** Somebody new, whose address nobody else has. */
export function person(given: Partial<Person> = {}): Person {
  return { name: "Ada Lindqvist", email: `ada.${randomBytes(4).toString("hex")}@example.test`, password: "four kettles on a shelf", ...given };
}

/** Somebody who has an account already, made by the operator; for journeys that are not about signing up. */
export function member(latchkey: Server, given: Partial<Person> = {}, flags: string[] = []): Person {
  const who = person(given);
  const command = ["user", "create", "--email", who.email, "--name", who.name, "--password-stdin", ...flags];
  execFileSync(latchkey.binary, command, { cwd: latchkey.folder, env: latchkey.environment, input: `${who.password}\n`, stdio: "pipe" });
  return who;
}

/** Waits until the page answers to a click; without JavaScript it does from the beginning. */
export async function settled(page: Page) {
  const hasScripts = test.info().project.use.javaScriptEnabled ?? true;
  if (hasScripts) await expect(page.locator('html[data-hydrated="1"]')).toBeAttached();
}

/** Opens a page as a typed address or a link in a letter does. */
export async function open(page: Page, address: string) {
  const response = await page.goto(address);
  await settled(page);
  if (!response) throw new Error(`${address} is part of the page that was open already`);
  return response;
}

/** Waits until the page of this path stands, with this heading. */
export async function expectPage(page: Page, path: string, heading: string | RegExp) {
  await expect(page).toHaveURL(path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
  await settled(page);
}

/** The field of this label; a card may have the same name. */
export function field(page: Page, label: string | RegExp) {
  return page.getByLabel(label, { exact: true }).and(page.locator("input, select, textarea"));
}

export async function press(page: Page, button: string) {
  await page.getByRole("button", { name: button, exact: true }).click();
}

/** Expects this field to be refused: marked, and described by this sentence. */
export async function expectRefused(page: Page, label: string | RegExp, sentence: RegExp) {
  await expect(field(page, label)).toHaveAttribute("aria-invalid", "true");
  await expect(field(page, label)).toHaveAccessibleDescription(sentence);
}

export async function signUp(page: Page, who: Person) {
  await open(page, "/sign-up");
  await field(page, /^Name/).fill(who.name);
  await field(page, "E-mail").fill(who.email);
  await field(page, "Password").fill(who.password);
  await press(page, "Create account");
  await expectPage(page, "/check-inbox", "Check your inbox");
}

/** The one link of a letter that leads to this page. */
export function linkIn(letter: Letter, path: string): string {
  const links = letter.links.filter((link) => new URL(link).pathname === path);
  expect(links, `links to ${path} in "${letter.subject}"`).toHaveLength(1);
  return links[0] ?? "";
}

/** Opens the link of a verification letter and presses its button. */
export async function verify(page: Page, link: string) {
  await open(page, link);
  await press(page, "Confirm address");
  await expectPage(page, "/sign-in", "Sign in");
}

/** Fills the sign-in form that is open, and sends it. */
export async function sendSignIn(page: Page, who: Person, { remember = false } = {}) {
  await field(page, "E-mail").fill(who.email);
  await field(page, "Password").fill(who.password);
  await page.getByRole("checkbox", { name: "Keep me signed in" }).setChecked(remember);
  await press(page, "Sign in");
}

export async function signIn(page: Page, who: Person, options: { remember?: boolean } = {}) {
  await open(page, "/sign-in");
  await sendSignIn(page, who, options);
  await expectPage(page, "/", `Good to see you, ${who.name.split(" ")[0]}`);
}

/** Signs the page's browser in without showing the form; for journeys that begin after that. */
export async function enter(page: Page, who: Person) {
  const form = { email: who.email, password: who.password };
  const answer = await page.request.post("/_fn/sign-in", { form, headers: { accept: "text/html" }, maxRedirects: 0 });
  expect([answer.status(), answer.headers().location]).toEqual([303, "/"]);
}

/** On a phone the sidebar is a drawer. */
export async function openMenu(page: Page) {
  const menu = page.getByRole("button", { name: "Open menu" });
  if (await menu.isVisible()) await menu.click();
}

export async function expectSignedIn(page: Page, who: Person) {
  await open(page, "/account/profile");
  await expectPage(page, "/account/profile", "Profile");
  await expect(page.getByRole("main")).toContainText(who.email);
}

export async function expectSignedOut(page: Page) {
  await open(page, "/account/profile");
  await expectPage(page, "/sign-in?next=%2Faccount%2Fprofile", "Sign in");
}

export type Answer = { status: number; data?: any; errors?: { message: string; extensions: { code: string } }[] };

/** Asks the GraphQL endpoint, as a program does. */
export async function graphql(latchkey: Server, query: string, variables: object = {}, token?: string): Promise<Answer> {
  const answer = await fetch(`${latchkey.url}/graphql`, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json",
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: answer.status, ...((await answer.json()) as Omit<Answer, "status">) };
}

const SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { token userErrors { code retryAfterSeconds } } }";

/** Tries to sign a program in; gives the token and the refusals. */
export async function signInProgram(latchkey: Server, { email, password }: Person): Promise<{ token: string | null; userErrors: { code: string }[] }> {
  return (await graphql(latchkey, SIGN_IN, { input: { email, password } })).data.signIn;
}
