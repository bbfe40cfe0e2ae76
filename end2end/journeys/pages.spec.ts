// Every page, as a person meets it: its status, its heading, narrow screens, the keyboard, and what axe says of it.

import { enterConsole } from "../support/console.ts";
import { expectFits, expectWords } from "../support/layout.ts";
import { enter, expectPage, field, graphql, linkIn, member, open, person, press, signUp } from "../support/people.ts";
import { expect, test, type Latchkey, type Page } from "../support/test.ts";

interface Known {
  path: string;
  heading: string;
  /** Where it differs from the heading. */
  title?: string;
  status?: number;
  /** Something in the page has the focus from the start, so that the skip link is not the first stop. */
  hasFocus?: boolean;
}

const OUTSIDE: Known[] = [
  { path: "/", heading: "One account for everything that runs here" },
  { path: "/sign-up", heading: "Create your account" },
  { path: "/check-inbox", heading: "Check your inbox" },
  { path: "/verify-email", heading: "Get a new link", hasFocus: true },
  { path: "/sign-in", heading: "Sign in", hasFocus: true },
  { path: "/sign-in/link", heading: "Sign in by e-mail", hasFocus: true },
  { path: "/sign-in/link/sent", heading: "Check your inbox" },
  { path: "/magic-link", heading: "This link no longer works" },
  { path: "/undo-deletion", heading: "This link no longer works" },
  { path: "/undo-email-change", heading: "This link no longer works" },
  { path: "/forgot-password", heading: "Forgot your password?", hasFocus: true },
  { path: "/forgot-password/sent", heading: "Check your inbox" },
  { path: "/reset-password", heading: "This link no longer works" },
  { path: "/no/such/page", heading: "Page not found", title: "Error 404", status: 404 },
  { path: "/dev/mailbox", heading: "Page not found", title: "Error 404", status: 404 },
];

const INSIDE: Known[] = [
  { path: "/", heading: "Good to see you, Ada", title: "One account for everything that runs here" },
  { path: "/account/profile", heading: "Profile" },
  { path: "/change-email", heading: "This link no longer works" },
  { path: "/account/security", heading: "Security" },
  { path: "/account/preferences", heading: "Preferences" },
  { path: "/account/data", heading: "Your data" },
  { path: "/confirm-password", heading: "Confirm that it is you", hasFocus: true },
  { path: "/account/no-such-page", heading: "Page not found", title: "Error 404", status: 404 },
];

/** Of the operator's console, for staff with a second step. */
const CONSOLE: Known[] = [
  ["/admin/overview", "Overview"],
  ["/admin/users", "Users"],
  ["/admin/organizations", "Organizations"],
  ["/admin/keys", "API keys"],
  ["/admin/mail", "Mail"],
  ["/admin/audit", "Audit log"],
  ["/admin/settings", "Settings"],
].map(([path = "", heading = ""]) => ({ path, heading, title: `${heading} · Operator console` }));

async function expectSkipLink(page: Page, name: string, target: string) {
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.locator(target)).toBeFocused();
}

function check(known: Known, whose: string, prepare: (page: Page, latchkey: Latchkey) => Promise<unknown>) {
  test(`${known.path} ${whose}`, async ({ page, latchkey, problems, expectAccessible }) => {
    const { path, heading, title = heading, status = 200, hasFocus = false } = known;
    if (status >= 400) problems.expected(new RegExp(`status of ${status}`));
    await prepare(page, latchkey);
    const response = await page.goto(path);
    expect(response?.status()).toBe(status);
    expect(response?.headers()["content-type"]).toBe("text/html; charset=utf-8");
    if (status < 400) await expectPage(page, path, heading);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText([heading]);
    await expect(page).toHaveTitle(`${title} · Latchkey`);
    await expect(page.getByRole("main")).toHaveCount(1);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    if (!hasFocus) await expectSkipLink(page, "Skip to content", "#main");
    await expectFits(page);
    await expectAccessible(page);
  });
}

for (const known of OUTSIDE) check(known, "for a stranger", async () => {});
for (const known of INSIDE) check(known, "for who is signed in", async (page, latchkey) => enter(page, member(latchkey)));
for (const known of CONSOLE) check(known, "for staff", enterConsole);

test("the explorer stands in the same frame", async ({ page, expectAccessible, javaScriptEnabled }) => {
  expect((await page.goto("/graphiql"))?.status()).toBe(200);
  await expect(page).toHaveTitle("GraphQL explorer · Latchkey");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(["GraphQL explorer"]);
  if (javaScriptEnabled) await expect(page.getByRole("button", { name: /Execute query/ })).toBeVisible();
  else await expect(page.locator("noscript p")).toContainText("The explorer needs JavaScript.");
  await expectSkipLink(page, "Skip to the explorer", "#explorer");
  await expectFits(page);
  await expectAccessible(page);
});

test("pages whose letter was opened", async ({ page, latchkey, expectAccessible }) => {
  const who = person();
  await signUp(page, who);
  await expectFits(page);
  await open(page, linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email"));
  await expectPage(page, "/verify-email", "Confirm your e-mail");
  await expectFits(page);

  const { email } = member(latchkey);
  await graphql(latchkey, "mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }", { input: { email } });
  await open(page, linkIn(await latchkey.mail.waitForMail(email), "/reset-password"));
  await expectPage(page, "/reset-password", "Set a new password");
  await press(page, "Set password");
  await expect(field(page, "New password")).toHaveAttribute("aria-invalid", "true");
  await expectFits(page);
  await expectAccessible(page);
});

for (const [what, name] of [
  ["one word", "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswesenchafewarenwohlgepfl".padEnd(100, "e")],
  ["many words", "Juana Inés de la Concepción Ramírez de Santillana y Asbaje del Valle de las Flores y los Ríos".padEnd(100, " ñ")],
] as const) {
  test(`a name of 100 characters and an address of 60 fit: ${what}`, async ({ page, latchkey, expectAccessible }) => {
    const short = person({ name });
    const who = { ...short, email: short.email.replace("@", `.${"x".repeat(60 - short.email.length - 1)}@`) };
    expect([[...who.name].length, who.email.length]).toEqual([100, 60]);
    await signUp(page, who);
    await expectFits(page);
    const link = linkIn(await latchkey.mail.waitForMail(who.email), "/verify-email");
    await open(page, link);
    await expectPage(page, "/verify-email", "Confirm your e-mail");
    await expectFits(page);
    await press(page, "Confirm address");
    await expectPage(page, "/sign-in", "Sign in");
    await enter(page, who);
    for (const path of ["/", "/account/profile", "/account/security", "/account/preferences", "/confirm-password", "/graphiql"]) {
      await page.goto(path);
      await expectFits(page);
      await expectWords(page);
    }
    await open(page, "/account/profile");
    await expectAccessible(page);
  });
}

test("links lead from page to page", async ({ page }) => {
  await open(page, "/");
  for (const [link, path, heading] of [
    ["Create account", "/sign-up", "Create your account"],
    ["Sign in", "/sign-in", "Sign in"],
    ["Forgot password?", "/forgot-password", "Forgot your password?"],
    ["Sign in", "/sign-in", "Sign in"],
    ["Send the link again", "/verify-email", "Get a new link"],
    ["Sign in", "/sign-in", "Sign in"],
    ["Create an account", "/sign-up", "Create your account"],
    ["Latchkey", "/", "One account for everything that runs here"],
  ] as const) {
    await page.getByRole("link", { name: link, exact: true }).first().click();
    await expectPage(page, path, heading);
    await expect(page).toHaveTitle(`${heading} · Latchkey`);
  }
  await page.goBack();
  await expectPage(page, "/sign-up", "Create your account");
});

test("the home page's links to the API lead there", async ({ page }) => {
  for (const [link, path] of [
    [/^Schema/, "/graphql/schema.graphql"],
    [/^Health/, "/readyz"],
    [/^GraphQL explorer/, "/graphiql"],
  ] as const) {
    const address = await page.goto("/").then(() => page.getByRole("link", { name: link }).getAttribute("href"));
    expect(address).toBe(path);
    expect((await page.request.get(path)).status()).toBe(200);
  }
  await open(page, "/");
  await page.getByRole("link", { name: /^GraphQL explorer/ }).click();
  await expect(page).toHaveURL("/graphiql");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("GraphQL explorer");
});

test("the sign-in form is filled by keyboard in the order it is read", async ({ page, latchkey, javaScriptEnabled }) => {
  const who = member(latchkey);
  await open(page, "/sign-in");
  await expect(field(page, "E-mail")).toBeFocused();
  await page.keyboard.type(who.email);
  const stops = [
    field(page, "Password"),
    ...(javaScriptEnabled ? [page.getByRole("button", { name: "Show password" })] : []),
    page.getByRole("link", { name: "Forgot password?" }),
    page.getByRole("checkbox", { name: "Keep me signed in" }),
    page.getByRole("button", { name: "Sign in", exact: true }),
  ];
  for (const stop of stops) {
    await page.keyboard.press("Tab");
    await expect(stop).toBeFocused();
  }
  await field(page, "Password").focus();
  await page.keyboard.type(who.password);
  await page.keyboard.press("Enter");
  await expectPage(page, "/", "Good to see you, Ada");
});
