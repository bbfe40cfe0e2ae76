import { Hand, admit, card, crowd, expectNothingAt, join, organization, row, type Organization } from "../support/organizations.ts";
import { enter, expectPage, field, member, open, press, settled } from "../support/people.ts";
import { expect, test, type Page } from "../support/test.ts";

/** The list of a member's role, in their row. */
function roleOf(page: Page, name: string) {
  return page.getByRole("combobox", { name: `Role of ${name}`, exact: true });
}

async function changeRole(page: Page, name: string, role: string) {
  await roleOf(page, name).selectOption({ label: role });
  await row(page, name).getByRole("button", { name: "Save" }).click();
}

async function openMember(page: Page, place: Organization, name: string) {
  await open(page, `/o/${place.slug}/members`);
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await settled(page);
}

/** The names in the list, from the top. */
async function names(page: Page) {
  return page.getByRole("rowheader").getByRole("link").allTextContents();
}

test.describe("roles", () => {
  test("an owner changes a role in the list: it holds at once, and the person is told", { tag: "@phone" }, async ({ page, latchkey, expectAccessible, javaScriptEnabled }) => {
    const place = await organization(latchkey, member(latchkey));
    const grace = await join(latchkey, place, "member", { name: "Grace Hopper" });
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    await expectPage(page, `/o/${place.slug}/members`, "Members");
    await expectAccessible(page);
    const save = row(page, "Grace Hopper").getByRole("button", { name: "Save" });
    await expect(save).toBeVisible({ visible: !javaScriptEnabled });
    await expect(roleOf(page, "Grace Hopper")).toHaveValue("member");
    await changeRole(page, "Grace Hopper", "Admin");
    await expect(page.getByRole("status").filter({ hasText: "Grace Hopper is an admin now." })).toBeVisible();
    await expect(roleOf(page, "Grace Hopper")).toHaveValue("admin");
    await expect(save).toBeVisible({ visible: !javaScriptEnabled });
    await expectAccessible(page);
    await open(page, `/o/${place.slug}/members`);
    await expect(roleOf(page, "Grace Hopper")).toHaveValue("admin");

    const letter = await latchkey.mail.waitForMail(grace.email, "Your role in Acme has changed");
    expect(letter.text).toContain("You are an admin of Acme");
    await changeRole(page, "Grace Hopper", "Owner");
    await expect(page.getByText("Grace Hopper is an owner now.")).toBeVisible();
    await changeRole(page, "Grace Hopper", "Member");
    await expect(page.getByText("Grace Hopper is a member now.")).toBeVisible();
  });

  test("making an owner and lowering oneself are warned of", async ({ page, latchkey, javaScriptEnabled }) => {
    test.skip(!javaScriptEnabled, "needs a script");
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    await join(latchkey, place, "owner", { name: "Grace Hopper" });
    await join(latchkey, place, "member", { name: "Lin Chen" });
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    await roleOf(page, "Lin Chen").selectOption("owner");
    await expect(row(page, "Lin Chen").getByRole("status")).toHaveText("Owners can do everything, including removing you.");
    await roleOf(page, "Lin Chen").selectOption("member");
    await expect(page.getByText("Owners can do everything, including removing you.")).toHaveCount(0);
    await roleOf(page, "Ada Lindqvist").selectOption("member");
    await expect(row(page, "Ada Lindqvist").getByRole("status")).toHaveText("You cannot undo this yourself.");
  });

  test("whoever lowers themselves sees the list as their new role does", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    const grace = await join(latchkey, place, "owner", { name: "Grace Hopper" });
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    await changeRole(page, "Ada Lindqvist", "Member");
    await expect(page.getByText("Ada Lindqvist is a member now.")).toBeVisible();
    await expect(page.getByRole("combobox", { name: /^Role of/ })).toHaveCount(0);
    await expect(page.getByRole("main")).not.toContainText(grace.email);
    await expect(page.getByRole("link", { name: "Invite members" })).toHaveCount(0);
  });

  test("a role is changed on the member's own page", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    const grace = await join(latchkey, place, "member", { name: "Grace Hopper" });
    await enter(page, place.owner);
    await openMember(page, place, "Grace Hopper");
    await expect(page).toHaveTitle("Grace Hopper · Acme · Latchkey");
    await expect(page.getByRole("main")).toContainText("Member of Acme");
    await expect(page.getByRole("main")).toContainText(grace.email);
    await expectAccessible(page);
    await page.getByRole("radio", { name: /^Admin/ }).check();
    await press(page, "Save role");
    await expect(page.getByText("Grace Hopper is an admin now.")).toBeVisible();
    await expect(page.getByRole("main")).toContainText("Admin of Acme");
    await expect(page.getByRole("radio", { name: /^Admin/ })).toBeChecked();
    await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Members" }).click();
    await expectPage(page, `/o/${place.slug}/members`, "Members");
    await expect(roleOf(page, "Grace Hopper")).toHaveValue("admin");
  });

  test("the last owner's role cannot be changed, and the page says why", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    await join(latchkey, place, "admin", { name: "Grace Hopper" });
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    await expect(roleOf(page, "Ada Lindqvist")).toHaveCount(0);
    const reason = "This is the last owner. Make somebody else an owner first.";
    await expect(row(page, "Ada Lindqvist")).toContainText(reason);
    await openMember(page, place, "Ada Lindqvist");
    await expect(card(page, "Role")).toContainText(reason);
    for (const role of [/^Owner/, /^Admin/, /^Member/]) await expect(page.getByRole("radio", { name: role })).toBeDisabled();
    await expect(page.getByRole("button", { name: "Save role" })).toHaveCount(0);
    await expectAccessible(page);
  });

  test("an admin changes members and admins, not owners, and gives no role above their own", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    await join(latchkey, place, "owner", { name: "Joan Clarke" });
    await join(latchkey, place, "member", { name: "Lin Chen" });
    const grace = await join(latchkey, place, "admin", { name: "Grace Hopper" });
    await enter(page, grace);
    await open(page, `/o/${place.slug}/members`);
    await expect(roleOf(page, "Ada Lindqvist")).toHaveCount(0);
    await expect(roleOf(page, "Joan Clarke")).toHaveCount(0);
    await expect(roleOf(page, "Lin Chen").getByRole("option")).toHaveText(["Admin", "Member"]);
    await changeRole(page, "Lin Chen", "Admin");
    await expect(page.getByText("Lin Chen is an admin now.")).toBeVisible();

    await openMember(page, place, "Lin Chen");
    await expect(page.getByRole("radio", { name: /^Owner/ })).toBeDisabled();
    await expect(page.getByRole("radio", { name: /^Member/ })).toBeEnabled();
    await openMember(page, place, "Joan Clarke");
    for (const heading of ["Role", "Remove"]) await expect(card(page, heading)).toContainText("This person's role is above yours, so you cannot change it.");
    await expect(page.getByRole("button", { name: /^Remove/ })).toHaveCount(0);
    await expectAccessible(page);

    // The page offers neither; the server does not rely on that.
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const hand = await Hand.of(latchkey, grace);
    for (const [endpoint, fields] of [["change-role", { role: "member" }], ["remove-member", {}]] as const) {
      const { Refused } = await hand.send(endpoint, { organization: place.slug, member: id, ...fields });
      expect(Refused, endpoint).toMatchObject([{ code: "MEMBER_ABOVE" }]);
    }
  });

  test("a list that is out of date is refused with the reason", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    const grace = await join(latchkey, place, "owner", { name: "Grace Hopper" });
    await enter(page, grace);
    await open(page, `/o/${place.slug}/members`);
    const id = ((await page.getByRole("link", { name: "Ada Lindqvist", exact: true }).getAttribute("href")) ?? "").split("/").at(-1) ?? "";
    const hand = await Hand.of(latchkey, place.owner);
    await hand.send("change-role", { organization: place.slug, member: id, role: "member" });
    await changeRole(page, "Grace Hopper", "Member");
    await expect(page.getByRole("alert")).toContainText("This is the last owner. Make somebody else an owner first.");
  });
});

test.describe("removing", () => {
  test("somebody is removed, is told, and finds nothing from then on", { tag: "@phone" }, async ({ page, latchkey, stranger, problems, expectAccessible }) => {
    problems.expected(/status of 404/);
    const place = await organization(latchkey, member(latchkey));
    const grace = await join(latchkey, place, "member", { name: "Grace Hopper" });
    const elsewhere = await stranger();
    await enter(elsewhere, grace);
    await open(elsewhere, `/o/${place.slug}/overview`);
    await enter(page, place.owner);
    await openMember(page, place, "Grace Hopper");
    await expect(card(page, "Remove")).toContainText("Grace Hopper can no longer open Acme, starting with the next request. Their account stays.");
    await press(page, "Remove Grace Hopper");
    await expectPage(page, `/o/${place.slug}/members`, "Members");
    await expect(page.getByText("Grace Hopper was removed.")).toBeVisible();
    await expect(row(page, "Grace Hopper")).toHaveCount(0);
    await expectAccessible(page);
    await latchkey.mail.waitForMail(grace.email, "You were removed from Acme");
    await expectNothingAt(elsewhere, `/o/${place.slug}/overview`);
    await open(elsewhere, "/");
    await expectPage(elsewhere, "/", "Good to see you, Grace");
  });

  test("there is no removing of oneself: that is leaving", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    await join(latchkey, place, "owner", { name: "Grace Hopper" });
    await enter(page, place.owner);
    await openMember(page, place, "Ada Lindqvist");
    await expect(card(page, "Role")).toHaveCount(1);
    await expect(card(page, "Remove")).toHaveCount(0);
  });

  test("a member of another organization is not found", async ({ page, latchkey, problems }) => {
    problems.expected(/status of 404/);
    const [place, other] = [await organization(latchkey, member(latchkey)), await organization(latchkey, member(latchkey))];
    await join(latchkey, other, "member", { name: "Grace Hopper" });
    await enter(page, other.owner);
    await openMember(page, other, "Grace Hopper");
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await page.context().clearCookies();
    await enter(page, place.owner);
    await expectNothingAt(page, `/o/${place.slug}/members/${id}`);
    await expectNothingAt(page, `/o/${place.slug}/members/nobody`);
  });

  test("two owners who leave at once: one stays", { tag: "@once" }, async ({ latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    const hands = [await Hand.of(latchkey, place.owner), await Hand.of(latchkey, await join(latchkey, place, "owner"))];
    const answers = await Promise.all(hands.map((hand) => hand.send("leave-organization", { organization: place.slug })));
    expect(answers.map((answer) => answer.Goto ?? answer.Refused?.[0]?.code).sort()).toEqual(["/", "LAST_OWNER"]);
  });
});

test("a plain member sees who is here, and neither addresses nor what to change", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
  const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
  const grace = await join(latchkey, place, "member", { name: "Grace Hopper" });
  const lin = await join(latchkey, place, "admin", { name: "Lin Chen" });
  await enter(page, grace);
  await open(page, `/o/${place.slug}/members`);
  expect(await names(page)).toHaveLength(3);
  await expect(row(page, "Grace Hopper")).toContainText(grace.email);
  for (const { email } of [place.owner, lin]) {
    await expect(page.getByRole("main")).not.toContainText(email);
    expect(await page.content(), "what the page carries along").not.toContain(email);
  }
  await expect(page.getByRole("columnheader", { name: "Last active" })).toHaveCount(0);
  await expect(page.getByRole("combobox", { name: /^Role of/ })).toHaveCount(0);
  await expect(page.getByRole("navigation", { name: "People" }).getByRole("link")).toHaveText([/^Members/]);
  await expect(page.getByRole("link", { name: "Invite members" })).toHaveCount(0);
  await expectAccessible(page);

  await openMember(page, place, "Lin Chen");
  await expect(page.getByRole("main")).not.toContainText(lin.email);
  for (const heading of ["Role", "Remove"]) {
    await expect(card(page, heading)).toContainText("Only admins and owners of this organization can do this.");
    await expect(card(page, heading).getByRole("button")).toHaveCount(0);
  }
  for (const role of [/^Owner/, /^Admin/, /^Member/]) await expect(page.getByRole("radio", { name: role })).toBeDisabled();
  await expectAccessible(page);

  // Searching tells nothing of an address either.
  await open(page, `/o/${place.slug}/members?search=${encodeURIComponent(lin.email)}`);
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("No matches");
});

test.describe("finding", () => {
  test("people are found by name, username and address, and by role", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    const grace = await join(latchkey, place, "admin", { name: "Grace Hopper" });
    await join(latchkey, place, "member", { name: "Zoë 100% Łukasz_1" });
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    const list = page.getByRole("search", { name: "Members" });
    for (const [search, role, found] of [
      ["hopper", "All roles", ["Grace Hopper"]],
      ["GRACE", "All roles", ["Grace Hopper"]],
      [grace.email.slice(0, 9), "Admins", ["Grace Hopper"]],
      ["zoë", "All roles", ["Zoë 100% Łukasz_1"]],
      ["100%", "All roles", ["Zoë 100% Łukasz_1"]],
      ["Łukasz_", "All roles", ["Zoë 100% Łukasz_1"]],
      ["", "Owners", ["Ada Lindqvist"]],
      ["", "Admins", ["Grace Hopper"]],
    ] as const) {
      await list.getByLabel("Search members").fill(search);
      await list.getByLabel("Role").selectOption({ label: role });
      await list.getByRole("button", { name: "Search" }).click();
      await expect(page).toHaveURL(({ searchParams }) => (searchParams.get("search") ?? "") === search);
      await settled(page);
      await expect(list.getByRole("status")).toHaveText("1 person");
      await expect.poll(() => names(page), `${search}, ${role}`).toEqual(found);
      await expect(list.getByLabel("Search members")).toHaveValue(search);
    }
    await expectAccessible(page);
    await list.getByRole("link", { name: "Clear" }).click();
    await expectPage(page, `/o/${place.slug}/members`, "Members");
    await expect.poll(() => names(page)).toHaveLength(3);
    await expect(list.getByLabel("Search members")).toHaveValue("");
    await expect(list.getByRole("link", { name: "Clear" })).toHaveCount(0);
  });

  test("nobody found: the page says so and leads back", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members?search=%25&role=admin`);
    await expect(page.getByRole("heading", { level: 2 })).toHaveText("No matches");
    await expectAccessible(page);
    await page.getByRole("link", { name: "Clear filters" }).click();
    await expectPage(page, `/o/${place.slug}/members`, "Members");
    await expect(page.getByRole("rowheader")).toHaveCount(1);
  });

  test("120 members stand on three pages, there and back, under a search too", async ({ page, latchkey, expectAccessible }) => {
    test.slow();
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    crowd(latchkey, place, 119);
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    await expect(page.getByRole("navigation", { name: "People" }).getByRole("link", { name: /^Members/ })).toContainText("120");
    const pager = page.getByRole("navigation", { name: "Pages" });
    const turn = async (way: "Next" | "Previous", count: number) => {
      const before = (await names(page))[0];
      await pager.getByRole("link", { name: way }).click();
      // For a moment there are no rows at all.
      await expect.poll(async () => (await names(page))[0] ?? before).not.toBe(before);
      await settled(page);
      const shown = await names(page);
      expect(shown).toHaveLength(count);
      return shown;
    };
    const first = await names(page);
    expect(first).toHaveLength(50);
    await expect(pager.getByRole("link", { name: "Previous" })).toHaveCount(0);
    await expectAccessible(page);
    const second = await turn("Next", 50);
    const third = await turn("Next", 20);
    await expect(pager.getByRole("link", { name: "Next" })).toHaveCount(0);
    const everybody = ["Ada Lindqvist", ...Array.from({ length: 119 }, (_, index) => `Member ${String(index + 1).padStart(3, "0")}`)];
    expect([...first, ...second, ...third].sort()).toEqual(everybody.sort());
    expect(await turn("Previous", 50)).toEqual(second);
    expect(await turn("Previous", 50)).toEqual(first);
    await expect(pager.getByRole("link", { name: "Previous" })).toHaveCount(0);

    await open(page, `/o/${place.slug}/members?search=member+0&role=member`);
    await expect(page.getByRole("search").getByRole("status")).toHaveText("99 people");
    expect(await names(page)).toHaveLength(50);
    const rest = await turn("Next", 49);
    await expect(page).toHaveURL(({ searchParams }) => searchParams.get("search") === "member 0" && searchParams.get("role") === "member");
    expect(rest.every((name) => name.startsWith("Member 0"))).toBe(true);
    await page.goBack();
    await settled(page);
    await expect.poll(async () => (await names(page)).at(0) ?? rest[0]).not.toBe(rest[0]);
  });

  test("a place in the list that is none, or of another list, is refused in words", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    await enter(page, place.owner);
    for (const query of ["after=garbage", "before=%00", `after=${"x".repeat(3000)}`, "role=king"]) {
      const response = await page.goto(`/o/${place.slug}/members?${query}`);
      await settled(page);
      expect(response?.status(), query).toBeLessThan(500);
      await expect(page.getByRole("main")).toContainText(/This place in the list is not valid\. Start from the first page\.|Choose owner, admin or member\./);
    }
  });

  test("somebody who joins stands in the list for those who were there", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    expect(await names(page)).toHaveLength(1);
    await admit(latchkey, place, member(latchkey, { name: "Grace Hopper" }), "admin");
    await open(page, `/o/${place.slug}/members`);
    await expect(row(page, "Grace Hopper")).toContainText("Not yet");
    await expect(field(page, "Role of Grace Hopper")).toHaveValue("admin");
    await latchkey.mail.waitForMail(place.owner.email, /^ada\..* joined Acme$/);
  });
});
