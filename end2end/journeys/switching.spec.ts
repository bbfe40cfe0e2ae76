import { Hand, admit, expectNothingAt, invite, openSwitcher, organization, type Organization } from "../support/organizations.ts";
import { enter, expectPage, field, member, open, openMenu, press, settled, type Person } from "../support/people.ts";
import { expect, test, type Latchkey, type Page } from "../support/test.ts";

/** Two organizations of one person. */
async function two(latchkey: Latchkey): Promise<[Person, Organization, Organization]> {
  const who = member(latchkey);
  return [who, await organization(latchkey, who, { name: "Acme" }), await organization(latchkey, who, { name: "Borealis" })];
}

async function switchTo(page: Page, name: string) {
  await (await openSwitcher(page)).getByRole("link", { name }).click();
}

async function expectIn(page: Page, name: string) {
  await openMenu(page);
  await expect(page.getByRole("button", { name: "Switch organization" })).toContainText(name);
  await page.keyboard.press("Escape");
}

test("switching keeps the section, and one page is followed by the other", async ({ page, latchkey, expectAccessible }) => {
  const [who, acme, borealis] = await two(latchkey);
  await enter(page, who);
  for (const [section, heading] of [["members", "Members"], ["settings", "Settings"], ["overview", "Overview"]] as const) {
    await open(page, `/o/${acme.slug}/${section}`);
    const switcher = await openSwitcher(page);
    await expect(switcher.getByRole("link", { name: /^Acme/ })).toContainText("(current)");
    await expect(switcher.getByRole("link", { name: /^Borealis/ })).toContainText("Owner");
    await expectAccessible(page);
    await switcher.getByRole("link", { name: /^Borealis/ }).click();
    await expectPage(page, `/o/${borealis.slug}/${section}`, heading);
    await expect(page).toHaveTitle(`${heading} · Borealis · Latchkey`);
    await expect(page.locator("#switcher")).toBeHidden();
    await expectIn(page, "Borealis");
  }
  await open(page, `/o/${acme.slug}/settings`);
  await switchTo(page, "Borealis");
  await expectPage(page, `/o/${borealis.slug}/settings`, "Settings");
  await expect(field(page, "Name")).toHaveValue("Borealis");
  await expect(field(page, "Address")).toHaveValue(borealis.slug);
});

test("a page of one member leads to the list of the other organization", async ({ page, latchkey }) => {
  const [who, acme, borealis] = await two(latchkey);
  await enter(page, who);
  await open(page, `/o/${acme.slug}/members`);
  await page.getByRole("link", { name: "Ada Lindqvist", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ada Lindqvist");
  await settled(page);
  await switchTo(page, "Borealis");
  await expectPage(page, `/o/${borealis.slug}/members`, "Members");
});

test("invitations are left for a list that one may see", async ({ page, latchkey }) => {
  const who = member(latchkey);
  const acme = await organization(latchkey, who, { name: "Acme" });
  const borealis = await organization(latchkey, member(latchkey), { name: "Borealis" });
  await admit(latchkey, borealis, who);
  await enter(page, who);
  await open(page, `/o/${acme.slug}/members?tab=invitations`);
  await switchTo(page, "Borealis");
  await expectPage(page, `/o/${borealis.slug}/members`, "Members");
  await expect(page.getByRole("rowheader")).toHaveCount(2);
});

test("two tabs in two organizations do not disturb each other", async ({ page, latchkey }) => {
  const [who, acme, borealis] = await two(latchkey);
  await enter(page, who);
  const other = await page.context().newPage();
  await open(page, `/o/${acme.slug}/settings`);
  await open(other, `/o/${borealis.slug}/settings`);
  await page.bringToFront();
  await field(page, "Name").fill("Acme & Daughters");
  await page.getByRole("form", { name: "Name" }).getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("form", { name: "Name" }).getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  await other.bringToFront();
  await field(other, "Name").fill("Aurora");
  await other.getByRole("form", { name: "Name" }).getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("form", { name: "Name" }).getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  await page.bringToFront();
  await openMenu(page);
  await page.getByRole("link", { name: "Overview", exact: true }).click();
  await expectPage(page, `/o/${acme.slug}/overview`, "Overview");
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("Acme & Daughters");
  await open(other, `/o/${borealis.slug}/overview`);
  await expect(other.getByRole("heading", { level: 2 })).toHaveText("Aurora");
  await other.close();
});

test("the start page leads to the organization that was used last", async ({ page, latchkey }) => {
  const [who, acme, borealis] = await two(latchkey);
  await enter(page, who);
  for (const place of [acme, borealis, acme]) {
    await open(page, `/o/${place.slug}/members`);
    await open(page, "/");
    await expectPage(page, `/o/${place.slug}/overview`, "Overview");
  }
  // From a page of one's account, by the mark.
  await open(page, "/account/profile");
  await openMenu(page);
  await page.locator("#sidebar").getByRole("link", { name: "Latchkey" }).click();
  await expectPage(page, `/o/${acme.slug}/overview`, "Overview");
  // And after signing in.
  await page.context().clearCookies();
  await open(page, "/sign-in");
  await field(page, "E-mail").fill(who.email);
  await field(page, "Password").fill(who.password);
  await press(page, "Sign in");
  await expectPage(page, `/o/${acme.slug}/overview`, "Overview");
});

test("the last used one stands first, and the account's pages belong to none", async ({ page, latchkey }) => {
  const [who, acme, borealis] = await two(latchkey);
  await enter(page, who);
  for (const [used, unused] of [[acme, borealis], [borealis, acme]] as const) {
    await open(page, `/o/${used.slug}/overview`);
    await open(page, "/account/profile");
    const switcher = await openSwitcher(page);
    await expect(page.getByRole("button", { name: "Switch organization" })).toContainText("Organizations");
    await expect(switcher.getByRole("listitem")).toContainText([used.name, unused.name]);
    await expect(switcher).not.toContainText("(current)");
  }
});

test("an organization that was made, left or renamed is in the switcher at once", async ({ page, latchkey, problems }) => {
  problems.expected(/status of 404/);
  const [who, , borealis] = await two(latchkey);
  const guest = member(latchkey);
  await admit(latchkey, borealis, guest);
  await enter(page, guest);
  await open(page, `/o/${borealis.slug}/settings`);
  await (await openSwitcher(page)).getByRole("link", { name: "Create organization" }).click();
  await expectPage(page, "/o/new", "Create organization");
  const name = `Gamma ${Date.now()}`;
  await field(page, "Name").fill(name);
  await press(page, "Create organization");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Invite members");
  await settled(page);
  await expectIn(page, name);
  await switchTo(page, "Borealis");
  await expectPage(page, `/o/${borealis.slug}/members`, "Members");
  const hand = await Hand.of(latchkey, who);
  await hand.send("rename-organization", { organization: borealis.slug, name: "Aurora" });
  await open(page, `/o/${borealis.slug}/settings`);
  await expectIn(page, "Aurora");
  await press(page, "Leave Aurora");
  await expect(page).toHaveURL(/\/o\/gamma-\d+\/overview$/);
  await settled(page);
  await expect(page.getByText("You have left Aurora.")).toBeVisible();
  await expect(await openSwitcher(page)).not.toContainText("Aurora");
  await expectNothingAt(page, `/o/${borealis.slug}/overview`);
});

test("more than seven can be searched", async ({ page, latchkey, javaScriptEnabled, expectAccessible }) => {
  const who = member(latchkey);
  const places = [];
  for (const name of ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta"]) places.push(await organization(latchkey, who, { name }));
  await enter(page, who);
  await open(page, `/o/${places[0]?.slug}/overview`);
  const switcher = await openSwitcher(page);
  await expect(switcher.getByRole("listitem")).toHaveCount(8);
  const search = switcher.getByRole("searchbox", { name: "Find an organization" });
  await expect(search).toBeVisible({ visible: javaScriptEnabled });
  await expectAccessible(page);
  if (!javaScriptEnabled) return;
  await search.fill(" ETA ");
  await expect(switcher.getByRole("listitem")).toContainText(["Beta", "Eta", "Theta", "Zeta"]);
  await search.fill("gam");
  await expect(switcher.getByRole("listitem")).toHaveCount(1);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expectPage(page, `/o/${places[2]?.slug}/overview`, "Overview");
});

test("a few are not searched", async ({ page, latchkey }) => {
  const [who, acme] = await two(latchkey);
  await enter(page, who);
  await open(page, `/o/${acme.slug}/overview`);
  await expect((await openSwitcher(page)).getByRole("searchbox")).toHaveCount(0);
});

test("the switcher is walked by keys alone", async ({ page, latchkey }) => {
  const [who, acme, borealis] = await two(latchkey);
  const waiting = await organization(latchkey, member(latchkey), { name: "Cassiopeia" });
  await invite(latchkey, waiting, [who.email]);
  await enter(page, who);
  await open(page, `/o/${acme.slug}/members`);
  await openMenu(page);
  const opener = page.getByRole("button", { name: "Switch organization" });
  const switcher = page.locator("#switcher");
  await opener.focus();
  await page.keyboard.press("Enter");
  await expect(switcher).toBeVisible();
  for (const stop of [
    switcher.getByRole("link", { name: /^Acme/ }),
    switcher.getByRole("link", { name: /^Borealis/ }),
    switcher.getByRole("button", { name: "Join" }),
    switcher.getByRole("button", { name: "Decline" }),
    switcher.getByRole("link", { name: "Create organization" }),
  ]) {
    await page.keyboard.press("Tab");
    await expect(stop).toBeFocused();
  }
  await page.keyboard.press("Escape");
  await expect(switcher).toBeHidden();
  await expect(opener).toBeFocused();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expectPage(page, `/o/${borealis.slug}/members`, "Members");
});

test("whoever is in none sees the way to make one", async ({ page, latchkey, expectAccessible }) => {
  await enter(page, member(latchkey));
  await open(page, "/account/profile");
  const switcher = await openSwitcher(page);
  await expect(switcher.getByRole("listitem")).toHaveCount(0);
  await expect(switcher.getByRole("link", { name: "Create organization" })).toBeVisible();
  await expectAccessible(page);
});
