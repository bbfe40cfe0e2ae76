// API keys: made, shown once, rotated, revoked, and what they did.

import { enter, expectPage, expectRefused, field, member, open, openMenu, press, settled } from "../support/people.ts";
import { ageKeys } from "../support/database.ts";
import { join, organization, row } from "../support/organizations.ts";
import { expect, test, type Page } from "../support/test.ts";

const TOKEN = "a-service-token-of-the-journeys-long-enough";

test.use({ settings: { LATCHKEY_SERVICE_TOKENS: TOKEN } });

async function verdict(url: string, key: string, asked: object = {}) {
  const answer = await fetch(`${url}/v1/keys/verify`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ key, ...asked }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { code: string }).code;
}

/** Makes a key by the page; gives its secret. */
async function make(page: Page, slug: string, name: string) {
  await open(page, `/o/${slug}/keys/new`);
  await field(page, "Name").fill(name);
  await page.getByRole("checkbox", { name: /^read/ }).first().check();
  await press(page, "Create key");
  await expect(page.getByRole("heading", { name: "Copy this key now" })).toBeVisible();
  return (await page.locator("#secret code").innerText()).trim();
}

test("a key is made, shown once, listed and revoked", async ({ page, latchkey, context, expectAccessible, javaScriptEnabled, hydrated }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { slug } = await organization(latchkey, who);
  await open(page, `/o/${slug}/overview`);
  await openMenu(page);
  await page.getByRole("link", { name: "API keys", exact: true }).first().click();
  await expectPage(page, `/o/${slug}/keys`, "API keys");
  await expect(page.getByRole("heading", { name: "No keys yet" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Create key" }).first().click();
  await expectPage(page, `/o/${slug}/keys/new`, "Create key");
  await expectAccessible(page);
  await hydrated(page);
  await field(page, "Name").fill("Backend");
  await page.getByRole("checkbox", { name: /^read/ }).first().check();
  await press(page, "Create key");

  await expect(page.getByRole("heading", { name: "Copy this key now" })).toBeVisible();
  const secret = (await page.locator("#secret code").innerText()).trim();
  expect(secret).toMatch(/^lk_org_[0-9A-Za-z]{38}$/);
  expect(page.url()).not.toContain(secret);
  await expectAccessible(page);
  await hydrated(page);
  if (javaScriptEnabled) {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy key", exact: true }).click();
    await expect(page.getByText("Copied")).toBeAttached();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  }
  expect(await verdict(latchkey.url, secret, { scopes: ["read"] })).toBe("VALID");
  await page.getByRole("link", { name: "Done" }).click();
  await expect(page.getByRole("heading", { name: "Copy this key now" })).toHaveCount(0);
  expect(await page.content()).not.toContain(secret);

  await open(page, `/o/${slug}/keys`);
  await expect(row(page, "Backend")).toContainText(secret.slice(0, 11));
  await expect(row(page, "Backend")).toContainText(secret.slice(-4));
  await expectAccessible(page);
  await page.getByRole("link", { name: "Backend" }).click();
  await field(page, /^Reason/).fill("Not needed");
  await press(page, "Revoke Backend");
  await expectPage(page, `/o/${slug}/keys`, "API keys");
  await expect(page.getByText("Backend is revoked: programs that use it are refused from now on.")).toBeVisible();
  expect(await verdict(latchkey.url, secret)).toBe("REVOKED");
});

test("scopes are given all at once, for reading alone, or one by one", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { slug } = await organization(latchkey, who);
  await open(page, `/o/${slug}/keys/new`);
  await field(page, "Name").fill("Reports");
  const writing = page.getByRole("checkbox", { name: /^write/ }).first();
  await writing.check();
  await page.getByRole("radio", { name: /^Read only/ }).check();
  await expect(writing).toBeHidden();
  await press(page, "Create key");
  const secret = (await page.locator("#secret code").innerText()).trim();
  expect(await verdict(latchkey.url, secret, { scopes: ["read"] })).toBe("VALID");
  expect(await verdict(latchkey.url, secret, { scopes: ["write"] })).toBe("INSUFFICIENT_SCOPE");

  await page.getByRole("link", { name: "Done" }).click();
  await expect(page.getByRole("radio", { name: /^Read only/ })).toBeChecked();
  await page.getByRole("radio", { name: /^Full access/ }).check();
  await press(page, "Save changes");
  await expect(page.getByText("The key has been changed.")).toBeVisible();
  await settled(page);
  await expect(page.getByRole("radio", { name: /^Full access/ })).toBeChecked();
  expect(await verdict(latchkey.url, secret, { scopes: ["read", "write"] })).toBe("VALID");

  await page.getByRole("radio", { name: /^Custom/ }).check();
  await page.getByRole("checkbox", { name: /^read/ }).first().uncheck();
  // The page is loaded anew by itself when it is saved: going elsewhere meanwhile would cut that off.
  await Promise.all([page.waitForEvent("load"), press(page, "Save changes")]);
  expect(await verdict(latchkey.url, secret, { scopes: ["read"] })).toBe("INSUFFICIENT_SCOPE");
  await open(page, page.url());
  await expect(page.getByRole("radio", { name: /^Custom/ })).toBeChecked();
  expect(await verdict(latchkey.url, secret, { scopes: ["write"] })).toBe("VALID");
});

test("what is wrong with a key stands beside its field, and what was typed stays", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { slug } = await organization(latchkey, who);
  await open(page, `/o/${slug}/keys/new`);
  await field(page, "Name").fill("Worker");
  await page.getByText("Limits", { exact: true }).click();
  await field(page, /^Addresses/).fill("10.0.0.0/8 nonsense");
  await press(page, "Create key");
  await expectRefused(page, /^Addresses/, /“nonsense” is neither an address nor a network/);
  await expect(field(page, "Name")).toHaveValue("Worker");
});

test("while a key is rotated both secrets work, until the former is ended", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { slug } = await organization(latchkey, who);
  const former = await make(page, slug, "Backend");
  await page.getByRole("link", { name: "Done" }).click();
  await press(page, "Rotate key");
  await expect(page.getByRole("heading", { name: "Copy this key now" })).toBeVisible();
  const secret = (await page.locator("#secret code").innerText()).trim();
  expect(secret).not.toBe(former);
  expect([await verdict(latchkey.url, former), await verdict(latchkey.url, secret)]).toEqual(["VALID", "VALID"]);
  await page.getByRole("link", { name: "Done" }).click();
  await press(page, "End the former secret now");
  await expect(page.getByText("The former secret no longer works.")).toBeVisible();
  expect([await verdict(latchkey.url, former), await verdict(latchkey.url, secret)]).toEqual(["EXPIRED", "VALID"]);
  await press(page, "Pause key");
  await expect(page.getByText("The key is paused: it is refused until somebody resumes it.")).toBeVisible();
  expect(await verdict(latchkey.url, secret)).toBe("PAUSED");
});

test("usage stands in the chart seconds after a verification", async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { slug } = await organization(latchkey, who);
  await open(page, `/o/${slug}/usage`);
  await expect(page.getByRole("heading", { name: "No requests in this period" })).toBeVisible();
  const secret = await make(page, slug, "Backend");
  await page.getByRole("link", { name: "Done" }).click();
  for (let count = 0; count < 3; count += 1) await verdict(latchkey.url, secret, { cost: 5 });
  await verdict(latchkey.url, secret, { scopes: ["write"] });
  await expect(async () => {
    await open(page, `/o/${slug}/usage`);
    await expect(page.getByRole("main")).toContainText(/Passed3none beforeRefused1/, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  await expect(page.getByRole("img", { name: /^Requests per hour/ })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("15 of 10\u202f000 units");
  await expect(row(page, "Backend")).toBeVisible();
  await expectAccessible(page);
  await row(page, "Backend").getByRole("link").first().click();
  await expect(page.getByRole("img", { name: "Requests per day, last 30 days (UTC)" })).toBeVisible();
  await expectAccessible(page);
  const csv = await page.request.get(`/o/${slug}/usage.csv?range=24h`);
  expect(csv.headers()["content-type"]).toBe("text/csv; charset=utf-8");
  const lines = (await csv.text()).trim().split("\r\n");
  expect(lines.length).toBe(25);
  expect(lines.at(-1)).toMatch(/,3,1,15$/);
});

test("a key that never expires says so, and leads to a date", async ({ page, latchkey, hydrated }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { slug } = await organization(latchkey, who);
  await make(page, slug, "Backend");
  await page.getByRole("link", { name: "Done" }).click();
  await expect(page.getByText("None in the last 30 days.")).toBeVisible();
  await hydrated(page);
  await page.getByLabel("Expires").selectOption("never");
  await press(page, "Save changes");
  await expect(page.getByText("It never expires. Consider setting a date.")).toBeVisible();
  await hydrated(page);
  await page.getByRole("link", { name: "Set a date" }).click();
  await expect(page).toHaveURL(/#expiry_choice$/);
  await expect(page.getByLabel("Expires")).toBeInViewport();
  await page.getByLabel("Expires").selectOption("30");
  await press(page, "Save changes");
  await expect(page.getByText("It never expires. Consider setting a date.")).toHaveCount(0);
});

test("a key that nobody uses says so, and is paused by one press", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { slug } = await organization(latchkey, who);
  const name = `Forgotten ${slug}`;
  const secret = await make(page, slug, name);
  const address = page.url();
  ageKeys(latchkey, name);
  await open(page, address);
  await expect(page.getByText("It was never used. Consider pausing or revoking it.")).toBeVisible();
  await press(page, "Pause it");
  await expect(page.getByText("The key is paused: it is refused until somebody resumes it.")).toBeVisible();
  expect(await verdict(latchkey.url, secret)).toBe("PAUSED");
  await page.getByRole("link", { name: "Revoke it" }).click();
  await expect(page.getByRole("button", { name: `Revoke ${name}` })).toBeInViewport();
});

test("a key whose maker has left leads to a new secret", async ({ page, latchkey, stranger }) => {
  const owner = member(latchkey);
  const place = await organization(latchkey, owner);
  const maker = await join(latchkey, place, "admin");
  const theirs = await stranger();
  await enter(theirs, maker);
  await make(theirs, place.slug, "Left behind");
  await open(theirs, `/o/${place.slug}/settings`);
  await press(theirs, "Leave Acme");
  await expect(theirs.getByText("You have left Acme.")).toBeVisible();
  await enter(page, owner);
  await open(page, `/o/${place.slug}/keys`);
  await page.getByRole("link", { name: "Left behind" }).click();
  await expect(page.getByText("Whoever created it has left. Consider rotating it.")).toBeVisible();
  await page.getByRole("link", { name: "Rotate it" }).click();
  await expect(page.getByRole("button", { name: "Rotate key" })).toBeInViewport();
});

test("a member sees the keys and changes none", async ({ page, latchkey, stranger }) => {
  const owner = member(latchkey);
  const place = await organization(latchkey, owner);
  const maker = await stranger();
  await enter(maker, owner);
  await make(maker, place.slug, "Backend");
  const who = await join(latchkey, place);
  await enter(page, who);
  await open(page, `/o/${place.slug}/keys`);
  await expect(page.getByRole("link", { name: "Create key" })).toHaveCount(0);
  await page.getByRole("link", { name: "Backend" }).click();
  await expect(page.getByText("Only admins and owners of this organization can do this.")).toBeVisible();
  await expect(page.getByRole("button", { name: /Revoke|Rotate|Pause|Save/ })).toHaveCount(0);
});
