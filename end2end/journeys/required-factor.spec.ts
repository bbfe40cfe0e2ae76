// An organization asks its members for a second step: they are told, have time, and are kept out until they have one.

import type { App } from "../support/codes.ts";
import { ageSessions, endGrace } from "../support/database.ts";
import { join, organization, row, type Organization } from "../support/organizations.ts";
import { enter, expectPage, field, linkIn, member, open, press, type Person } from "../support/people.ts";
import { enterCode, setUp } from "../support/second-factors.ts";
import { expect, test, type Latchkey, type Page } from "../support/test.ts";

const KEPT_OUT = "Acme asks for a second step at sign-in";

/** The card of the settings. */
function secondStep(page: Page) {
  return page.getByRole("region", { name: "Second step" });
}

/** An owner with an app asks for it on the page. */
async function ask(page: Page, place: Organization, time: string) {
  await open(page, `/o/${place.slug}/settings`);
  await field(page, "Time to set one up").selectOption({ label: time });
  await press(page, "Ask for a second step");
  await expect(page.getByText("A second step is now asked for. Members without one are told by e-mail.")).toBeVisible();
}

/** An organization of an owner who is signed in on this page and has an app, with Grace in it. */
async function founded(page: Page, latchkey: Latchkey, role: "admin" | "member"): Promise<Organization & { app: App; grace: Person }> {
  const place = await organization(latchkey, member(latchkey));
  const grace = await join(latchkey, place, role, { name: "Grace Hopper" });
  await enter(page, place.owner);
  const { app } = await setUp(page);
  return { ...place, app, grace };
}

test("an owner sees who lacks one, gives time, and members are led to set one up", { tag: "@phone" }, async ({ page, latchkey, stranger, expectAccessible, problems }) => {
  problems.expected(/status of 403/);
  const place = await organization(latchkey, member(latchkey));
  const grace = await join(latchkey, place, "member", { name: "Grace Hopper" });
  await enter(page, place.owner);
  await open(page, `/o/${place.slug}/settings`);
  await expect(secondStep(page)).toContainText("Members do not need one.");
  await expect(secondStep(page)).toContainText("2 of 2 members do not have one yet.");
  await expect(secondStep(page)).toContainText("You have no second step yourself.");
  await expect(page.getByRole("button", { name: "Ask for a second step" })).toHaveCount(0);
  await secondStep(page).getByRole("link", { name: "Set up your own" }).click();
  await expectPage(page, "/account/security", "Security");
  await setUp(page);

  await open(page, `/o/${place.slug}/settings`);
  await expect(secondStep(page)).toContainText("1 of 2 members does not have one yet.");
  await expectAccessible(page);
  await secondStep(page).getByRole("link", { name: "See who" }).click();
  await expectPage(page, `/o/${place.slug}/members?second=without`, "Members");
  await expect(row(page, "Grace Hopper")).toContainText("No");
  await expect(row(page, place.owner.email)).toHaveCount(0);
  await expectAccessible(page);
  await field(page, "Second step").selectOption({ label: "With a second step" });
  await press(page, "Search");
  await expect(row(page, place.owner.email)).toContainText("Yes");
  await expect(row(page, "Grace Hopper")).toHaveCount(0);

  await ask(page, place, "14 days");
  await expect(secondStep(page)).toContainText(/Every member needs one from \d+ \w+ \d{4}, \d\d:\d\d .* on\./);
  const letter = await latchkey.mail.waitForMail(grace.email, "Acme asks for a second step at sign-in");
  expect(letter.text).toMatch(/Set one up by \d+ \w+ \d{4}/);
  linkIn(letter, "/account/security");

  const other = await stranger();
  await enter(other, grace);
  await open(other, `/o/${place.slug}/overview`);
  await expectPage(other, `/o/${place.slug}/overview`, "Overview");
  await expect(other.getByText(/^Acme asks for a second step at sign-in from .* on, and you have none yet\./)).toBeVisible();
  await expectAccessible(other);
  endGrace(latchkey, place);
  const refused = await open(other, `/o/${place.slug}/members`);
  expect(refused.status()).toBe(403);
  await expect(other.getByRole("heading", { level: 1 })).toHaveText(KEPT_OUT);
  await expect(other.getByText("Ada Lindqvist")).toHaveCount(0);
  await expectAccessible(other);
  await other.getByRole("link", { name: "Set up a second step" }).click();
  await expectPage(other, "/account/security", "Security");
  await expect(other.getByText("Acme asks for a second step.")).toBeVisible();
  await setUp(other);
  const opened = await open(other, `/o/${place.slug}/members`);
  expect(opened.status()).toBe(200);
  await expectPage(other, `/o/${place.slug}/members`, "Members");
  await open(other, "/account/security/app");
  await expect(other.getByText("Acme asks for a second step: without one you are kept out of it.")).toBeVisible();
  await expectAccessible(other);
});

test("who is kept out finds the way to other organizations, and may leave", async ({ page, latchkey, stranger, problems }) => {
  problems.expected(/status of 403/);
  const place = await founded(page, latchkey, "member");
  const { grace } = place;
  await ask(page, place, "None: from now on");
  await expect(secondStep(page)).toContainText("members without one are kept out until they set one up.");
  const other = await stranger();
  await enter(other, grace);
  await open(other, "/");
  await expect(other.getByRole("link", { name: /^Acme.*Asks for a second step/ })).toBeVisible();
  const bell = await organization(latchkey, grace, { name: "Bell" });
  await open(other, `/o/${place.slug}/settings`);
  await expect(other.getByRole("heading", { level: 1 })).toHaveText(KEPT_OUT);
  await other.getByRole("link", { name: "Go to the start page" }).click();
  await expectPage(other, `/o/${bell.slug}/overview`, "Overview");
  await open(other, `/o/${place.slug}/overview`);
  await other.getByText("Leave it instead?").click();
  await press(other, "Leave this organization");
  await expect(other.getByText("You have left Acme.")).toBeVisible();
  await open(page, `/o/${place.slug}/members`);
  await expect(row(page, "Grace Hopper")).toHaveCount(0);
});

test("lifting it wants a fresh proof, and lets everybody in", async ({ page, latchkey, stranger }) => {
  const place = await founded(page, latchkey, "admin");
  const { grace } = place;
  await ask(page, place, "None: from now on");
  ageSessions(latchkey, place.owner);
  await press(page, "Stop asking for it");
  await expect(page).toHaveURL(/\/confirm-password\?next=/);
  await enterCode(page, await place.app.code(), "Continue");
  await expectPage(page, `/o/${place.slug}/settings`, "Settings");
  await press(page, "Stop asking for it");
  await expect(page.getByText("A second step is no longer asked for. Everybody gets in again.")).toBeVisible();
  const other = await stranger();
  await enter(other, grace);
  const opened = await open(other, `/o/${place.slug}/settings`);
  expect(opened.status()).toBe(200);
  await expect(secondStep(other)).toContainText("Only owners of this organization can do this.");
  await expect(secondStep(other)).toContainText("1 of 2 members does not have one yet.");
});

test("a member sees what is asked for, and of nobody else whether they have one", async ({ page, latchkey, stranger }) => {
  const place = await founded(page, latchkey, "member");
  const { grace } = place;
  await ask(page, place, "30 days");
  const other = await stranger();
  await enter(other, grace);
  await open(other, `/o/${place.slug}/settings`);
  await expect(secondStep(other)).toContainText("Every member needs one from");
  await expect(secondStep(other)).not.toContainText("none yet");
  await open(other, `/o/${place.slug}/members?second=without`);
  await expect(other.getByRole("columnheader", { name: "Second step" })).toHaveCount(0);
  await expect(row(other, "Ada Lindqvist")).toBeVisible();
});
