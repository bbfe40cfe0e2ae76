// The operator's console: whom it is there for, and what staff do in it.

import { ageSessions, change, quoted } from "../support/database.ts";
import { act, actOnTicked, enterConsole, openUser, staff, unfold } from "../support/console.ts";
import { Hand, crowd, join, organization, row } from "../support/organizations.ts";
import { enter, expectPage, expectSignedIn, expectSignedOut, graphql, member, open, openMenu, press, settled } from "../support/people.ts";
import { enterCode, setUp } from "../support/second-factors.ts";
import { expectFits, expectWords } from "../support/layout.ts";
import { expect, test, type Page } from "../support/test.ts";

const PAGES = [
  ["/admin/overview", "Overview"],
  ["/admin/users", "Users"],
  ["/admin/organizations", "Organizations"],
  ["/admin/keys", "API keys"],
  ["/admin/mail", "Mail"],
  ["/admin/audit", "Audit log"],
  ["/admin/settings", "Settings"],
] as const;

const RESET = "mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }";

/** What somebody gets at an address. */
async function seenAt(page: Page, path: string) {
  const response = await page.goto(path);
  return { status: response?.status(), title: await page.title(), main: await page.getByRole("main").innerHTML() };
}

test("strangers, members and owners find nothing there", async ({ page, latchkey, stranger, problems }) => {
  problems.expected(/status of 404/);
  const place = await organization(latchkey, member(latchkey));
  const who = await join(latchkey, place, "member", { name: "Mary Somerville" });
  const [owners, members] = [await stranger(), await stranger()];
  await enter(owners, place.owner);
  await enter(members, who);
  for (const someone of [page, members, owners]) {
    const nothing = await seenAt(someone, "/no/such/page");
    expect(nothing.status).toBe(404);
    for (const [path] of PAGES) {
      expect(await seenAt(someone, path), path).toEqual(nothing);
      await expect(someone).toHaveURL(path);
    }
  }
  await open(owners, "/account/profile");
  await expect(owners.getByRole("link", { name: "Operator console" })).toHaveCount(0);
});

test("staff set a second step up before the console opens", async ({ page, latchkey, problems, expectAccessible }) => {
  problems.expected(/status of 403/);
  await enter(page, staff(latchkey));
  expect((await open(page, "/admin/users")).status()).toBe(403);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The console asks for a second step");
  await expectAccessible(page);
  await page.getByRole("link", { name: "Set up a second step" }).click();
  await expectPage(page, "/account/security", "Security");
  await setUp(page);
  await open(page, "/admin/users");
  await expectPage(page, "/admin/users", "Users");
});

test("staff find their way in, through all pages, and back", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
  // It looks at a dozen pages, each in two colour schemes.
  test.slow();
  const place = await organization(latchkey, member(latchkey), { name: "Kepler Works" });
  await enterConsole(page, latchkey);
  await open(page, "/account/profile");
  await openMenu(page);
  await page.getByRole("link", { name: "Operator console" }).click();
  await expectPage(page, "/admin/overview", "Overview");
  await expect(page.getByRole("img", { name: /^Sign-ups per day, last 30 days/ })).toBeVisible();
  for (const [path, heading] of PAGES) {
    await openMenu(page);
    await page.getByRole("navigation", { name: "Operator console" }).getByRole("link", { name: heading, exact: true }).click();
    await expectPage(page, path, heading);
    await expect(page).toHaveTitle(`${heading} · Operator console · Latchkey`);
    await expectFits(page);
    await expectAccessible(page);
  }
  await open(page, `/admin/organizations?search=${place.slug}`);
  await page.getByRole("link", { name: "Kepler Works" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Kepler Works");
  await settled(page);
  const nav = page.getByRole("navigation", { name: "What belongs to the organization" });
  for (const tab of ["Keys", "Usage", "Log", "Members"]) {
    await nav.getByRole("link", { name: tab }).click();
    await expect(nav.getByRole("link", { name: tab })).toHaveAttribute("aria-current", "page");
    await settled(page);
    await expectFits(page);
    await expectAccessible(page);
  }
  await page.getByRole("main").getByRole("link", { name: place.owner.name }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(place.owner.name);
  await settled(page);
  await unfold(page, "Delete the account");
  await expectFits(page);
  await expectWords(page);
  await expectAccessible(page);
  await openMenu(page);
  await page.getByRole("link", { name: "Back to your account" }).click();
  await expect(page).not.toHaveURL(/admin/);
});

test("the fields of a search say what the address asks for, also on the way back", async ({ page, latchkey }) => {
  const lin = member(latchkey, { name: "Lin Chen" });
  const { who } = await enterConsole(page, latchkey);
  const find = page.getByRole("search", { name: "Search users" });
  const expectAsked = async (search: string, staff: string, from: string, found: string | RegExp) => {
    await expect(find.getByRole("status")).toHaveText(found);
    await expect(find.getByRole("searchbox")).toHaveValue(search);
    await expect(find.getByLabel("Staff")).toHaveValue(staff);
    await expect(find.getByLabel("Joined from")).toHaveValue(from);
    await settled(page);
  };
  await open(page, "/admin/users");
  await find.getByRole("searchbox").fill(lin.email);
  await find.getByRole("button", { name: "Search" }).click();
  await expectAsked(lin.email, "", "", "1 person");
  await find.getByRole("searchbox").fill(who.email);
  await find.getByLabel("Staff").selectOption("yes");
  await find.getByLabel("Joined from").fill("2020-01-01");
  await find.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("rowheader")).toContainText(who.email);
  await expectAsked(who.email, "yes", "2020-01-01", "1 person");
  await find.getByRole("searchbox").fill("typed and not sent");
  await page.goBack();
  await expectAsked(lin.email, "", "", "1 person");
  await page.goBack();
  await expectAsked("", "", "", /people$/);
  await page.goForward();
  await expectAsked(lin.email, "", "", "1 person");
  await find.getByRole("link", { name: "Clear" }).click();
  await expectAsked("", "", "", /people$/);
});

test("somebody is found among many, suspended with a reason, and restored", async ({ page, latchkey, stranger }) => {
  const place = await organization(latchkey, member(latchkey));
  const lin = await join(latchkey, place, "member", { name: "Lin Chen" });
  crowd(latchkey, place, 60);
  const lins = await stranger();
  await enter(lins, lin);
  await expectSignedIn(lins, lin);

  await enterConsole(page, latchkey);
  await open(page, "/admin/users");
  await expect(page.getByRole("row")).toHaveCount(51);
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByRole("link", { name: "Previous" })).toBeVisible();
  await settled(page);
  await page.getByRole("searchbox").fill(lin.email);
  await press(page, "Search");
  await expect(page.getByText("1 person", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Lin Chen" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Lin Chen");
  await settled(page);

  const form = await unfold(page, "Suspend");
  await press(page, "Suspend Lin Chen");
  await expect(form.getByLabel("Reason")).toHaveAttribute("aria-invalid", "true");
  await expect(form.getByLabel("Reason")).toHaveAccessibleDescription(/Fill this in\./);
  await settled(page);
  await act(page, "Suspend", "ticket 42", "Suspend Lin Chen", "Lin Chen is suspended, and signed out everywhere.");
  await expect(page.getByText("This account was suspended")).toBeVisible();
  await expectSignedOut(lins);

  await page.getByRole("link", { name: "Log", exact: true }).click();
  await expect(page.getByText("“ticket 42”")).toBeVisible();
  await act(page, "Restore", "a mistake", "Restore Lin Chen", "Lin Chen can sign in again.");
  await enter(lins, lin);
  await expectSignedIn(lins, lin);
});

test("several are suspended at once, and whoever cannot be is named", async ({ page, latchkey }) => {
  const place = await organization(latchkey, member(latchkey, { name: "Vera Rubin" }));
  const rosa = await join(latchkey, place, "member", { name: "Rosa Rubin" });
  await enterConsole(page, latchkey);
  await open(page, "/admin/users?search=Rubin&status=active");
  await actOnTicked(page, "ticket 42", "Suspend selected");
  await expect(page.getByText("Select at least one in the list.")).toBeVisible();
  await settled(page);
  for (const name of ["Vera Rubin", "Rosa Rubin"]) await row(page, name).first().getByRole("checkbox").check();
  await actOnTicked(page, "ticket 42", "Suspend selected");
  await expect(page.getByText("1 person is suspended, and signed out everywhere.")).toBeVisible();
  await expect(page.getByRole("alert").filter({ hasText: "Vera Rubin: This is the last owner of Acme." })).toBeVisible();
  await expect(page.getByRole("searchbox")).toHaveValue("Rubin");
  await open(page, `/admin/users?search=${encodeURIComponent(rosa.email)}&status=suspended`);
  await expect(row(page, "Rosa Rubin").first()).toContainText("Suspended");
});

test("a second step is reset, and a password alone signs in", async ({ page, latchkey, stranger }) => {
  const lin = member(latchkey, { name: "Lin Chen" });
  const lins = await stranger();
  await enter(lins, lin);
  await setUp(lins);
  await enterConsole(page, latchkey);
  await openUser(page, lin);
  await act(page, "Reset the second step", "seen her passport", "Reset the second step of Lin Chen", /^The second step of Lin Chen is reset\./);
  await expectSignedOut(lins);
  await enter(lins, lin);
  await expectSignedIn(lins, lin);
});

test("an act asks for a proof where the last is old", async ({ page, latchkey }) => {
  const lin = member(latchkey, { name: "Lin Chen" });
  await Hand.of(latchkey, lin);
  const { who, app } = await enterConsole(page, latchkey);
  ageSessions(latchkey, who);
  await openUser(page, lin);
  await expect(page.getByText("Confirm that it is you before you change anything.")).toBeVisible();
  await page.getByRole("link", { name: "Confirm now" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Confirm that it is you");
  await settled(page);
  await enterCode(page, await app.code(), "Continue");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Lin Chen");
  await settled(page);
  await expect(page.getByText("Confirm that it is you before you change anything.")).toHaveCount(0);
  await act(page, "Sign out everywhere", "ticket 42", "Sign Lin Chen out everywhere", "Lin Chen is signed out everywhere.");
  await expect(page.getByText("This person is not signed in anywhere")).toBeVisible();
});

test("what staff cannot do to staff is off, and says why", async ({ page, latchkey }) => {
  const joan = staff(latchkey, { name: "Joan Clarke" });
  await enterConsole(page, latchkey);
  await openUser(page, joan);
  await expect(page.getByRole("button", { name: "Suspend", exact: true })).toBeDisabled();
  await expect(page.getByText("Staff cannot do this to other staff or to themselves.")).toBeVisible();
});

test("an organization gets another plan, and is suspended and opened", async ({ page, latchkey, stranger, problems }) => {
  problems.expected(/status of 403/);
  const place = await organization(latchkey, member(latchkey), { name: "Curie Labs" });
  const owners = await stranger();
  await enter(owners, place.owner);
  await enterConsole(page, latchkey);
  await open(page, `/admin/organizations?search=${place.slug}`);
  await page.getByRole("link", { name: "Curie Labs" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Curie Labs");
  await settled(page);
  await page.getByLabel("Tier").selectOption("pro");
  await page.getByLabel("Units a month").fill("5000");
  await page.locator("#reason").fill("contract 7");
  await press(page, "Set plan");
  await expect(page.getByText("The plan is set.")).toBeVisible();
  await settled(page);
  await act(page, "Suspend", "unpaid", "Suspend Curie Labs", "Curie Labs is suspended.");
  expect((await open(owners, `/o/${place.slug}/overview`)).status()).toBe(403);
  await act(page, "Lift the suspension", "paid", "Lift the suspension of Curie Labs", "Curie Labs is no longer suspended.");
  await open(owners, `/o/${place.slug}/overview`);
  await expect(owners.getByRole("main")).toContainText("Pro");
});

test("a key is found and revoked, and its owners read why", async ({ page, latchkey, stranger }) => {
  const place = await organization(latchkey, member(latchkey));
  const hand = await Hand.of(latchkey, place.owner);
  const name = `Backend of ${place.slug}`;
  const { Goto: made } = await hand.send("create-key", { organization: place.slug, name, expiry_choice: "90" });
  await enterConsole(page, latchkey);
  await open(page, `/admin/keys?search=${made.split("/").pop()}`);
  await row(page, name).getByRole("checkbox").check();
  await actOnTicked(page, "found in a public repository", "Revoke selected");
  await expect(page.getByText("1 key is revoked, and refused from now on.")).toBeVisible();
  const owners = await stranger();
  await enter(owners, place.owner);
  await open(owners, made);
  await expect(owners.getByRole("main")).toContainText("found in a public repository");
});

test("letters that were given up are tried again, and a test letter arrives", async ({ page, latchkey }) => {
  const lin = member(latchkey, { name: "Lin Chen" });
  const { who } = await enterConsole(page, latchkey);
  latchkey.smtp?.refuseNext(1);
  await graphql(latchkey, RESET, { input: { email: lin.email } });
  const tries = () => change(latchkey, `SELECT attempts FROM mails WHERE recipient = ${quoted(lin.email)};`).trim();
  await expect.poll(tries).toBe("1");
  change(latchkey, `UPDATE mails SET status = 'dead', finished_at = ${Date.now()} WHERE recipient = ${quoted(lin.email)};`);
  await open(page, `/admin/mail?search=${encodeURIComponent(lin.email)}&status=dead`);
  await expect(row(page, lin.email)).toContainText("Try again later");
  await row(page, lin.email).getByRole("checkbox").check();
  await actOnTicked(page, "the relay is back", "Try selected again");
  await expect(page.getByText("1 e-mail is on the way again.")).toBeVisible();
  await latchkey.mail.waitForMail(lin.email);
  await settled(page);
  await press(page, "Send a test e-mail to yourself");
  await expect(page.getByText(`A test e-mail is on its way to ${who.email}.`)).toBeVisible();
  await latchkey.mail.waitForMail(who.email, /^A test e-mail from/);
});
