import { expectPage, graphql, open, person } from "../support/people.ts";
import { expect, test } from "../support/test.ts";

test.use({ settings: { LATCHKEY_SIGN_UP: "closed" } });

test("where sign-up is closed, pages say so and nothing offers it", async ({ page, latchkey, expectAccessible }) => {
  await open(page, "/");
  await expect(page.getByRole("link", { name: "Create account" })).toHaveCount(0);
  await open(page, "/sign-in");
  await expect(page.getByRole("link", { name: "Create an account" })).toHaveCount(0);
  await open(page, "/sign-up");
  await expectPage(page, "/sign-up", "Sign-up is closed");
  await expect(page.locator("form")).toHaveCount(0);
  await expectAccessible(page);

  const input = person();
  const answer = await graphql(latchkey, "mutation($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }", { input });
  expect(answer.data.signUp.userErrors).toEqual([{ code: "SIGN_UP_CLOSED" }]);
});
