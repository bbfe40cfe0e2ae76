// The first operator: the link that a new installation prints, and that it is good once.

import { enter, expectPage, expectRefused, expectSignedIn, expectSignedOut, field, member, open, press } from "../support/people.ts";
import { setUp } from "../support/second-factors.ts";
import { startServer, type Server } from "../support/server.ts";
import { expect, test } from "../support/test.ts";

// Nobody else takes the link of these servers.
test.use({ settings: { LATCHKEY_PRODUCT_NAME: "Newly installed" } });

/** The link that a server has printed; it answers a moment before that. */
async function printed(server: Server): Promise<string> {
  const link = () => /\bhttp\S+\/setup\?token=\S+/.exec(server.log())?.[0] ?? "";
  await expect.poll(link, "the link is printed").not.toBe("");
  return link();
}

/** Another installation, for a test that takes its link. */
async function installed(act: (server: Server, link: string) => Promise<void>) {
  const server = await startServer({});
  try {
    await act(server, await printed(server));
  } finally {
    await server.stop();
  }
}

test("whoever has the link from the log becomes its operator, once", { tag: "@phone" }, async ({ page, latchkey, hydrated, expectAccessible, problems }) => {
  problems.expected(/status of 4\d\d/);
  problems.expected(/request to another host/);
  void latchkey;
  await installed(async (server, link) => {
    await page.goto(link);
    await hydrated(page);
    expect(new URL(page.url()).search, "the secret is not in the address bar").toBe("");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Set up /);
    await expectAccessible(page);
    await press(page, "Create operator");
    await expectRefused(page, "E-mail", /./);
    await field(page, /^Name/).fill("Ada Lovelace");
    await field(page, "E-mail").fill("ada@example.test");
    await field(page, "Password").fill("nine lanterns over the harbour");
    await press(page, "Create operator");
    await expectPage(page, `${server.url}/setup/next`, "What to do next");
    await expectAccessible(page);
    await page.getByRole("link", { name: "Send a test e-mail" }).click();
    await expect(page.getByRole("heading", { level: 1 }), "that comes first").toHaveText("The console asks for a second step");
    await page.goto(`${server.url}/setup/next`);
    await hydrated(page);
    await page.getByRole("link", { name: "Set up a second step" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Security");
    await page.context().clearCookies();
    await page.goto(link);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This installation has an operator");
    await server.crash();
    expect(server.log().split("/setup?token="), "another start prints none").toHaveLength(2);
  });
});

test("without the link there is nothing to take", async ({ page, latchkey }) => {
  await page.goto(`${latchkey.url}/setup?token=lkf_nothing`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link no longer works");
  await expectSignedOut(page);
});

test("who is signed in makes their own account the operator's", async ({ page, latchkey, hydrated }) => {
  const who = member(latchkey);
  await enter(page, who);
  await page.goto(await printed(latchkey));
  await hydrated(page);
  await expect(page.getByText(`You are signed in as ${who.email}.`)).toBeVisible();
  await press(page, "Become the operator");
  await expectPage(page, "/setup/next", "What to do next");
  await open(page, "/account/security");
  await expectSignedIn(page, who);
  await setUp(page);
  await open(page, "/setup/next");
  await expect(page.getByRole("listitem").filter({ hasText: "A second step" })).toContainText("Done");
  await page.getByRole("link", { name: "Send a test e-mail" }).click();
  await expectPage(page, "/admin/mail", "Mail");
  await press(page, "Send a test e-mail to yourself");
  await latchkey.mail.waitForMail(who.email, /^A test e-mail from/);
  await open(page, "/admin/settings");
  await page.getByRole("link", { name: "First steps" }).click();
  await expectPage(page, "/setup/next", "What to do next");
  await open(page, "/setup");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This installation has an operator");
});
