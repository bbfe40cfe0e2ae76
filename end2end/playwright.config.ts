import { defineConfig, devices } from "@playwright/test";
import { availableParallelism } from "node:os";
import { chromium } from "./support/chromium.mjs";
import type { LatchkeyOptions } from "./support/test.ts";

const executablePath = chromium();
const minutes = 60_000;

/** Journeys that no browser's size or settings can change run once, and so do tests that open no page (`@once`). */
const once = /\/(crashes|gateway|graphql|graphql-http|health|safety)\.spec\.ts$/;

/** A phone shows each page, and walks where a finger or a narrow screen does something else (`@phone`): most forms stand in one
 * column there as they do on a desk. */
const onPhone = /\b(explorer|keys|pages|switching)\.spec\.ts|@phone/;

export default defineConfig<object, LatchkeyOptions>({
  testDir: "./journeys",
  outputDir: "./test-results",
  // Each worker has a Latchkey of its own, so journeys do not meet, and a file's tests may run in any order.
  fullyParallel: true,
  workers: Math.min(6, Math.ceil(1.5 * availableParallelism())),
  // A busy machine may be late once. A test that passes only at the second try is told of at the end, and is to be looked into.
  retries: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 1 * minutes,
  globalTimeout: 40 * minutes,
  expect: { timeout: 10_000 },
  reporter: [["line"], ["json", { outputFile: "../build/reports/browser.json" }]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1280, height: 860 },
    // Recording makes everything slower by a fifth: `--trace=retain-on-failure` where a failure is to be looked into.
    trace: "off",
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
    { name: "phone", testIgnore: once, grep: onPhone, use: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 } },
    { name: "nojs", testIgnore: once, grepInvert: /@once/, use: { javaScriptEnabled: false } },
  ],
});
