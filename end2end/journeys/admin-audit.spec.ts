// The audit log of the whole installation, as staff read it, filter it and take it away.

import { enterConsole } from "../support/console.ts";
import { invite, organization, row } from "../support/organizations.ts";
import { enter, expectPage, field, member, open, openMenu, press, settled } from "../support/people.ts";
import { expectFits, expectWords } from "../support/layout.ts";
import { expect, test } from "../support/test.ts";

test("staff find who did what in an organization, and beside all of them", { tag: "@phone" }, async ({ page, latchkey, stranger, expectAccessible }) => {
  const lin = member(latchkey, { name: "Lin Chen" });
  const place = await organization(latchkey, lin, { name: "Kepler Works" });
  await invite(latchkey, place, ["mary@example.test"], "admin");
  const lins = await stranger();
  await enter(lins, lin);
  await enterConsole(page, latchkey);
  await open(page, "/admin/overview");
  await openMenu(page);
  await page.getByRole("navigation", { name: "Operator console" }).getByRole("link", { name: "Audit log", exact: true }).click();
  await expectPage(page, "/admin/audit", "Audit log");
  await field(page, "Organization").fill(place.slug);
  await press(page, "Filter");
  await expect(page).toHaveURL(new RegExp(`[?&]organization=${place.slug}`));
  await expect(page.getByRole("row")).toHaveCount(3);
  const invited = row(page, "invited mary@example.test as an admin");
  await expect(invited.getByRole("link", { name: "Kepler Works" })).toBeVisible();
  await settled(page);
  await invited.getByText("Details", { exact: true }).click();
  await expect(invited.locator(".log-changes")).toContainText("mary@example.test");
  await expectFits(page);
  await expectWords(page);
  await expectAccessible(page);

  await page.getByRole("link", { name: "Clear", exact: true }).click();
  await expect(field(page, "Organization")).toHaveValue("");
  await settled(page);
  await field(page, "Who").fill(lin.email);
  await field(page, "What").selectOption({ label: "Sessions: started" });
  await press(page, "Filter");
  const signedIn = row(page, "signed in by password").first();
  await expect(signedIn).toContainText("Lin Chen");
  await expect(field(page, "Who")).toHaveValue(lin.email);
  await settled(page);
  await signedIn.getByRole("link", { name: "Lin Chen" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Lin Chen");
});

test("what staff filter stands in the address, and copies hold exactly that", async ({ page, latchkey, stranger }) => {
  const place = await organization(latchkey, member(latchkey), { name: "Curie Labs" });
  await enterConsole(page, latchkey);
  await open(page, `/admin/audit?organization=${place.slug}&action=organization.created`);
  await expect(field(page, "What")).toHaveValue("organization.created");
  const address = (await page.getByRole("link", { name: "Download CSV" }).getAttribute("href")) ?? "";
  expect(address).toBe(`/admin/audit.csv?organization=${place.slug}&action=organization.created`);
  const csv = await page.request.get(address);
  expect(csv.headers()["content-disposition"]).toMatch(/^attachment; filename="audit-/);
  const lines = (await csv.text()).trim().split("\r\n");
  expect(lines.length).toBe(2);
  expect(lines[1]).toMatch(/^Curie Labs,org_/);
  const json = await page.request.get(address.replace("audit.csv", "audit.jsonl"));
  const told = (await json.text()).trim().split("\n").map((line) => JSON.parse(line));
  expect(told.map((entry) => [entry.action, entry.organization.name])).toEqual([["organization.created", "Curie Labs"]]);
  await open(page, "/admin/audit?action=audit.exported");
  await expect(row(page, "took a copy of the audit log as JSON Lines").first()).toContainText("Grace Hopper");

  const owners = await stranger();
  await enter(owners, place.owner);
  expect((await owners.request.get(address)).status()).toBe(404);
  await open(owners, `/o/${place.slug}/audit`);
  await expect(owners.getByRole("row")).toHaveCount(2);
  await expect(row(owners, "created the organization")).toBeVisible();
});

test("what cannot be found is said, and the form keeps it", async ({ page, latchkey }) => {
  await enterConsole(page, latchkey);
  await open(page, "/admin/audit?organization=no-such-place");
  await expect(page.getByText("There is no such organization.")).toBeVisible();
  await expect(field(page, "Organization")).toHaveValue("no-such-place");
  await field(page, "Organization").fill("");
  await field(page, "About").fill("installation");
  await field(page, "First day").fill("2001-01-01");
  await field(page, "Last day").fill("2001-01-02");
  await press(page, "Filter");
  await expect(page.getByRole("heading", { name: "No matches" })).toBeVisible();
  await expect(page.getByText("The log has no entries about “The installation”, from 2001-01-01, until 2001-01-02.")).toBeVisible();
});
