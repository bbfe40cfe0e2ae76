import { enter, member } from "../support/people.ts";
import { expect, test } from "../support/test.ts";

test.skip(({ javaScriptEnabled }) => !javaScriptEnabled, "the explorer is a script");

test("the explorer runs its first query as who is signed in, and asks no other host", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  const response = await page.goto("/graphiql");
  expect(response?.headers()["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'nonce-[0-9a-f]{32}'; /);
  expect(response?.headers()["content-security-policy"]).not.toContain("unsafe");
  await expect(page.getByRole("banner")).toContainText(who.email);
  await expect(page.getByRole("button", { name: "WhoAmI", exact: true })).toBeVisible();
  await page.getByRole("button", { name: /Execute query/ }).click();
  await expect(page.getByRole("region", { name: "Result Window" })).toContainText(who.email);
});

test("a stranger is nobody, and finds the schema documented", async ({ page }) => {
  await page.goto("/graphiql");
  await expect(page.getByRole("banner")).toContainText("not signed in");
  await page.getByRole("button", { name: /Execute query/ }).click();
  await expect(page.getByRole("region", { name: "Result Window" })).toContainText(/"viewer": null/);
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.getByRole("link", { name: "Mutation", exact: true }).click();
  await expect(page.getByText("Asks for an account and sends an e-mail to verify the address.")).toBeVisible();
});
