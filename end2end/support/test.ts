// What every journey imports instead of Playwright's own `test`.
//
//   import { expect, test } from "../support/test.ts";
//
//   test("a stranger can sign up", async ({ page, latchkey, hydrated, expectAccessible }) => { … });
//
// A test fails when its pages print an error, throw one, or ask another host for anything, unless it said so beforehand:
//
//   problems.expected(/status of 404/);

import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base, type BrowserContext, type BrowserContextOptions, type Page } from "@playwright/test";
import { DevMailbox, SmtpSink, type Mail } from "./mail.ts";
import { startServer, type Server } from "./server.ts";

export { expect, type Page };
export type { Letter } from "./mail.ts";

export interface LatchkeyOptions {
  /** Where letters go: to an SMTP server, or nowhere but the development mailbox. `test.use({ mail: "mailbox" })` */
  mail: "smtp" | "mailbox";
  /** Environment variables for the server, over the tests' own. `test.use({ settings: { LATCHKEY_SIGN_UP: "closed" } })` */
  settings: Record<string, string>;
}

export interface Latchkey extends Server {
  readonly mail: Mail;
  /** The SMTP server, to make it refuse; undefined with `mail: "mailbox"`. */
  readonly smtp: SmtpSink | undefined;
}

interface WorkerFixtures {
  /** The running server, shared by the tests of a worker that want the same options. */
  latchkey: Latchkey;
}

interface Fixtures {
  problems: Problems;
  /** Another person: a page in a browser of their own, with the project's size and settings; with `storageState`, one that kept that. */
  stranger: (kept?: Pick<BrowserContextOptions, "storageState">) => Promise<Page>;
  /** Waits until a page answers to a click. To be called after every navigation; without JavaScript there is nothing to wait for. */
  hydrated: (page: Page) => Promise<void>;
  /** Checks a page with axe; on the desktop in light and in dark colours. */
  expectAccessible: (page: Page) => Promise<void>;
}

/** What went wrong on the pages of a test, and what of it was meant to. */
class Problems {
  readonly #home: string;
  readonly #expected: RegExp[] = [];
  readonly #found: string[] = [];

  constructor(home: string) {
    this.#home = new URL(home).host;
  }

  /** Takes problems that match as part of the journey. */
  expected(pattern: RegExp) {
    this.#expected.push(pattern);
  }

  watch(context: BrowserContext) {
    context.on("console", (message) => {
      if (message.type() === "error") this.#found.push(`console error: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.#found.push(`uncaught: ${error.error().stack ?? error.error().message}`));
    context.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (/^https?:$/.test(protocol) && host !== this.#home) this.#found.push(`request to another host: ${request.url()}`);
    });
  }

  left() {
    return this.#found.filter((problem) => !this.#expected.some((pattern) => pattern.test(problem)));
  }
}

export const test = base.extend<Fixtures, LatchkeyOptions & WorkerFixtures>({
  mail: ["smtp", { option: true, scope: "worker" }],
  settings: [{}, { option: true, scope: "worker" }],

  latchkey: [
    async ({ mail, settings }, use) => {
      const smtp = mail === "smtp" ? await SmtpSink.start() : undefined;
      try {
        const server = await startServer({ ...(smtp ? { LATCHKEY_SMTP_URL: smtp.url } : {}), ...settings });
        await use(Object.assign(server, { smtp, mail: smtp ?? new DevMailbox(server.url) }));
        await server.stop();
      } finally {
        await smtp?.stop();
      }
    },
    { scope: "worker", timeout: 60_000 },
  ],

  baseURL: async ({ latchkey }, use) => use(latchkey.url),

  problems: async ({ latchkey }, use, testInfo) => {
    const problems = new Problems(latchkey.url);
    const before = latchkey.log().length;
    await use(problems);
    if (testInfo.status !== testInfo.expectedStatus || problems.left().length > 0) {
      await testInfo.attach("server.log", { body: latchkey.log().slice(before) || "(nothing)", contentType: "text/plain" });
    }
    expect(problems.left(), "problems on the pages of this test").toEqual([]);
  },

  context: async ({ context, problems }, use) => {
    problems.watch(context);
    await use(context);
  },

  stranger: async ({ browser, problems }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (kept = {}) => {
      const context = await browser.newContext(kept);
      contexts.push(context);
      problems.watch(context);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },

  hydrated: async ({ javaScriptEnabled }, use) => {
    await use(async (page) => {
      if (javaScriptEnabled) await expect(page.locator('html[data-hydrated="1"]')).toBeAttached();
    });
  },

  expectAccessible: async ({ browser, javaScriptEnabled, isMobile }, use) => {
    await use(async (page) => {
      if (javaScriptEnabled) {
        await audit(page, isMobile ? ["light"] : ["light", "dark"]);
        await page.emulateMedia({ colorScheme: null, reducedMotion: null });
        return;
      }
      // axe is a script: it gets the page as it stands here, in a browser that runs scripts, without the page's own.
      const context = await browser.newContext({ javaScriptEnabled: true, storageState: await page.context().storageState() });
      const copy = await context.newPage();
      const body = withoutScripts(await page.content());
      await copy.route(page.url().replace(/#.*/, ""), (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
      await copy.goto(page.url());
      await audit(copy, ["light"]);
      await context.close();
    });
  },
});

/** Colours are the same on every screen, with and without scripts: dark ones are checked where the page is widest. */
async function audit(page: Page, colours: ("light" | "dark")[]) {
  for (const colorScheme of colours) {
    // A colour caught halfway through a transition has a contrast that nobody sees.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // The frame of a letter is sandboxed and lets no script in: then axe looks at the page around it alone.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(page.frames().length > 1).analyze();
    expect(violations.map(described), `accessibility of ${page.url()} in ${colorScheme} colours`).toEqual([]);
  }
}

function withoutScripts(html: string) {
  return html.replace(/<script\b.*?<\/script>/gs, "").replace(/<\/?noscript\b[^>]*>/g, "");
}

function described({ id, help, nodes }: { id: string; help: string; nodes: { target: unknown; failureSummary?: string }[] }) {
  return `${id}: ${help}\n${nodes.map(({ target, failureSummary = "" }) => `  ${String(target)}\n${failureSummary.replace(/^/gm, "    ")}`).join("\n")}`;
}
