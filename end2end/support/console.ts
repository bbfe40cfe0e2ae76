// Staff, and what they do in the operator's console.

import { expect, type Page } from "@playwright/test";
import type { App } from "./codes.ts";
import { enter, member, open, press, settled, type Person } from "./people.ts";
import { setUp } from "./second-factors.ts";
import type { Server } from "./server.ts";

/** Somebody who looks after everybody's accounts, made by the operator. */
export function staff(latchkey: Server, given: Partial<Person> = {}): Person {
  return member(latchkey, { name: "Grace Hopper", ...given }, ["--staff"]);
}

/** A member of staff who is signed in on this page, with an app. */
export async function enterConsole(page: Page, latchkey: Server): Promise<{ who: Person; app: App }> {
  const who = staff(latchkey);
  await enter(page, who);
  const { app } = await setUp(page);
  return { who, app };
}

/** Opens the page of a person, found in the list by their address. */
export async function openUser(page: Page, { email, name }: Person) {
  await open(page, `/admin/users?search=${encodeURIComponent(email)}`);
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await settled(page);
}

/** Unfolds an act, unless it is unfolded. */
export async function unfold(page: Page, title: string) {
  const act = page.locator("details").filter({ has: page.locator("summary", { hasText: new RegExp(`^${title}$`) }) });
  if ((await act.getAttribute("open")) === null) await act.locator("summary").click();
  return act;
}

/** Does an act with a reason, and waits for what the page says afterwards. */
export async function act(page: Page, title: string, reason: string, button: string, said: string | RegExp) {
  const form = await unfold(page, title);
  await form.getByLabel("Reason").fill(reason);
  await press(page, button);
  await expect(page.getByRole("status").filter({ hasText: said })).toBeVisible();
  await settled(page);
}

/** Gives a reason for what is ticked in a list, and presses a button. */
export async function actOnTicked(page: Page, reason: string, button: string) {
  await page.locator("#reason").fill(reason);
  await press(page, button);
}
