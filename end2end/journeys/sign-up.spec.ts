import {
  expectPage, expectRefused, field, graphql, linkIn, member, open, person, press, sendSignIn, signUp, verify,
} from "../support/people.ts";
import { expect, test } from "../support/test.ts";

const FIRST_LETTER = "Confirm your e-mail for Latchkey";

test("an empty form says what is missing beside each field, and the first of them has the focus", async ({ page, expectAccessible }) => {
  await open(page, "/sign-up");
  await press(page, "Create account");
  await expectRefused(page, "E-mail", /Fill this in\./);
  await expectRefused(page, "Password", /Fill this in\./);
  await expect(field(page, "E-mail")).toBeFocused();
  await expect(field(page, /^Name/)).not.toHaveAttribute("aria-invalid");
  await expectPage(page, "/sign-up", "Create your account");
  await expectAccessible(page);
});

test("an address that cannot exist is refused with what was typed kept, but not the password", async ({ page }) => {
  const who = person({ email: "ada@lindqvist" });
  await open(page, "/sign-up");
  await field(page, /^Name/).fill(who.name);
  await field(page, "E-mail").fill(who.email);
  await field(page, "Password").fill(who.password);
  await press(page, "Create account");
  await expectRefused(page, "E-mail", /Enter an e-mail address, like ada@example\.com\./);
  await expect(field(page, "E-mail")).toBeFocused();
  await expect(field(page, "E-mail")).toHaveValue(who.email);
  await expect(field(page, /^Name/)).toHaveValue(who.name);
  expect(await page.content()).not.toContain(who.password);
});

test("what a form without JavaScript sends back holds no password", async ({ page }) => {
  const who = person({ email: "ada@lindqvist" });
  const form = { name: who.name, email: who.email, password: who.password };
  const answer = await page.request.post("/_fn/sign-up", { form, headers: { accept: "text/html" } });
  expect(answer.url()).toMatch(/\/sign-up$/);
  const html = await answer.text();
  expect(html).toContain(who.email);
  expect(html).not.toContain(who.password);
});

for (const [what, password, sentence] of [
  ["short", "four kettles", /Use at least 15 characters\./],
  ["common", "1q2w3e4r5t6y7u8i", /on lists that attackers try first/],
  ["repeated", "passwordpassword", /on lists that attackers try first/],
  ["one's own name", "Ada Lindqvist 2026", /based on your name, your address or the product's name/],
] as const) {
  test(`a password is refused, and the reason told: ${what}`, async ({ page }) => {
    await open(page, "/sign-up");
    await field(page, /^Name/).fill("Ada Lindqvist");
    await field(page, "E-mail").fill(person().email);
    await field(page, "Password").fill(password);
    await press(page, "Create account");
    await expectRefused(page, "Password", sentence);
    await expect(field(page, "Password")).toBeFocused();
    await expect(field(page, "E-mail")).not.toHaveAttribute("aria-invalid");
  });
}

test.describe("while typing", () => {
  test.skip(({ javaScriptEnabled }) => !javaScriptEnabled, "needs a script");

  test("a field that is left is judged without a request, and mending it takes the refusal away", async ({ page }) => {
    await open(page, "/sign-up");
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await field(page, "E-mail").fill("ada@");
    await expect(field(page, "E-mail")).not.toHaveAttribute("aria-invalid");
    await field(page, "Password").fill("four kettles");
    await expectRefused(page, "E-mail", /Enter an e-mail address/);
    await field(page, "E-mail").fill("ada@example.test");
    await expect(field(page, "E-mail")).not.toHaveAttribute("aria-invalid");
    await expect(page.getByText("Enter an e-mail address")).toHaveCount(0);
    await expectRefused(page, "Password", /Use at least 15 characters\./);
    await field(page, "Password").pressSequentially(" on a shelf");
    await expect(field(page, "Password")).not.toHaveAttribute("aria-invalid");
    expect(requests).toEqual([]);
  });

  test("a field that is left empty is not complained about", async ({ page }) => {
    await open(page, "/sign-up");
    await field(page, "E-mail").focus();
    await field(page, "Password").focus();
    await field(page, /^Name/).focus();
    await expect(page.locator("[aria-invalid]")).toHaveCount(0);
  });

  test("the password can be shown and hidden", async ({ page }) => {
    await open(page, "/sign-up");
    await field(page, "Password").fill("four kettles");
    const show = page.getByRole("button", { name: "Show password" });
    await expect(show).toHaveAttribute("aria-pressed", "false");
    await expect(field(page, "Password")).toHaveAttribute("type", "password");
    await show.click();
    await expect(show).toHaveAttribute("aria-pressed", "true");
    await expect(field(page, "Password")).toHaveAttribute("type", "text");
    await expect(field(page, "Password")).toHaveValue("four kettles");
    await show.click();
    await expect(field(page, "Password")).toHaveAttribute("type", "password");
  });

  test("a word tells how strong the password is", async ({ page }) => {
    await open(page, "/sign-up");
    const meter = page.getByRole("meter", { name: "Password strength" });
    for (const [password, words, level] of [
      ["four kettles", "Too short", 1],
      ["aaaaaaaaaaaaaaaaaaaa", "Fair: few different characters", 2],
      ["four kettles on", "Good", 3],
      ["four kettles on a shelf", "Strong", 4],
    ] as const) {
      await field(page, "Password").fill(password);
      await expect(field(page, "Password")).toHaveAccessibleDescription(new RegExp(words));
      await expect(meter).toHaveAttribute("aria-valuetext", words);
      await expect(meter).toHaveJSProperty("value", level);
    }
    await field(page, "Password").fill("");
    await expect(page.getByText("Strong", { exact: true })).toHaveCount(0);
  });
});

test("what needs a script is not offered without one", async ({ page, javaScriptEnabled }) => {
  await open(page, "/sign-up");
  await expect(page.getByRole("button", { name: "Show password" })).toBeVisible({ visible: javaScriptEnabled });
  await expect(page.getByRole("meter", { name: "Password strength" })).toBeVisible({ visible: javaScriptEnabled });
});

test("somebody signs up, confirms the address and signs in", async ({ page, request, latchkey, expectAccessible }) => {
  const who = person();
  await signUp(page, who);
  await expect(page.getByRole("main")).toContainText(`We sent a link to ${who.email}.`);
  await expectAccessible(page);

  const letter = await latchkey.mail.waitForMail(who.email, FIRST_LETTER);
  const link = linkIn(letter, "/verify-email");
  // What a mail scanner does: it spends nothing.
  expect((await request.get(link)).status()).toBe(200);
  await open(page, link);
  await open(page, link);
  await expectPage(page, "/verify-email", "Confirm your e-mail");
  await expect(page.getByRole("main")).toContainText(who.email);
  expect(await page.content()).not.toContain(new URL(link).searchParams.get("token"));
  await expectAccessible(page);

  await press(page, "Confirm address");
  await expectPage(page, "/sign-in", "Sign in");
  await expect(page.getByText("Your e-mail is confirmed. Sign in to open your account.")).toBeVisible();
  await expect(field(page, "E-mail")).toHaveValue(who.email);
  await expect(field(page, "Password")).toBeFocused();
  await expectAccessible(page);
  await field(page, "Password").fill(who.password);
  await press(page, "Sign in");
  await expectPage(page, "/", "Good to see you, Ada");
  await expect(page.getByRole("main")).toContainText(who.email);
  expect(await latchkey.mail.unread(who.email)).toEqual([]);
});

test("the letter has one button and the same address in words, as HTML and as text", { tag: "@once" }, async ({ latchkey }) => {
  const who = person({ name: "Click <b>here</b>" });
  const input = { name: who.name, email: who.email, password: who.password };
  await graphql(latchkey, "mutation($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }", { input });
  const { html, text, from, links } = await latchkey.mail.waitForMail(who.email, FIRST_LETTER);
  const link = linkIn({ html, text, from, links, to: who.email, subject: FIRST_LETTER }, "/verify-email");
  expect(from).toMatch(/^accounts@/);
  expect(text.split("\n")).toContain(link);
  expect(html.split(`href="${link}"`)).toHaveLength(3);
  expect(html).toContain(`>${link}</a>`);
  expect(html.match(/<td class="button"/g)).toHaveLength(1);
  for (const part of [html, text]) expect(part).toContain("You get this because your address was entered to sign up.");
  // Whoever signed up chose the name, and may not be the one who reads this.
  for (const part of [html, text]) expect(part).not.toContain("here");
});

test("a link that was used says so and offers a new one", async ({ page, latchkey }) => {
  const who = person();
  await signUp(page, who);
  const link = linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email");
  await verify(page, link);
  await open(page, link);
  await expectPage(page, "/verify-email", "This link has already been used");
  await expect(page.getByRole("button", { name: "Send a new link" })).toBeVisible();
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await sendSignIn(page, who);
  await expectPage(page, "/", "Good to see you, Ada");
});

test("a link that was copied in part is told apart from one that is good", async ({ page, latchkey }) => {
  const who = person();
  await signUp(page, who);
  const link = linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email");
  for (const broken of [link.slice(0, -4), "/verify-email?token=", "/verify-email?token=%3Cscript%3E", "/verify-email"]) {
    await open(page, broken);
    await expectPage(page, "/verify-email", "Get a new link");
  }
  await field(page, "E-mail").fill(who.email);
  await press(page, "Send a new link");
  await expectPage(page, "/check-inbox", "Check your inbox");
  await verify(page, linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email"));
});

test("a known address gets the same page and another letter", async ({ page, latchkey }) => {
  const owner = member(latchkey);
  await signUp(page, { ...owner, name: "Mallory", password: "another seven kettles" });
  await expect(page.getByRole("main")).toContainText(`We sent a link to ${owner.email}.`);
  const letter = await latchkey.mail.waitForMail(owner.email);
  expect(letter.subject).toBe("You already have an account at Latchkey");
  expect(letter.links.some((link) => link.includes("token="))).toBe(false);
  expect(letter.text).not.toContain("Mallory");
  await open(page, linkIn(letter, "/sign-in"));
  await sendSignIn(page, owner);
  await expectPage(page, "/", "Good to see you, Ada");
});

test("the letter is sent again after a minute, and the older link dies", async ({ page, latchkey, javaScriptEnabled }) => {
  if (javaScriptEnabled) await page.clock.install();
  const who = person();
  await signUp(page, who);
  const first = linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email");

  if (javaScriptEnabled) {
    const waiting = page.getByRole("button", { name: /^Send again in 0:\d\d$|^Send again in 1:00$/ });
    await expect(waiting).toHaveAttribute("aria-disabled", "true");
    await page.clock.runFor(61_000);
  }
  const again = page.getByRole("button", { name: "Send again", exact: true });
  await expect(again).not.toHaveAttribute("aria-disabled");
  const answer = page.waitForResponse((response) => response.request().isNavigationRequest() && response.url().endsWith("/check-inbox"));
  await again.click();
  await answer;
  await expectPage(page, "/check-inbox", "Check your inbox");
  await expect(page.getByRole("main")).toContainText(who.email);

  const second = linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email");
  expect(second).not.toBe(first);
  await open(page, first);
  await expectPage(page, "/verify-email", "Get a new link");
  await verify(page, second);
});

test("an address can be changed when it was mistyped", async ({ page }) => {
  await signUp(page, person());
  await page.getByRole("link", { name: "Change e-mail" }).click();
  await expectPage(page, "/sign-up", "Create your account");
});
