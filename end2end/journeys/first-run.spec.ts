// The first operator: the link that a new installation prints, and that it is good once.

import { enter, expectPage, expectRefused, expectSignedIn, expectSignedOut, field, member, open, press } from "../support/people.ts";
import { startServer, type Server } from "../support/server.ts";
import { expect, test } from "../support/test.ts";

// Nobody else takes the link of these servers.
test.use({ settings: { LATCHKEY_PRODUCT_NAME: "Newly installed" } });

function printed(server: Server): string {
  const link = /\bhttp\S+\/setup\?token=\S+/.exec(server.log())?.[0];
  if (!link) throw new Error(`no link was printed:\n${server.log()}`);
  return link;
}

/** Another installation, for a test that takes its link. */
async function installed(act: (server: Server, link: string) => Promise<void>) {
  const server = await startServer({});
  try {
    await act(server, printed(server));
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
    await field(page, "Name").fill("Ada Lovelace");
    await field(page, "E-mail").fill("ada@example.test");
    await field(page, "Password").fill("nine lanterns over the harbour");
    await press(page, "Create operator");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Security");
    await expect(page.getByText("You are the operator of this installation.")).toBeVisible();
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
  await page.goto(printed(latchkey));
  await hydrated(page);
  await expect(page.getByText(`You are signed in as ${who.email}.`)).toBeVisible();
  await press(page, "Become the operator");
  await expectPage(page, "/account/security", "Security");
  await expectSignedIn(page, who);
  await open(page, "/setup");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This installation has an operator");
});
