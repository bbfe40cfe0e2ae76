import { createHash } from "node:crypto";
import { ageSessions } from "../support/database.ts";
import { expectFits, expectWords } from "../support/layout.ts";
import { Hand, card, crowd, expectNothingAt, invite, join, newSlug, openSwitcher, organization, row } from "../support/organizations.ts";
import { png } from "../support/pictures.ts";
import { enter, expectPage, expectRefused, field, linkIn, member, open, openMenu, press, sendSignIn, settled, type Person } from "../support/people.ts";
import { expect, test, type Page } from "../support/test.ts";

const DELETED = "This organization was deleted.";

async function confirmPassword(page: Page, who: Person) {
  await expect(page).toHaveURL(/\/confirm-password\?next=/);
  await settled(page);
  await field(page, "Password").fill(who.password);
  await press(page, "Continue");
}

test.describe("making one", () => {
  test("somebody makes an organization and lands where people are invited", { tag: "@phone" }, async ({ page, latchkey, expectAccessible, javaScriptEnabled }) => {
    const who = member(latchkey);
    const mark = createHash("sha256").update(who.email).digest("hex").slice(0, 8);
    const slug = `mueller-soehne-${mark}`;
    await enter(page, who);
    await open(page, "/");
    await page.getByRole("link", { name: "Create organization" }).click();
    await expectPage(page, "/o/new", "Create organization");
    await expect(page).toHaveTitle("Create organization · Latchkey");
    await expectAccessible(page);
    await field(page, "Name").pressSequentially(`Müller & Söhne ${mark}`);
    if (javaScriptEnabled) {
      await expect(field(page, "Address")).toHaveValue(slug);
      await expect(field(page, "Address")).toHaveAccessibleDescription(`${latchkey.url}/o/${slug}`);
      await field(page, "Address").focus();
      await expect(page.getByRole("status").filter({ hasText: `${slug} is free.` })).toBeVisible();
    }
    await press(page, "Create organization");

    await expectPage(page, `/o/${slug}/members/invite`, "Invite members");
    await expect(page.getByText("Your organization is ready. Invite the people you work with, or do it later.")).toBeVisible();
    await page.getByRole("link", { name: "Not now" }).click();
    await expectPage(page, `/o/${slug}/members`, "Members");
    await expect(page).toHaveTitle(`Members · Müller & Söhne ${mark} · Latchkey`);
    await expect(row(page, who.email)).toContainText(/You.*Primary owner/);
    await openMenu(page);
    await page.getByRole("link", { name: "Overview", exact: true }).click();
    await expectPage(page, `/o/${slug}/overview`, "Overview");
    for (const fact of ["You are an owner here.", "1 person", "Free", "10\u202f000 units a month", "Without limit", "No open invitations"]) {
      await expect(page.getByRole("main")).toContainText(fact);
    }
    await expectAccessible(page);
  });

  test("an address that cannot be had is refused beside its field, with what was typed kept", async ({ page, latchkey, expectAccessible }) => {
    const { slug: taken } = await organization(latchkey, member(latchkey));
    await enter(page, member(latchkey));
    await open(page, "/o/new");
    for (const [slug, sentence] of [
      [taken, /This address is taken\. Choose another\./],
      [taken.toUpperCase(), /This address is taken\. Choose another\./],
      ["settings", /This address is reserved\. Choose another\./],
      ["acme--gmbh", /Use 2 to 39 letters a–z and digits, with single hyphens between them\./],
      ["аcme", /Use 2 to 39 letters a–z and digits/], // the first letter is Cyrillic
    ] as const) {
      await field(page, "Name").fill("Acme");
      await field(page, "Address").fill(slug);
      await press(page, "Create organization");
      await expectRefused(page, "Address", sentence);
      await expect(field(page, "Address")).toBeFocused();
      await expect(field(page, "Address")).toHaveValue(slug);
      await expect(field(page, "Name")).toHaveValue("Acme");
    }
    await expectAccessible(page);
    await field(page, "Name").fill("");
    await field(page, "Address").fill(newSlug());
    await press(page, "Create organization");
    await expectRefused(page, "Name", /Fill this in\./);
    await expect(field(page, "Name")).toBeFocused();
  });

  test("a name whose letters make no address asks for one", async ({ page, latchkey }) => {
    await enter(page, member(latchkey));
    await open(page, "/o/new");
    await field(page, "Name").fill("株式会社");
    await press(page, "Create organization");
    await expectRefused(page, "Address", /Fill this in\./);
    const slug = newSlug("kabushiki");
    await field(page, "Address").fill(slug);
    await press(page, "Create organization");
    await expectPage(page, `/o/${slug}/members/invite`, "Invite members");
  });

  test("two that are made at once with one address: one is", { tag: "@once" }, async ({ latchkey }) => {
    const slug = newSlug();
    const hands = await Promise.all([member(latchkey), member(latchkey)].map((who) => Hand.of(latchkey, who)));
    const answers = await Promise.all(hands.map((hand) => hand.send("create-organization", { name: "Acme", slug })));
    const codes = answers.map((answer) => answer.Goto ?? answer.Refused?.[0]?.code);
    expect(codes.sort()).toEqual([`/o/${slug}/members/invite`, "SLUG_TAKEN"].sort());
  });

  test.describe("while typing", () => {
    test.skip(({ javaScriptEnabled }) => !javaScriptEnabled, "needs a script");

    test("the address follows the name until it is edited, and tells whether it is free", { tag: "@phone" }, async ({ page, latchkey }) => {
      const { slug: taken } = await organization(latchkey, member(latchkey));
      await enter(page, member(latchkey));
      await open(page, "/o/new");
      const [name, address] = [field(page, "Name"), field(page, "Address")];
      await name.pressSequentially("L'Étoile  du Nord!");
      await expect(address).toHaveValue("letoile-du-nord");
      await address.fill(taken);
      await name.focus();
      await expect(page.getByRole("status").filter({ hasText: "This address is taken. Choose another." })).toBeVisible();
      await name.fill("Something else");
      await expect(address).toHaveValue(taken);
      await address.fill("settings");
      await name.focus();
      await expectRefused(page, "Address", /This address is reserved\./);
      const free = newSlug();
      await address.fill(free);
      await expect(address).not.toHaveAttribute("aria-invalid");
      await name.focus();
      await expect(page.getByRole("status").filter({ hasText: `${free} is free.` })).toBeVisible();
      await address.fill("");
      await name.fill("Northern Star");
      await expect(address).toHaveValue("northern-star");
    });
  });
});

test.describe("settings", () => {
  test("a new name shows at once, in the sidebar too, and after loading anew", async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    const { slug } = await organization(latchkey, who);
    await enter(page, who);
    await open(page, `/o/${slug}/settings`);
    await expectPage(page, `/o/${slug}/settings`, "Settings");
    await expectAccessible(page);
    await field(page, "Name").fill("");
    await card(page, "Name").getByRole("button", { name: "Save" }).click();
    await expectRefused(page, "Name", /Fill this in\./);
    await field(page, "Name").fill("  Acme & Daughters ");
    await card(page, "Name").getByRole("button", { name: "Save" }).click();
    await expect(card(page, "Name").getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
    await openMenu(page);
    await expect(page.getByRole("button", { name: "Switch organization" })).toContainText("Acme & Daughters");
    await open(page, `/o/${slug}/settings`);
    await expect(field(page, "Name")).toHaveValue("Acme & Daughters");
    await expect(page).toHaveTitle("Settings · Acme & Daughters · Latchkey");
  });

  test("another address: the old one leads on with its section, and nobody else gets it", async ({ page, latchkey, problems, javaScriptEnabled }) => {
    if (javaScriptEnabled) problems.expected(/status of 404/);
    const who = member(latchkey);
    const { slug: old } = await organization(latchkey, who);
    const renewed = newSlug("daughters");
    await enter(page, who);
    await open(page, `/o/${old}/settings`);
    await field(page, "Address").fill("graphql");
    await press(page, "Change address");
    await expectRefused(page, "Address", /This address is reserved\. Choose another\./);
    await field(page, "Address").fill(renewed);
    await press(page, "Change address");
    await expectPage(page, `/o/${renewed}/settings`, "Settings");
    await expect(card(page, "Address").getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
    await expect(field(page, "Address")).toHaveValue(renewed);

    for (const section of ["overview", "members", "settings", "members/invite", "members?tab=invitations"]) {
      await open(page, `/o/${old}/${section}`);
      await expect(page).toHaveURL(`/o/${renewed}/${section}`);
    }
    await open(page, `/o/${old}`);
    await expectPage(page, `/o/${renewed}/overview`, "Overview");

    const hand = await Hand.of(latchkey, member(latchkey));
    const { Refused } = await hand.send("create-organization", { name: "Squatters", slug: old });
    expect(Refused).toMatchObject([{ code: "SLUG_TAKEN", field: "slug" }]);

    await open(page, `/o/${renewed}/settings`);
    await field(page, "Address").fill(old);
    await press(page, "Change address");
    await expectPage(page, `/o/${old}/settings`, "Settings");
  });

  test("long after signing in, another address wants the password, and comes back", async ({ page, latchkey }) => {
    const who = member(latchkey);
    const { slug } = await organization(latchkey, who);
    const renewed = newSlug("later");
    await enter(page, who);
    ageSessions(latchkey, who);
    await open(page, `/o/${slug}/settings`);
    await field(page, "Address").fill(renewed);
    await press(page, "Change address");
    await expect(page.getByText("Confirm that it is you before changing the address.")).toBeVisible();
    await confirmPassword(page, who);
    await expectPage(page, `/o/${slug}/settings`, "Settings");
    await field(page, "Address").fill(renewed);
    await press(page, "Change address");
    await expectPage(page, `/o/${renewed}/settings`, "Settings");
  });

  test("a logo is shown wherever the organization is, and can be taken away", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    const { slug } = await organization(latchkey, who);
    await enter(page, who);
    await open(page, `/o/${slug}/settings`);
    await field(page, "Picture").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: png(64) });
    await card(page, "Logo").getByRole("button", { name: "Upload" }).click();
    await expectPage(page, `/o/${slug}/settings`, "Settings");
    const picture = card(page, "Logo").getByRole("presentation").or(card(page, "Logo").locator("img"));
    await expect(picture.first()).toHaveAttribute("src", /^\/pictures\/[0-9a-f]{32}$/);
    await expect.poll(() => picture.first().evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    await openMenu(page);
    await expect(page.getByRole("button", { name: "Switch organization" }).locator("img")).toBeVisible();
    await page.keyboard.press("Escape");
    await expectAccessible(page);

    await field(page, "Picture").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: Buffer.from("<svg onload=alert(1)>") });
    await card(page, "Logo").getByRole("button", { name: "Upload" }).click();
    await expectPage(page, `/o/${slug}/settings`, "Settings");
    await expect(card(page, "Logo").getByRole("alert")).toContainText("This file cannot be used as a picture. Choose a PNG, JPEG, WebP or GIF.");
    await expect(card(page, "Logo").locator("img")).toHaveCount(1);

    await card(page, "Logo").getByRole("button", { name: "Remove logo" }).click();
    await expectPage(page, `/o/${slug}/settings`, "Settings");
    await expect(card(page, "Logo").locator("img")).toHaveCount(0);
    await expect(card(page, "Logo").getByRole("button", { name: "Remove logo" })).toHaveCount(0);
  });
});

test.describe("leaving and handing over", () => {
  test("the last owner cannot leave, and the page says why; another owner sets them free", async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    const place = await organization(latchkey, who);
    await enter(page, who);
    await open(page, `/o/${place.slug}/settings`);
    await expect(card(page, "Leave")).toContainText("This is the last owner. Make somebody else an owner first.");
    await expect(page.getByRole("button", { name: "Leave Acme" })).toBeDisabled();
    await expectAccessible(page);
    // Whoever sends the form all the same is refused.
    const hand = await Hand.of(latchkey, who);
    expect((await hand.send("leave-organization", { organization: place.slug })).Refused).toMatchObject([{ code: "LAST_OWNER" }]);

    await join(latchkey, place, "owner", { name: "Grace Hopper" });
    await open(page, `/o/${place.slug}/settings`);
    await expect(card(page, "Leave")).not.toContainText("This is the last owner.");
  });

  test("who leaves can no longer open it", async ({ page, latchkey, problems }) => {
    problems.expected(/status of 404/);
    const place = await organization(latchkey, member(latchkey));
    const who = await join(latchkey, place);
    await enter(page, who);
    await open(page, `/o/${place.slug}/settings`);
    await press(page, "Leave Acme");
    await expectPage(page, "/", "Good to see you, Ada");
    await expect(page.getByText("You have left Acme.")).toBeVisible();
    await expectNothingAt(page, `/o/${place.slug}/overview`);
    await open(page, "/account/profile");
    await expect(await openSwitcher(page)).not.toContainText("Acme");
  });

  test("the ownership is handed over, and both are told", async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    const place = await organization(latchkey, who);
    await enter(page, who);
    await open(page, `/o/${place.slug}/settings`);
    await expect(card(page, "Transfer ownership")).toContainText("There is no other member to transfer it to. Invite somebody first.");
    await expect(page.getByRole("button", { name: "Transfer ownership" })).toBeDisabled();

    const heir = await join(latchkey, place, "member", { name: "Grace Hopper" });
    await open(page, `/o/${place.slug}/settings`);
    await press(page, "Transfer ownership");
    await expectRefused(page, "New primary owner", /Fill this in\./);
    const option = field(page, "New primary owner").locator("option", { hasText: "Grace Hopper (@" });
    await field(page, "New primary owner").selectOption({ value: (await option.getAttribute("value")) ?? "" });
    await expectAccessible(page);
    await press(page, "Transfer ownership");
    await expectPage(page, `/o/${place.slug}/settings`, "Settings");
    await expect(page.getByText("Ownership has been transferred.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Leave Acme" })).toBeEnabled();
    await open(page, `/o/${place.slug}/members`);
    await expect(row(page, "Grace Hopper")).toContainText("Primary owner");
    await expect(row(page, who.email)).not.toContainText("Primary owner");
    await latchkey.mail.waitForMail(heir.email, "You now own Acme");
    const letter = await latchkey.mail.waitForMail(who.email, "Acme has a new owner");
    expect(letter.text).toContain("Ownership was transferred to Grace Hopper. You stay an owner");
    linkIn(letter, `/o/${place.slug}/settings`);
  });

  test("long after signing in, handing over wants the password first", async ({ page, latchkey }) => {
    const who = member(latchkey);
    const place = await organization(latchkey, who);
    await join(latchkey, place, "admin", { name: "Grace Hopper" });
    await enter(page, who);
    ageSessions(latchkey, who);
    await open(page, `/o/${place.slug}/settings`);
    const choose = async () => {
      const option = field(page, "New primary owner").locator("option", { hasText: "Grace Hopper" });
      await field(page, "New primary owner").selectOption({ value: (await option.getAttribute("value")) ?? "" });
      await press(page, "Transfer ownership");
    };
    await choose();
    await expect(page.getByText("Confirm that it is you before transferring ownership.")).toBeVisible();
    await confirmPassword(page, who);
    await expectPage(page, `/o/${place.slug}/settings`, "Settings");
    await choose();
    await expectPage(page, `/o/${place.slug}/settings`, "Settings");
    await expect(page.getByText("Ownership has been transferred.")).toBeVisible();
  });
});

test.describe("deleting", () => {
  test("it is deleted by its address typed, can only be read then, and is restored", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    const place = await organization(latchkey, who);
    const { slug } = place;
    await join(latchkey, place, "member", { name: "Grace Hopper" });
    await invite(latchkey, place, ["nobody.yet@example.test"]);
    await enter(page, who);
    await open(page, `/o/${slug}/settings`);
    for (const typed of ["", slug.slice(1), `${slug}x`]) {
      await field(page, "Address of the organization").fill(typed);
      await press(page, "Delete organization");
      await expectRefused(page, "Address of the organization", /This does not match|Fill this in/);
    }
    await field(page, "Address of the organization").fill(slug);
    await press(page, "Delete organization");
    await expectPage(page, `/o/${slug}/settings`, "Settings");
    await expect(page.getByText("The organization is deleted.")).toBeVisible();
    await expect(page.getByRole("main")).toContainText(`${DELETED} It can only be read, and will be gone for good in `);
    await expect(page.getByText("This organization is about to be deleted and can only be read until an owner restores it.").first()).toBeVisible();
    await expect(field(page, "Name")).toBeDisabled();
    await expect(card(page, "Delete organization")).toHaveCount(0);
    await expectAccessible(page);
    await latchkey.mail.waitForMail(who.email, "Acme was deleted");

    await open(page, `/o/${slug}/members`);
    await expect(row(page, "Grace Hopper").getByRole("combobox")).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Invite members" })).toHaveCount(0);
    await open(page, `/o/${slug}/members?tab=invitations`);
    await expect(row(page, "nobody.yet@example.test")).toContainText("Revoked");
    await open(page, `/o/${slug}/members/invite`);
    await expect(page.getByRole("main")).toContainText("can only be read until an owner restores it");
    await expect(page.getByRole("button", { name: /^Send/ })).toHaveCount(0);

    // The start page leads past it, and offers the way back.
    await open(page, "/");
    await expectPage(page, "/", "Good to see you, Ada");
    await page.getByRole("link", { name: /Acme\s*Deleted; can be restored/ }).click();
    await expectPage(page, `/o/${slug}/settings`, "Settings");
    await press(page, "Restore organization");
    await expectPage(page, `/o/${slug}/settings`, "Settings");
    await expect(page.getByText("The organization is restored.")).toBeVisible();
    await expect(field(page, "Name")).toBeEnabled();
    await latchkey.mail.waitForMail(who.email, "Acme was restored");
    await open(page, "/");
    await expectPage(page, `/o/${slug}/overview`, "Overview");
  });

  test("whoever is no owner is told that an owner can restore it", async ({ page, latchkey, expectAccessible }) => {
    const who = member(latchkey);
    const place = await organization(latchkey, who);
    const admin = await join(latchkey, place, "admin");
    const hand = await Hand.of(latchkey, who);
    await hand.send("delete-organization", { organization: place.slug, slug: place.slug });
    await enter(page, admin);
    await open(page, `/o/${place.slug}/overview`);
    await expect(page.getByRole("main")).toContainText("An owner can restore it until then.");
    await expect(page.getByRole("button", { name: "Restore organization" })).toHaveCount(0);
    await expectAccessible(page);
  });

  test("long after signing in, deleting wants the password first", async ({ page, latchkey }) => {
    const who = member(latchkey);
    const { slug } = await organization(latchkey, who);
    await enter(page, who);
    ageSessions(latchkey, who);
    await open(page, `/o/${slug}/settings`);
    await field(page, "Address of the organization").fill(slug);
    await press(page, "Delete organization");
    await expect(page.getByText("Confirm that it is you before deleting an organization.")).toBeVisible();
    await confirmPassword(page, who);
    await expectPage(page, `/o/${slug}/settings`, "Settings");
    await field(page, "Address of the organization").fill(slug);
    await press(page, "Delete organization");
    await expect(page.getByText("The organization is deleted.")).toBeVisible();
  });
});

test.describe("who may see it", () => {
  const PATHS = ["overview", "members", "members?tab=invitations", "members/invite", "settings"];

  test("to a stranger there is nothing, as at an address that nobody has", async ({ page, latchkey, problems, expectAccessible }) => {
    problems.expected(/status of 404/);
    const { slug } = await organization(latchkey, member(latchkey));
    await enter(page, member(latchkey));
    for (const path of [`/o/${slug}`, ...PATHS.map((path) => `/o/${slug}/${path}`), `/o/${newSlug()}/overview`]) await expectNothingAt(page, path);
    await expect(page).toHaveTitle("Page not found · Latchkey");
    expect(await page.content()).not.toContain("Acme");
    await expectAccessible(page);
  });

  test("whoever is signed out signs in first, and comes back", async ({ page, latchkey }) => {
    const who = member(latchkey);
    const { slug } = await organization(latchkey, who);
    for (const path of [`/o/${slug}`, ...PATHS.map((path) => `/o/${slug}/${path}`)]) {
      await open(page, path);
      await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(path)}`);
    }
    await open(page, `/o/${slug}/`);
    await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(`/o/${slug}`)}`);
    await open(page, `/o/${slug}/members?tab=invitations`);
    await sendSignIn(page, who);
    await expectPage(page, `/o/${slug}/members?tab=invitations`, "Members");
  });

  test("a plain member sees what they cannot do, and why", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Grace Hopper" }));
    const who = await join(latchkey, place);
    await enter(page, who);
    await open(page, `/o/${place.slug}/settings`);
    for (const [label, heading, sentence] of [
      ["Name", "Name", "Only admins and owners of this organization can do this."],
      ["Picture", "Logo", "Only admins and owners of this organization can do this."],
      ["Address", "Address", "Only owners of this organization can do this."],
    ] as const) {
      await expect(field(page, label)).toBeDisabled();
      await expect(card(page, heading)).toContainText(sentence);
      await expect(card(page, heading).locator("button")).toHaveCount(0);
    }
    for (const heading of ["Transfer ownership", "Delete organization"]) {
      await expect(card(page, heading)).toContainText("Only owners of this organization can do this.");
      await expect(card(page, heading).getByRole("button", { name: heading })).toBeDisabled();
    }
    await expect(page.getByRole("button", { name: "Leave Acme" })).toBeEnabled();
    await expectAccessible(page);

    await open(page, `/o/${place.slug}/overview`);
    await expect(page.getByRole("main")).toContainText("You are a member here.");
    await expect(page.getByRole("main").getByRole("link", { name: /^Invitations/ })).toHaveCount(0);
    await open(page, `/o/${place.slug}/members/invite`);
    await expect(page.getByRole("main")).toContainText("Only admins and owners of this organization can do this.");
    await expect(page.getByRole("textbox")).toHaveCount(0);
    await expectAccessible(page);
  });

  test("a plain member who opens the invitations is told that they may not", async ({ page, latchkey, problems, expectAccessible }) => {
    problems.expected(/status of 403/);
    const place = await organization(latchkey, member(latchkey));
    await enter(page, await join(latchkey, place));
    const response = await page.goto(`/o/${place.slug}/members?tab=invitations`);
    await settled(page);
    expect(response?.status()).toBe(403);
    await expect(page.getByRole("main")).toContainText("Only admins and owners of this organization can do this.");
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expectAccessible(page);
  });

  test("an organization of many tells how many", async ({ page, latchkey }) => {
    const who = member(latchkey);
    const place = await organization(latchkey, who);
    crowd(latchkey, place, 11);
    await enter(page, who);
    await open(page, `/o/${place.slug}/overview`);
    await expect(page.getByRole("main")).toContainText("12 people");
  });
});

for (const [what, word] of [
  ["one word", "Wolfeschlegelsteinhausenbergerdorff"],
  ["many words", "Gesellschaft der Freunde "],
] as const) {
  test(`long names fit on narrow screens: ${what}`, { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
    const name = word.repeat(4).slice(0, 80).trim();
    const who = member(latchkey, { name: word.repeat(4).slice(0, 100).trim() });
    const place = await organization(latchkey, who, { name, slug: newSlug("x".repeat(30)) });
    await organization(latchkey, who, { name: `${name.slice(0, 78)} 2` });
    await join(latchkey, place, "member", { name: who.name });
    const waiting = `${"ada.".repeat(11)}${place.slug.slice(-8)}@example.test`;
    await invite(latchkey, place, [waiting], "admin", word.repeat(14).slice(0, 500));
    await enter(page, who);
    for (const path of ["overview", "members", "members?tab=invitations", "members/invite", "settings"]) {
      await open(page, `/o/${place.slug}/${path}`);
      await expectFits(page);
      await expectWords(page);
      if (path !== "members") continue;
      await page.getByRole("rowheader").getByRole("link").last().click();
      await expect(page.getByRole("navigation", { name: "Breadcrumb" })).toBeVisible();
      await settled(page);
      await expectFits(page);
      await expectAccessible(page);
    }
    await openSwitcher(page);
    await expectFits(page);
    await expectAccessible(page);
    await page.context().clearCookies();
    await open(page, linkIn(await latchkey.mail.waitForMail(waiting), "/invitations/accept"));
    await expectFits(page);
    await expectWords(page);
    await expectAccessible(page);
  });
}
