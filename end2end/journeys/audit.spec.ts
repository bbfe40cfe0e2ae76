// The audit log of an organization: read, filtered, unfolded, taken away.

import { randomBytes } from "node:crypto";
import { admit, expectNothingAt, invite, join, organization, row } from "../support/organizations.ts";
import { enter, expectPage, field, member, open, openMenu, press, settled } from "../support/people.ts";
import { expectFits, expectWords } from "../support/layout.ts";
import { change, quoted } from "../support/database.ts";
import { expect, test } from "../support/test.ts";

test("an owner reads who did what, and unfolds what it was @phone", async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  await enter(page, who);
  const place = await organization(latchkey, who);
  await invite(latchkey, place, ["grace@example.test"], "admin");
  await open(page, `/o/${place.slug}/overview`);
  await openMenu(page);
  await page.getByRole("link", { name: "Audit log", exact: true }).first().click();
  await expectPage(page, `/o/${place.slug}/audit`, "Audit log");
  await expect(page.getByRole("row")).toHaveCount(3);
  const invited = row(page, "invited grace@example.test as an admin");
  await expect(invited).toContainText(who.name);
  await expect(invited).toContainText("127.0.0.1");
  await expectAccessible(page);
  await expectFits(page);

  await invited.getByText("Details", { exact: true }).click();
  await expect(invited.getByText("invitation.sent", { exact: true })).toBeVisible();
  await expect(invited.locator(".log-changes")).toContainText("grace@example.test");
  await invited.getByText("As JSON", { exact: true }).click();
  await expect(invited.locator("pre")).toContainText('"action": "invitation.sent"');
  await expectAccessible(page);
  await expectFits(page);
  await expectWords(page);
  await invited.getByRole("link", { name: "grace@example.test", exact: true }).click();
  await expectPage(page, `/o/${place.slug}/members?tab=invitations`, "Members");
});

test("what is filtered stands in the address, and copies hold exactly that", async ({ page, latchkey, javaScriptEnabled, expectAccessible }) => {
  const who = member(latchkey);
  const place = await organization(latchkey, who);
  const other = member(latchkey, { name: "Grace Hopper" });
  await admit(latchkey, place, other, "admin");
  await enter(page, who);
  await open(page, `/o/${place.slug}/audit`);
  await field(page, "What").selectOption({ label: "Invitations: everything" });
  await field(page, "Who").selectOption({ label: "Grace Hopper" });
  await press(page, "Filter");
  await expect(page).toHaveURL(/[?&]action=invitation\./);
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(row(page, "Grace Hopper")).toContainText("accepted the invitation");
  await expect(field(page, "What")).toHaveValue("invitation.");
  await settled(page);
  // The form is another one now: whoever uses the keyboard goes on in the page, not at its very top.
  if (javaScriptEnabled) await expect(page.locator("#main")).toBeFocused();

  const address = await page.getByRole("link", { name: "Download CSV" }).getAttribute("href");
  const csv = await page.request.get(address ?? "");
  expect(csv.headers()["content-type"]).toBe("text/csv; charset=utf-8");
  expect(csv.headers()["content-disposition"]).toMatch(/^attachment; filename="audit-/);
  const lines = (await csv.text()).trim().split("\r\n");
  expect(lines.length).toBe(2);
  expect(lines[1]).toContain(",Grace Hopper,user,");
  const json = await page.request.get((address ?? "").replace("audit.csv", "audit.jsonl"));
  expect((await json.text()).trim().split("\n").map((line) => JSON.parse(line).action)).toEqual(["invitation.accepted"]);

  await page.getByRole("link", { name: "Clear" }).click();
  // The two copies are written down too.
  await expect(page.getByRole("row")).toHaveCount(6);
  await settled(page);
  await field(page, "What").selectOption({ label: "Members: removed" });
  await press(page, "Filter");
  await expect(page.getByRole("heading", { name: "No matches" })).toBeVisible();
  await expect(page.getByText("The log has no entries “member.removed”.")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(page.getByRole("row")).toHaveCount(6);
});

test("a filter is narrowed from an entry", async ({ page, latchkey }) => {
  const who = member(latchkey);
  const place = await organization(latchkey, who);
  const other = await join(latchkey, place, "member", { name: "Grace Hopper" });
  await enter(page, who);
  await open(page, `/o/${place.slug}/audit`);
  const accepted = row(page, "accepted the invitation");
  await accepted.getByText("Details", { exact: true }).click();
  await accepted.getByRole("link", { name: `Only by ${other.name}` }).click();
  await expect(page).toHaveURL(/[?&]actor=usr_/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await settled(page);
  await page.getByText("Details", { exact: true }).click();
  await page.getByRole("link", { name: /^Only about/ }).click();
  await expect(page).toHaveURL(/[?&]subject=inv_/);
  await expect(field(page, "About")).toHaveValue(/^inv_/);
});

test("a long log is paged, newest first", async ({ page, latchkey }) => {
  const who = member(latchkey);
  const place = await organization(latchkey, who);
  const mails = Array.from({ length: 20 }, (_, index) => `guest.${index}.${place.slug}@example.test`);
  await invite(latchkey, place, mails);
  await invite(latchkey, place, mails.map((mail) => `more.${mail}`));
  await enter(page, who);
  await open(page, `/o/${place.slug}/audit`);
  await expect(page.getByRole("row")).toHaveCount(26);
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page).toHaveURL(/[?&]after=/);
  await expect(page.getByRole("row")).toHaveCount(17);
  await expect(row(page, "created the organization")).toBeVisible();
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(page.getByRole("row")).toHaveCount(26);
});

test("a day is one of the reader's time zone", async ({ page, latchkey }) => {
  const who = member(latchkey);
  const place = await organization(latchkey, who);
  // 23:30 in Berlin is 22:30 in UTC; it was another day in Tokyo.
  const at = Date.UTC(2026, 0, 15, 22, 30);
  const organizations = `SELECT id FROM organizations WHERE slug = ${quoted(place.slug)}`;
  const id = `x'${at.toString(16).padStart(12, "0")}7000${randomBytes(8).toString("hex")}'`;
  change(latchkey, `
    UPDATE audit_events SET at = ${at}, id = ${id} WHERE organization_id IN (${organizations});
    UPDATE profiles SET time_zone = 'Asia/Tokyo' WHERE user_id IN (SELECT id FROM users WHERE email = ${quoted(who.email)});`);
  await enter(page, who);
  await open(page, `/o/${place.slug}/audit`);
  await field(page, "First day").fill("2026-01-16");
  await field(page, "Last day").fill("2026-01-16");
  await press(page, "Filter");
  await expect(row(page, "created the organization")).toBeVisible();
  await settled(page);
  await field(page, "First day").fill("2026-01-15");
  await field(page, "Last day").fill("2026-01-15");
  await press(page, "Filter");
  await expect(page.getByRole("heading", { name: "No matches" })).toBeVisible();
  await settled(page);
  await field(page, "First day").fill("2026-01-17");
  await press(page, "Filter");
  await expect(page.getByText("Choose a first day that is not after the last day.")).toBeVisible();
  await expect(field(page, "First day")).toHaveValue("2026-01-17");
});

test("members and strangers see nothing of it", async ({ page, latchkey, stranger, problems }) => {
  problems.expected(/status of 40[34]/);
  const owner = member(latchkey);
  const place = await organization(latchkey, owner);
  const who = await join(latchkey, place);
  await enter(page, who);
  await open(page, `/o/${place.slug}/overview`);
  await expect(page.getByRole("link", { name: "Members", exact: true }).first()).toBeAttached();
  await expect(page.getByRole("link", { name: "Audit log" })).toHaveCount(0);
  expect((await open(page, `/o/${place.slug}/audit`)).status()).toBe(403);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your role cannot open this page");
  expect((await page.request.get(`/o/${place.slug}/audit.csv`)).status()).toBe(403);
  const outside = await stranger();
  await enter(outside, member(latchkey));
  await expectNothingAt(outside, `/o/${place.slug}/audit`);
  expect((await outside.request.get(`/o/${place.slug}/audit.jsonl`)).status()).toBe(404);
});
