// Which Chromium the browser tests drive. Run as a program it prints the path, or fails where there is none: scripts/setup.sh asks.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The first has no window at all, which makes the tests a third quicker. */
const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const APPLICATIONS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * `CHROMIUM`, else one on PATH, else one of macOS's applications; undefined leaves it to Playwright to use its own download.
 * @returns {string | undefined}
 */
export function chromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...APPLICATIONS].find(isProgram);
}

async function playwrights() {
  try {
    return (await import("@playwright/test")).chromium.executablePath();
  } catch {
    return ""; // not installed yet, or it has no browser for this system
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = chromium() ?? (await playwrights());
  if (!isProgram(path)) process.exit(1);
  console.log(path);
}
