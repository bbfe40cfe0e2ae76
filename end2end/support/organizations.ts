// Organizations and who is in them: the setting of journeys that begin after somebody has made one.

import { expect, type Page } from "@playwright/test";
import { randomBytes } from "node:crypto";
import { change, quoted } from "./database.ts";
import { member, open, openMenu, type Person } from "./people.ts";
import type { Server } from "./server.ts";

export type Role = "owner" | "admin" | "member";

export interface Organization {
  name: string;
  slug: string;
  owner: Person;
}

/** An address of an organization that no other has. */
export function newSlug(word = "acme") {
  return `${word}-${randomBytes(4).toString("hex")}`;
}

/** Somebody who sends the forms of the pages without a browser. */
export class Hand {
  readonly #latchkey: Server;
  readonly #cookie: string;

  private constructor(latchkey: Server, cookie: string) {
    this.#latchkey = latchkey;
    this.#cookie = cookie;
  }

  static async of(latchkey: Server, { email, password }: Person): Promise<Hand> {
    const body = new URLSearchParams({ email, password });
    const answer = await fetch(`${latchkey.url}/_fn/sign-in`, { method: "POST", body, headers: { accept: "application/json" } });
    const session = answer.headers.getSetCookie().find((line) => line.startsWith("latchkey="));
    if (!session) throw new Error(`${email} was not signed in: ${answer.status} ${await answer.text()}`);
    return new Hand(latchkey, session.split(";")[0] ?? "");
  }

  /** What the server answered, as a script reads it. */
  async send(endpoint: string, fields: Record<string, string> = {}): Promise<any> {
    const headers = { accept: "application/json", cookie: this.#cookie };
    const answer = await fetch(`${this.#latchkey.url}/_fn/${endpoint}`, { method: "POST", body: new URLSearchParams(fields), headers });
    return answer.json();
  }

  /** What a page shows; it travels as the text of its JSON. */
  async view(endpoint: string, fields: Record<string, string> = {}): Promise<any> {
    return JSON.parse(await this.send(endpoint, fields));
  }
}

/** An organization that the person has made. */
export async function organization(latchkey: Server, owner: Person, given: { name?: string; slug?: string } = {}): Promise<Organization> {
  const made = { name: "Acme", slug: newSlug(), ...given };
  const hand = await Hand.of(latchkey, owner);
  expect(await hand.send("create-organization", made)).toEqual({ Goto: `/o/${made.slug}/members/invite` });
  return { ...made, owner };
}

/** Invites addresses in the owner's name. */
export async function invite(latchkey: Server, { owner, slug }: Organization, emails: string[], role: Role = "member", message = "") {
  const hand = await Hand.of(latchkey, owner);
  const fields = { organization: slug, emails: emails.join(" "), role, message };
  expect(await hand.send("invite-members", fields)).toEqual({ Goto: `/o/${slug}/members?tab=invitations` });
}

/** Somebody with an account joins; gives the person. */
export async function join(latchkey: Server, place: Organization, role: Role = "member", given: Partial<Person> = {}): Promise<Person> {
  const who = member(latchkey, given);
  await admit(latchkey, place, who, role);
  return who;
}

/** Makes somebody who is there a member. */
export async function admit(latchkey: Server, place: Organization, who: Person, role: Role = "member") {
  await invite(latchkey, place, [who.email], role);
  const hand = await Hand.of(latchkey, who);
  const { offers } = await hand.view("load-switcher");
  const offer = offers.find(({ name }: { name: string }) => name === place.name);
  expect(await hand.send("accept-offer", { invitation: offer.id })).toEqual({ Goto: `/o/${place.slug}/overview` });
}

/**
 * Fills an organization with so many people more, called "Member 001" and so on, who cannot sign in. Straight into the
 * tables: asking for each of them would take longer than the test.
 */
export function crowd(latchkey: Server, { slug }: Organization, count: number) {
  const place = `(SELECT id FROM organizations WHERE slug = ${quoted(slug)})`;
  const now = Date.now();
  const rows = Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(3, "0");
    const [user, membership] = [timedId(now + index), timedId(now + index)];
    const [username, name] = [`${slug}.${number}`, `Member ${number}`];
    const email = `${username}@example.test`;
    return `
      INSERT INTO users (id, email, email_key, username, name, email_verified_at, created_at, updated_at)
        VALUES (${user}, '${email}', '${email}', '${username}', '${name}', ${now}, ${now}, ${now});
      INSERT INTO profiles (user_id, time_zone, language, theme, updated_at) VALUES (${user}, 'UTC', 'en', 'system', ${now});
      INSERT INTO memberships (id, organization_id, user_id, role, name_key, email_key, joined_at)
        VALUES (${membership}, ${place}, ${user}, 'member', '${name.toLowerCase()} ${username}', '${email}', ${now + index});`;
  });
  change(latchkey, `BEGIN IMMEDIATE;${rows.join("")}
    UPDATE organizations SET member_count = member_count + ${count} WHERE slug = ${quoted(slug)};
    COMMIT;`);
}

/** A UUID of version 7 as a blob; lists stand in the order of ids. */
function timedId(at: number) {
  const random = randomBytes(10).toString("hex");
  return `x'${at.toString(16).padStart(12, "0")}7${random.slice(0, 3)}8${random.slice(3, 18)}'`;
}

/** Opens the switcher, in whose menu organizations and invitations stand. */
export async function openSwitcher(page: Page) {
  await openMenu(page);
  await page.getByRole("button", { name: "Switch organization" }).click();
  await expect(page.locator("#switcher")).toBeVisible();
  return page.locator("#switcher");
}

/** The row of a table that holds this text. */
export function row(page: Page, text: string | RegExp) {
  return page.getByRole("row").filter({ hasText: text });
}

/** A card that is a form by itself. */
export function card(page: Page, heading: string) {
  return page.getByRole("form", { name: heading, exact: true });
}

/** Expects the page to tell nothing of what is at this path: it is not found. */
export async function expectNothingAt(page: Page, path: string) {
  const response = await open(page, path);
  expect(response.status(), path).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
}
