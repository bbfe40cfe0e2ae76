// Signing in by a link, where the operator has turned it off.

import { field, member, open, press } from "../support/people.ts";
import { expect, test } from "../support/test.ts";

test.use({ settings: { LATCHKEY_MAGIC_LINKS: "false" } });

test("nothing offers a link, and asking for one is refused", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await open(page, "/sign-in");
  await expect(page.getByRole("link", { name: "Get a link by e-mail" })).toHaveCount(0);
  await open(page, "/sign-in/link");
  await field(page, "E-mail").fill(who.email);
  await press(page, "Send link");
  await expect(page.getByRole("alert")).toHaveText("Signing in with a link is turned off here. Use your password.");
});
