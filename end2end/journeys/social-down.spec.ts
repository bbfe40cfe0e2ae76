// A provider of sign-ins that does not answer.

import { expectPage, member, open, sendSignIn } from "../support/people.ts";
import { expect, test } from "../support/test.ts";

// Nothing listens there (RFC 863's port, which no service of ours takes).
const settings = { LATCHKEY_OIDC_ISSUER: "http://127.0.0.1:9", LATCHKEY_OIDC_CLIENT_ID: "x", LATCHKEY_OIDC_CLIENT_SECRET: "y", LATCHKEY_OIDC_NAME: "Acme SSO" };

test.use({ settings });

test("it says so calmly, and leaves the other ways open", async ({ page, latchkey, expectAccessible }) => {
  const who = member(latchkey);
  await open(page, "/sign-in?next=/account/preferences");
  await page.getByRole("link", { name: "Continue with Acme SSO" }).click();
  await expectPage(page, "/sign-in", "Sign in");
  await expect(page.getByRole("alert")).toHaveText("Acme SSO did not respond as expected. Try again in a moment, or use another way to sign in.");
  await expectAccessible(page);
  await sendSignIn(page, who);
  await expectPage(page, "/account/preferences", "Preferences");
});

test("a provider that is not offered is nowhere", async ({ page, problems }) => {
  problems.expected(/status of 404/);
  for (const path of ["/sign-in/with/google", "/sign-in/with/nobody", "/sign-in/with/google/callback?code=x&state=y"]) {
    const answer = await page.goto(path);
    expect([path, answer?.status()]).toEqual([path, 404]);
  }
});
