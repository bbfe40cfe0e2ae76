// Staff view the pages as somebody else: the banner, the way back, what stays shut, and who reads of it.

import { enterConsole, openUser, unfold } from "../support/console.ts";
import { expectFits, expectWords } from "../support/layout.ts";
import { join, organization, row } from "../support/organizations.ts";
import { enter, expectPage, expectSignedIn, expectSignedOut, member, open, press, settled, type Person } from "../support/people.ts";
import { expect, test, type Page } from "../support/test.ts";

const REFUSED = "You are viewing somebody else's account. Only its owner can do this.";

function banner(page: Page) {
  return page.getByRole("region", { name: "Viewing as somebody else" });
}

/** Staff who are in the console view as somebody. */
async function viewAs(page: Page, who: Person, reason = "ticket 42") {
  await openUser(page, who);
  const form = await unfold(page, "Impersonate");
  await form.getByLabel("Reason").fill(reason);
  await press(page, `View as ${who.name}`);
  await expect(banner(page)).toContainText(new RegExp(`^You are viewing as ${who.name} until \\d\\d:\\d\\d UTC\\.`));
  await settled(page);
}

test("staff view as somebody with a banner on every page, and stop", { tag: "@phone" }, async ({ page, latchkey, problems, expectAccessible }) => {
  problems.expected(/status of 404/);
  const lin = member(latchkey, { name: "Lin Chen" });
  const place = await organization(latchkey, lin);
  const { who } = await enterConsole(page, latchkey);
  await viewAs(page, lin);
  for (const path of ["/account/profile", "/account/security", `/o/${place.slug}/overview`, `/o/${place.slug}/keys`]) {
    await open(page, path);
    await expect(banner(page), path).toBeVisible();
    await expectFits(page);
    await expectWords(page);
    await expectAccessible(page);
  }
  for (const path of ["/admin/overview", "/nothing-is-here"]) {
    expect((await page.goto(path))?.status(), path).toBe(404);
    await expect(banner(page), path).toBeVisible();
    await expectFits(page);
    await expectAccessible(page);
  }
  for (const path of ["/v1/docs", "/graphiql"]) {
    await page.goto(path);
    await expect(banner(page), path).toBeVisible();
  }
  await open(page, "/account/profile");
  await expect(banner(page)).toBeVisible();
  await expectSignedIn(page, lin);
  await press(page, "Stop viewing as Lin Chen");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Lin Chen");
  await expect(banner(page)).toHaveCount(0);
  await expectSignedIn(page, who);
  const letter = await latchkey.mail.waitForMail(lin.email, /^Staff are viewing your account/);
  expect(letter.subject).toContain("Latchkey");
});

test("a reason is asked for, and staff are viewed as by nobody", async ({ page, latchkey }) => {
  const lin = member(latchkey, { name: "Lin Chen" });
  const joan = member(latchkey, { name: "Joan Clarke" }, ["--staff"]);
  await enterConsole(page, latchkey);
  await openUser(page, lin);
  const form = await unfold(page, "Impersonate");
  await press(page, "View as Lin Chen");
  await expect(form.getByLabel("Reason")).toHaveAccessibleDescription(/Fill this in\./);
  await expect(banner(page)).toHaveCount(0);
  await openUser(page, joan);
  await expect(page.getByRole("button", { name: "Impersonate", exact: true })).toBeDisabled();
});

test("what is the person's alone stays shut", async ({ page, latchkey, stranger }) => {
  const lin = member(latchkey, { name: "Lin Chen" });
  const lins = await stranger();
  await enter(lins, lin);
  await enterConsole(page, latchkey);
  await viewAs(page, lin);
  await open(page, "/account/security");
  await press(page, "Sign out everywhere else");
  await expect(page.getByRole("alert").filter({ hasText: REFUSED })).toBeVisible();
  await expectSignedIn(lins, lin);
});

test("the person finds staff among the sessions, and ends that", async ({ page, latchkey, stranger }) => {
  const lin = member(latchkey, { name: "Lin Chen" });
  await enterConsole(page, latchkey);
  await viewAs(page, lin);
  const lins = await stranger();
  await enter(lins, lin);
  await open(lins, "/account/security");
  const item = lins.getByRole("listitem").filter({ hasText: "A browser of staff" });
  await expect(item).toContainText("Operator");
  await expect(item).toContainText("by Grace Hopper");
  await item.getByRole("button", { name: /^End the session of A browser of staff/ }).click();
  await expect(lins.getByText("That session has ended.")).toBeVisible();
  await expectSignedOut(page);
});

test("owners read of it in their log", async ({ page, latchkey, stranger }) => {
  const place = await organization(latchkey, member(latchkey));
  const mary = await join(latchkey, place, "member", { name: "Mary Somerville" });
  await enterConsole(page, latchkey);
  await viewAs(page, mary, "ticket 7");
  await press(page, "Stop viewing as Mary Somerville");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Mary Somerville");
  const owners = await stranger();
  await enter(owners, place.owner);
  await open(owners, `/o/${place.slug}/audit`);
  await expectPage(owners, `/o/${place.slug}/audit`, "Audit log");
  await expect(row(owners, "started to act as Mary Somerville: ticket 7")).toContainText("Grace Hopper");
  await expect(row(owners, "ended the impersonation of Mary Somerville by Grace Hopper")).toBeVisible();
});
