import { expireInvitations } from "../support/database.ts";
import { Hand, expectNothingAt, invite, join, openSwitcher, organization, row, type Organization } from "../support/organizations.ts";
import { enter, expectPage, expectRefused, field, linkIn, member, open, openMenu, person, press, sendSignIn, settled, verify, type Person } from "../support/people.ts";
import { expect, test, type Latchkey, type Page } from "../support/test.ts";

const ACCEPT = "/invitations/accept";

/** The link of the letter that invites a person. */
async function linkFor(latchkey: Latchkey, { email }: Person) {
  return linkIn(await latchkey.mail.waitForMail(email, " invites you to "), ACCEPT);
}

async function openInvitation(page: Page, link: string, heading: string | RegExp) {
  await open(page, link);
  await expectPage(page, ACCEPT, heading);
}

/** Opens what can be done with an invitation, in its row. */
async function openActions(page: Page, email: string) {
  await page.getByRole("button", { name: `Actions for ${email}` }).click();
  const menu = row(page, email).locator(".menu");
  await expect(menu).toBeVisible();
  return menu;
}

async function act(page: Page, email: string, button: string) {
  await (await openActions(page, email)).getByRole("button", { name: button }).click();
}

async function expectWelcome(page: Page, { slug, name }: Organization) {
  await expectPage(page, `/o/${slug}/overview`, "Overview");
  await expect(page.getByText(`Welcome to ${name}.`)).toBeVisible();
}

test.describe("inviting", () => {
  test("people are invited, known and new alike, and each gets a letter", async ({ page, latchkey, expectAccessible, javaScriptEnabled }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    const [known, fresh] = [member(latchkey, { name: "Grace Hopper" }), person()];
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    await page.getByRole("link", { name: "Invite members" }).click();
    if (javaScriptEnabled) {
      await expect(page.getByRole("dialog", { name: "Invite members" })).toBeVisible();
      await expect(field(page, "E-mail addresses")).toBeFocused();
    } else {
      await expectPage(page, `/o/${place.slug}/members/invite`, "Invite members");
    }
    await expect(page.getByRole("radio")).toHaveCount(3);
    await expect(page.getByRole("radio", { name: /^Member/ })).toBeChecked();
    await expectAccessible(page);
    await field(page, "E-mail addresses").fill(` ${known.email.toUpperCase()},\n<${fresh.email}>; ${fresh.email} `);
    await page.getByRole("radio", { name: /^Admin/ }).check();
    await field(page, /^Message/).fill("We meet on <b>Mondays</b>.");
    await press(page, javaScriptEnabled ? "Send 2 invitations" : "Send invitations");

    await expect(page).toHaveURL(`/o/${place.slug}/members?tab=invitations`);
    await settled(page);
    await expect(page.getByText("2 invitations are sent.")).toBeVisible();
    for (const { email } of [known, fresh]) {
      await expect(row(page, email)).toContainText("Pending");
      await expect(row(page, email)).toContainText("Admin");
      await expect(row(page, email)).toContainText("Ada Lindqvist");
      const letter = await latchkey.mail.waitForMail(email, "Ada Lindqvist invites you to Acme");
      expect(letter.text).toContain("invites you to Acme at Latchkey, as an admin.");
      expect(letter.text).toContain("They wrote: “We meet on <b>Mondays</b>.”");
      expect(letter.html).not.toContain("<b>Mondays</b>");
      linkIn(letter, ACCEPT);
    }
    await expect(page.getByRole("navigation", { name: "People" }).getByRole("link", { name: /^Invitations/ })).toContainText("2");
    await expectAccessible(page);
  });

  test("the dialog is left by keys, keeps who was refused, and the list shows who was invited meanwhile", { tag: "@phone" }, async ({ page, latchkey, javaScriptEnabled }) => {
    test.skip(!javaScriptEnabled, "a dialog needs a script");
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    const link = page.getByRole("link", { name: "Invite members" });
    const dialog = page.getByRole("dialog", { name: "Invite members" });
    await link.focus();
    await page.keyboard.press("Enter");
    await expect(field(page, "E-mail addresses")).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(link).toBeFocused();

    await link.click();
    await field(page, "E-mail addresses").fill(`${place.owner.email} ${who.email}`);
    await press(page, "Send 2 invitations");
    await expect(dialog.getByText(`The invitation to ${who.email} is sent.`)).toBeVisible();
    await expect(field(page, "E-mail addresses")).toHaveValue(place.owner.email);
    await press(page, "Not now");
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole("navigation", { name: "People" }).getByRole("link", { name: /^Invitations/ })).toContainText("1");
    await expect(page).toHaveURL(`/o/${place.slug}/members`);
  });

  test("each address that cannot be invited says why and stays; the others are invited", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    const [fellow, waiting, fresh] = [await join(latchkey, place), person(), person()];
    await invite(latchkey, place, [waiting.email]);
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members/invite`);
    await field(page, "E-mail addresses").fill([fresh.email, fellow.email, place.owner.email, waiting.email, "ada@", "<script>"].join("\n"));
    await field(page, /^Message/).fill("Hello");
    await page.getByRole("button", { name: /^Send/ }).click();
    await expect(page.getByText(`The invitation to ${fresh.email} is sent.`)).toBeVisible();
    await settled(page);
    await expect(page).toHaveURL(`/o/${place.slug}/members/invite`);
    for (const sentence of [
      `${fellow.email}: This person is already a member.`,
      `${place.owner.email}: This is your own address.`,
      `${waiting.email}: This person has already been invited. Send the invitation again from the list.`,
      "ada@: Enter an e-mail address, like ada@example.com.",
    ]) {
      await expect(field(page, "E-mail addresses")).toHaveAccessibleDescription(new RegExp(sentence.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")));
    }
    await expect(field(page, "E-mail addresses")).toHaveAttribute("aria-invalid", "true");
    await expect(field(page, "E-mail addresses")).toBeFocused();
    await expect(field(page, "E-mail addresses")).toHaveValue([fellow.email, place.owner.email, waiting.email, "ada@", "script"].join("\n"));
    await expectAccessible(page);
    await latchkey.mail.waitForMail(fresh.email);

    const second = person();
    await field(page, "E-mail addresses").fill(second.email);
    await page.getByRole("button", { name: /^Send/ }).click();
    await expect(page.getByText(`The invitation to ${second.email} is sent.`)).toBeVisible();
  });

  test("nobody, and more than twenty, are refused with what was typed kept", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members/invite`);
    const many = Array.from({ length: 21 }, (_, index) => `a${index}@example.test`).join(" ");
    for (const [typed, sentence] of [["", /Fill this in\./], [" ,;, ", /Fill this in\./], [many, /Invite at most 20 people at a time\./]] as const) {
      await field(page, "E-mail addresses").fill(typed);
      await page.getByRole("radio", { name: /^Admin/ }).check();
      await page.getByRole("button", { name: /^Send/ }).click();
      await expectRefused(page, "E-mail addresses", sentence);
      await expect(field(page, "E-mail addresses")).toBeFocused();
      await expect(field(page, "E-mail addresses")).toHaveValue(typed);
      await expect(page.getByRole("radio", { name: /^Admin/ })).toBeChecked();
    }
    expect(await latchkey.mail.unread("a0@example.test")).toEqual([]);
  });

  test("an admin cannot invite an owner", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    const admin = await join(latchkey, place, "admin");
    await enter(page, admin);
    await open(page, `/o/${place.slug}/members/invite`);
    await expect(page.getByRole("radio")).toHaveCount(2);
    await expect(page.getByRole("radio", { name: /^Owner/ })).toHaveCount(0);
    const hand = await Hand.of(latchkey, admin);
    const { Refused } = await hand.send("invite-members", { organization: place.slug, emails: person().email, role: "owner" });
    expect(Refused).toMatchObject([{ code: "ROLE_TOO_HIGH" }]);
  });
});

test.describe("a new person", () => {
  test("signs up and joins in one step, with the address fixed, and lands in the organization", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Grace Hopper" }));
    const who = person();
    await invite(latchkey, place, [who.email], "admin", "See you on Monday.");
    const link = await linkFor(latchkey, who);
    await openInvitation(page, link, "Join Acme");
    await expect(page).toHaveTitle("Join Acme · Latchkey");
    for (const text of ["Grace Hopper invites you as admin", "See you on Monday.", "Invites, changes and removes members", who.email, "expires in 7 days"]) {
      await expect(page.getByRole("main")).toContainText(text);
    }
    expect(await page.content()).not.toContain(new URL(link).searchParams.get("token"));
    await expect(field(page, "E-mail")).toHaveValue(who.email);
    await expect(field(page, "E-mail")).toHaveAttribute("readonly");
    await expectAccessible(page);

    for (const [password, sentence] of [
      ["four kettles", /Use at least 15 characters\./],
      ["passwordpassword", /on lists that attackers try first/],
    ] as const) {
      await field(page, /^Name/).fill(who.name);
      await field(page, "Password").fill(password);
      await press(page, "Create account and join");
      await expectRefused(page, "Password", sentence);
      await expect(field(page, "Password")).toBeFocused();
      await expect(field(page, /^Name/)).toHaveValue(who.name);
    }
    await expectAccessible(page);
    await field(page, "Password").fill(who.password);
    await press(page, "Create account and join");
    await expectWelcome(page, place);
    await expect(page.getByRole("main")).toContainText("You are an admin here.");
    await expectAccessible(page);
    await latchkey.mail.waitForMail(place.owner.email, `${who.email} joined Acme`);
    // The letter proved the address: nothing is left to confirm.
    expect(await latchkey.mail.unread(who.email)).toEqual([]);
    const elsewhere = await Hand.of(latchkey, who);
    expect((await elsewhere.view("load-switcher")).own).toMatchObject([{ slug: place.slug, role: "admin" }]);
  });

  test("a welcome is said once", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await invite(latchkey, place, [who.email]);
    await openInvitation(page, await linkFor(latchkey, who), "Join Acme");
    await field(page, "Password").fill(who.password);
    await press(page, "Create account and join");
    await expectWelcome(page, place);
    await openMenu(page);
    await page.getByRole("link", { name: "Members", exact: true }).click();
    await expectPage(page, `/o/${place.slug}/members`, "Members");
    await expect(page.getByText("Welcome to Acme.")).toHaveCount(0);
  });

  test("who has a link that was copied confirms the address first, and finds the invitation waiting", async ({ page, latchkey, stranger, javaScriptEnabled }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await invite(latchkey, place, [who.email]);
    await latchkey.mail.waitForMail(who.email, "invites you");
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members?tab=invitations`);
    await act(page, who.email, "Copy link");
    await expect(page.getByText("Hand this link to the person yourself. It replaces a link that was copied before.")).toBeVisible();
    const link = (await page.getByRole("main").locator("code").textContent()) ?? "";
    expect(link).toMatch(new RegExp(`^${latchkey.url}/invitations/accept\\?token=lki_`));
    if (javaScriptEnabled) {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("main").getByRole("button", { name: "Copy link" }).first().click();
      await expect(page.getByRole("status").filter({ hasText: /^Copied$/ })).toBeAttached();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    }

    const elsewhere = await stranger();
    await openInvitation(elsewhere, link, "Join Acme");
    await expect(elsewhere.getByRole("main")).toContainText("The address that was invited. You confirm it next.");
    await expect(elsewhere.getByRole("button", { name: "Decline" })).toHaveCount(0);
    await field(elsewhere, /^Name/).fill(who.name);
    await field(elsewhere, "Password").fill(who.password);
    await press(elsewhere, "Create account");
    await expectPage(elsewhere, "/check-inbox", "Check your inbox");
    await expect(elsewhere.getByRole("main")).toContainText(who.email);
    await verify(elsewhere, linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email"));
    await sendSignIn(elsewhere, who);
    await expectPage(elsewhere, "/", "Good to see you, Ada");
    await elsewhere.getByRole("main").getByRole("button", { name: "Join" }).click();
    await expectWelcome(elsewhere, place);
  });
});

test.describe("a known person", () => {
  test("signs in from the letter, comes back to the invitation and joins", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = member(latchkey, { name: "Grace Hopper" });
    await invite(latchkey, place, [who.email]);
    await openInvitation(page, await linkFor(latchkey, who), "Join Acme");
    await expect(page.getByRole("main")).toContainText("You already have an account with this address. Sign in, and you will come back here.");
    await expectAccessible(page);
    await page.getByRole("link", { name: "Sign in to accept" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
    await settled(page);
    await sendSignIn(page, who);
    await expectPage(page, ACCEPT, "Join Acme");
    await expectAccessible(page);
    await press(page, "Accept and join");
    await expectWelcome(page, place);
    await expect(page.getByRole("main")).toContainText("You are a member here.");
  });

  test("joins from the switcher", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    const who = member(latchkey, { name: "Grace Hopper" });
    await invite(latchkey, place, [who.email], "admin");
    await enter(page, who);
    await open(page, "/account/profile");
    const switcher = await openSwitcher(page);
    await expect(page.getByTitle("Invitations waiting for you")).toHaveText("1");
    await expect(switcher).toContainText("Pending invitations");
    await expect(switcher).toContainText("Admin · from Ada Lindqvist");
    await expectAccessible(page);
    await switcher.getByRole("button", { name: "Join" }).click();
    await expectWelcome(page, place);
    await expect(page.getByTitle("Invitations waiting for you")).toHaveCount(0);
  });

  test("declines in the switcher, and the inviter is told", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = member(latchkey, { name: "Grace Hopper" });
    await invite(latchkey, place, [who.email]);
    const link = await linkFor(latchkey, who);
    await enter(page, who);
    await open(page, "/account/profile");
    await (await openSwitcher(page)).getByRole("button", { name: "Decline" }).click();
    await expectPage(page, "/", "Good to see you, Grace");
    await expect(page.getByText("The invitation is declined.")).toBeVisible();
    await expect(page.getByRole("main").getByRole("button", { name: "Join" })).toHaveCount(0);
    await latchkey.mail.waitForMail(place.owner.email, `${who.email} declined to join Acme`);
    await openInvitation(page, link, "This invitation was declined");
  });

  test("who is signed in with another address is told which, and changes over", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    const [who, other] = [member(latchkey, { name: "Grace Hopper" }), member(latchkey)];
    await invite(latchkey, place, [who.email]);
    await enter(page, other);
    await openInvitation(page, await linkFor(latchkey, who), "Join Acme");
    await expect(page.getByRole("main")).toContainText(`You are signed in as ${other.email}, and this invitation is for another address.`);
    await expect(page.getByRole("button", { name: "Accept and join" })).toHaveCount(0);
    await expectAccessible(page);
    await press(page, "Switch account");
    await expectPage(page, ACCEPT, "Join Acme");
    await page.getByRole("link", { name: "Sign in to accept" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
    await settled(page);
    await sendSignIn(page, who);
    await expectPage(page, ACCEPT, "Join Acme");
    await press(page, "Accept and join");
    await expectWelcome(page, place);
  });

  test("an organization at whose name nobody is, but whose invitation waits, opens to nobody", async ({ page, latchkey, problems }) => {
    problems.expected(/status of 404/);
    const place = await organization(latchkey, member(latchkey));
    const who = member(latchkey);
    await invite(latchkey, place, [who.email]);
    await enter(page, who);
    await expectNothingAt(page, `/o/${place.slug}/overview`);
  });
});

test.describe("a link that no longer leads in", () => {
  test("accepted already", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await invite(latchkey, place, [who.email]);
    const link = await linkFor(latchkey, who);
    await openInvitation(page, link, "Join Acme");
    await field(page, "Password").fill(who.password);
    await press(page, "Create account and join");
    await expectWelcome(page, place);
    await openInvitation(page, link, "This invitation was accepted");
    await expect(page.getByRole("main")).toContainText(`The account with ${who.email} is a member of Acme.`);
    await expectAccessible(page);
    await page.getByRole("link", { name: "Go to the start page" }).click();
    await expectPage(page, `/o/${place.slug}/overview`, "Overview");
  });

  test("declined from the letter, without an account", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await invite(latchkey, place, [who.email]);
    const link = await linkFor(latchkey, who);
    await openInvitation(page, link, "Join Acme");
    await press(page, "Decline");
    await expect(page).toHaveURL("/");
    await settled(page);
    await expect(page.getByText("The invitation is declined.")).toBeVisible();
    await latchkey.mail.waitForMail(place.owner.email, `${who.email} declined to join Acme`);
    await openInvitation(page, link, "This invitation was declined");
    await expect(page.getByRole("main")).toContainText("If that was a mistake, ask Acme for a new one.");
    await expectAccessible(page);
  });

  test("taken back", async ({ page, latchkey, stranger, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await invite(latchkey, place, [who.email]);
    const link = await linkFor(latchkey, who);
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members?tab=invitations`);
    await act(page, who.email, "Revoke");
    await expect(page.getByText("The invitation is revoked.")).toBeVisible();
    await expect(row(page, who.email)).toContainText("Revoked");
    await expect(page.getByRole("button", { name: `Actions for ${who.email}` })).toHaveCount(0);
    await expectAccessible(page);
    const elsewhere = await stranger();
    await openInvitation(elsewhere, link, "This invitation was revoked");
    await expectAccessible(elsewhere);
  });

  test("expired: whoever opens it asks for a new one, and it is sent again", async ({ page, latchkey, stranger, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey, { name: "Ada Lindqvist" }));
    const who = person();
    await invite(latchkey, place, [who.email]);
    const link = await linkFor(latchkey, who);
    expireInvitations(latchkey, who.email);
    const elsewhere = await stranger();
    await openInvitation(elsewhere, link, "This invitation has expired");
    await expect(elsewhere.getByRole("main")).toContainText("Ask Ada Lindqvist for a new one. We send them an e-mail about it.");
    await expectAccessible(elsewhere);
    await press(elsewhere, "Ask for a new invitation");
    await expect(elsewhere.getByText("We have asked. A new invitation comes by e-mail.")).toBeVisible();
    await expectAccessible(elsewhere);

    const asked = await latchkey.mail.waitForMail(place.owner.email, `${who.email} asks for a new invitation to Acme`);
    await enter(page, place.owner);
    await open(page, linkIn(asked, `/o/${place.slug}/members`));
    await expect(page).toHaveURL(`/o/${place.slug}/members?tab=invitations`);
    await settled(page);
    await expect(row(page, who.email)).toContainText("Expired");
    await expect((await openActions(page, who.email)).getByRole("button", { name: "Copy link" })).toHaveCount(0);
    await page.keyboard.press("Escape");
    await act(page, who.email, "Send again");
    await expect(page.getByText(`The invitation to ${who.email} is sent again. The older link no longer works.`)).toBeVisible();
    await expect(row(page, who.email)).toContainText("Pending");

    const renewed = await linkFor(latchkey, who);
    expect(renewed).not.toBe(link);
    await openInvitation(elsewhere, link, "This invitation is not valid");
    await openInvitation(elsewhere, renewed, "Join Acme");
    await field(elsewhere, "Password").fill(who.password);
    await press(elsewhere, "Create account and join");
    await expectWelcome(elsewhere, place);
  });

  test("copied in part, or none at all", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await invite(latchkey, place, [who.email]);
    const link = await linkFor(latchkey, who);
    for (const broken of [link.slice(0, -4), `${ACCEPT}?token=`, `${ACCEPT}?token=%3Cscript%3E`]) {
      await openInvitation(page, broken, "This invitation is not valid");
      await expect(page.getByRole("main")).toContainText("The link may have been copied only in part, or replaced by a newer one.");
    }
    await page.context().clearCookies();
    await openInvitation(page, ACCEPT, "This invitation is not valid");
    await expectAccessible(page);
    // Wrong links spoil nothing.
    await openInvitation(page, link, "Join Acme");
  });

  test("of somebody who may not invite any more", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    const admin = await join(latchkey, place, "admin", { name: "Grace Hopper" });
    const who = person();
    await invite(latchkey, { ...place, owner: admin }, [who.email]);
    const link = await linkFor(latchkey, who);
    await (await Hand.of(latchkey, admin)).send("leave-organization", { organization: place.slug });
    await openInvitation(page, link, "Join Acme");
    await field(page, "Password").fill(who.password);
    await press(page, "Create account and join");
    await expect(page.getByRole("alert")).toContainText("The person who invited you can no longer do so. Ask for a new invitation.");
  });

  test("of an organization that was deleted", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await invite(latchkey, place, [who.email]);
    const link = await linkFor(latchkey, who);
    await (await Hand.of(latchkey, place.owner)).send("delete-organization", { organization: place.slug, slug: place.slug });
    await openInvitation(page, link, "This invitation was revoked");
  });
});

test.describe("the list", () => {
  test("one that is sent again has a new link, and the older one is dead", async ({ page, latchkey, stranger }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await invite(latchkey, place, [who.email]);
    const first = await linkFor(latchkey, who);
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members?tab=invitations`);
    await act(page, who.email, "Send again");
    await expect(page.getByText(`The invitation to ${who.email} is sent again.`)).toBeVisible();
    const second = await linkFor(latchkey, who);
    const elsewhere = await stranger();
    await openInvitation(elsewhere, first, "This invitation is not valid");
    await openInvitation(elsewhere, second, "Join Acme");
  });

  test("without invitations it says what will stand there", async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members`);
    const current = page.getByRole("navigation", { name: "People" }).locator("[aria-current=page]");
    await expect(current).toHaveText([/^Members/]);
    await page.getByRole("navigation", { name: "People" }).getByRole("link", { name: /^Invitations/ }).click();
    await expect(page).toHaveURL(`/o/${place.slug}/members?tab=invitations`);
    await expect(page.getByRole("heading", { level: 2 })).toHaveText("Nobody is invited at the moment");
    await expect(current).toHaveText([/^Invitations/]);
    await expectAccessible(page);
    await page.getByRole("main").getByRole("link", { name: "Invite members" }).last().click();
    await expectPage(page, `/o/${place.slug}/members/invite`, "Invite members");
  });

  test("what can be done with one is reached by keys alone", { tag: "@phone" }, async ({ page, latchkey, expectAccessible }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = person();
    await invite(latchkey, place, [who.email]);
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members?tab=invitations`);
    const opener = page.getByRole("button", { name: `Actions for ${who.email}` });
    // A finger finds it too, and a mouse what is smaller.
    const isPhone = (page.viewportSize()?.width ?? 0) < 640;
    expect((await opener.boundingBox())?.width).toBeGreaterThanOrEqual(isPhone ? 36 : 24);
    await opener.focus();
    await page.keyboard.press("Enter");
    const menu = row(page, who.email).locator(".menu");
    await expect(menu).toBeVisible();
    await expectAccessible(page);
    for (const name of ["Send again", "Copy link", "Revoke"]) {
      await page.keyboard.press("Tab");
      await expect(menu.getByRole("button", { name })).toBeFocused();
    }
    await page.keyboard.press("Escape");
    await expect(menu).toBeHidden();
    await expect(opener).toBeFocused();
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Hand this link to the person yourself.")).toBeVisible();
    await expect(menu).toBeHidden();
  });

  test("a list that is out of date is refused with the reason", async ({ page, latchkey }) => {
    const place = await organization(latchkey, member(latchkey));
    const who = member(latchkey);
    await invite(latchkey, place, [who.email]);
    await enter(page, place.owner);
    await open(page, `/o/${place.slug}/members?tab=invitations`);
    const hand = await Hand.of(latchkey, who);
    const { offers } = await hand.view("load-switcher");
    await hand.send("accept-offer", { invitation: offers[0].id });
    await act(page, who.email, "Revoke");
    await expect(page.getByRole("alert")).toContainText("This invitation has already been answered or revoked.");
  });
});

test("an invitation is accepted once, by however many at once", { tag: "@once" }, async ({ latchkey }) => {
  const place = await organization(latchkey, member(latchkey));
  const who = member(latchkey);
  await invite(latchkey, place, [who.email]);
  const hand = await Hand.of(latchkey, who);
  const { offers } = await hand.view("load-switcher");
  const answers = await Promise.all([1, 2, 3].map(() => hand.send("accept-offer", { invitation: offers[0].id })));
  const outcomes = answers.map((answer) => answer.Goto ?? answer.Refused?.[0]?.code).sort();
  expect(outcomes).toEqual([`/o/${place.slug}/overview`, "INVITATION_SETTLED", "INVITATION_SETTLED"]);
});

test("nobody accepts or declines what is for another", { tag: "@once" }, async ({ latchkey }) => {
  const place = await organization(latchkey, member(latchkey));
  const [who, other] = [member(latchkey), member(latchkey)];
  await invite(latchkey, place, [who.email]);
  const { offers } = await (await Hand.of(latchkey, who)).view("load-switcher");
  const hand = await Hand.of(latchkey, other);
  for (const endpoint of ["accept-offer", "decline-offer"]) {
    expect((await hand.send(endpoint, { invitation: offers[0].id })).Refused, endpoint).toMatchObject([{ code: "NOT_FOUND" }]);
  }
});
