import { SCRIPT_OF_OURS, member, person, signUp } from "../support/people.ts";
import { expect, test, type Page } from "../support/test.ts";

// A server of its own, so that no other journey has sent a letter; its name shows that pages and letters follow it.
test.use({ mail: "mailbox", settings: { LATCHKEY_PRODUCT_NAME: "Lodge & Sons" } });

async function expectFits(page: Page) {
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth), `${width} px`).toBeLessThanOrEqual(width);
  }
}

test("the mailbox page, empty and with a letter", async ({ page, latchkey, problems, expectAccessible }) => {
  problems.expected(SCRIPT_OF_OURS);
  member(latchkey); // whom the operator makes gets no letter
  expect((await page.goto("/dev/mailbox"))?.status()).toBe(200);
  await expect(page).toHaveTitle("Mailbox · Lodge & Sons");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(["Mailbox"]);
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("No e-mails yet");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
  await expectFits(page);
  await expectAccessible(page);

  const who = person({ email: `${"x".repeat(40)}.${person().email}` });
  await signUp(page, who);
  await latchkey.mail.waitForMail(who.email);
  await page.goto("/dev/mailbox");
  await page.getByRole("navigation", { name: "E-mails" }).getByRole("link", { name: who.email }).click();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("Confirm your e-mail for Lodge & Sons");
  await expectFits(page);
  await expectAccessible(page);
});
