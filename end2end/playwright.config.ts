import { defineConfig, devices } from "@playwright/test";
import { availableParallelism } from "node:os";
import { chromium } from "./support/chromium.mjs";
import type { LatchkeyOptions } from "./support/test.ts";

const executablePath = chromium();
const minutes = 60_000;

/** Journeys that no browser's size or settings can change run once. */
const once = /\/(crashes|gateway|graphql|graphql-http|health|safety)\.spec\.ts$/;

/** Journeys over forms in one column, which stand on a phone as they do on a desk; `pages.spec.ts` sees to it that they fit. */
const narrow = /\/(invitations|mailbox-empty|password-reset|sign-in|sign-up|sign-up-closed)\.spec\.ts$/;

export default defineConfig<object, LatchkeyOptions>({
  testDir: "./journeys",
  outputDir: "./test-results",
  // Each worker has a Latchkey of its own, so journeys do not meet, and a file's tests may run in any order.
  fullyParallel: true,
  workers: Math.min(4, availableParallelism()),
  // A test that passes only at the second try has found something.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 1 * minutes,
  globalTimeout: 40 * minutes,
  expect: { timeout: 10_000 },
  reporter: [["line"], ["json", { outputFile: "../build/reports/browser.json" }]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1280, height: 860 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        "--no-sandbox", // Chromium refuses to run as root with its sandbox, and sees nothing but our own pages
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // No name but this machine's exists: a page that asked another host would fail here, as it does where there is no network.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
      ],
    },
  },
  projects: [
    { name: "desktop" },
    { name: "phone", testIgnore: [once, narrow], use: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 } },
    { name: "nojs", testIgnore: once, use: { javaScriptEnabled: false } },
  ],
});
