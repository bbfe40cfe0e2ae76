// What protects a browser: other sites, headers, and the files that pages load.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { enter, expectSignedIn, field, graphql, linkIn, member, person } from "../support/people.ts";
import { expect, test } from "../support/test.ts";

/** A page of somebody else's with a form that a click sends to us. */
async function attackPage(html: string) {
  const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(html));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

const ATTACKS = [
  { path: "/_fn/update-profile", fields: { name: "Mallory", username: "mallory", phone: "" } },
  { path: "/_fn/sign-out", fields: {} },
  { path: "/_fn/sign-in", fields: { email: "mallory@example.test", password: "a password of mallory" } },
  { path: "/graphql", fields: { '{"query":"mutation { signOut { userErrors { code } } }","x":"': '"}' }, type: "text/plain" },
];

// From another site, where SameSite keeps the cookie back; and from another port of this host, which is the same site.
for (const host of ["127.0.0.1", "localhost"]) {
  for (const { path, fields, type = "application/x-www-form-urlencoded" } of ATTACKS) {
    test(`a form on a page of ${host} that posts to ${path} does nothing`, async ({ page, latchkey, problems }) => {
      const who = member(latchkey);
      await enter(page, who);
      const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name='${name}' value='${value}'>`);
      const html = `<title>Win</title><form method="post" enctype="${type}" action="${latchkey.url}${path}">${inputs.join("")}<button>Win a prize</button></form>`;
      const { port, close } = await attackPage(html);
      problems.expected(new RegExp(`request to another host: http://${host}:${port}/`));
      problems.expected(/status of 403/);
      await page.goto(`http://${host}:${port}/`);
      const answer = page.waitForResponse(`${latchkey.url}${path}`);
      await page.getByRole("button", { name: "Win a prize" }).click();
      expect((await answer).status()).toBe(403);
      expect(await (await answer).headerValues("set-cookie")).toEqual([]);
      await expect(page).toHaveURL(`${latchkey.url}${path}`);
      close();
      await expectSignedIn(page, who);
      await expect(field(page, /^Display name/)).toHaveValue(who.name);
    });
  }
}

test("a script on another site can neither send nor read", async ({ page, latchkey, problems }) => {
  const who = member(latchkey);
  await enter(page, who);
  const { port, close } = await attackPage("<title>Win</title>");
  problems.expected(/request to another host: http:\/\/127\.0\.0\.1/);
  problems.expected(/CORS|ERR_FAILED|status of 4\d\d/);
  await page.goto(`http://127.0.0.1:${port}/`);
  const outcome = await page.evaluate(async (url) => {
    const body = JSON.stringify({ query: "{ viewer { __typename } }" });
    const headers = { "content-type": "application/json" };
    return fetch(url, { method: "POST", credentials: "include", headers, body }).then((answer) => answer.text(), () => "kept apart");
  }, `${latchkey.url}/graphql`);
  expect(outcome).toBe("kept apart");
  close();
});

test("pages forbid what they do not need, and are stored nowhere", async ({ request, latchkey }) => {
  const { email, name, password } = person();
  await graphql(latchkey, "mutation($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }", { input: { email, name, password } });
  const link = linkIn(await latchkey.mail.waitForMail(email), "/verify-email");
  const opened = await request.get(link, { maxRedirects: 0 });
  expect([opened.status(), opened.headers().location, opened.headers()["referrer-policy"]]).toEqual([303, "/verify-email", "no-referrer"]);

  const nonces = new Set<string>();
  const paths = ["/", "/sign-up", "/sign-in", "/check-inbox", "/forgot-password", "/forgot-password/sent", "/verify-email", "/reset-password"];
  for (const path of paths) {
    const answer = await request.get(path, { headers: { accept: "text/html" } });
    const headers = answer.headers();
    const policy = headers["content-security-policy"] ?? "";
    expect(policy, path).toMatch(/^default-src 'none'; script-src 'nonce-[^']+' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self';/);
    for (const part of ["base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"]) expect(policy, path).toContain(part);
    expect(policy, path).not.toMatch(/'unsafe-(inline|eval)'/);
    expect(headers, path).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": ["/verify-email", "/reset-password"].includes(path) ? "no-referrer" : "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cache-control": "no-store",
    });
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
    const scripts = [...(await answer.text()).matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length, path).toBeGreaterThan(0);
    for (const script of scripts) expect(script, path).toContain(`nonce="${nonce}"`);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(paths.length);
});

test("what is personal is stored nowhere, and errors are protected like pages", async ({ page, latchkey }) => {
  const who = member(latchkey);
  await enter(page, who);
  for (const path of ["/account/profile", "/account/security", "/account/preferences", "/confirm-password", "/"]) {
    const headers = (await page.request.get(path)).headers();
    expect([path, headers["cache-control"], headers["referrer-policy"]]).toEqual([path, "no-store", "same-origin"]);
  }
  const missing = await page.request.get("/no/such/page", { headers: { accept: "text/html" } });
  expect([missing.status(), missing.headers()["content-security-policy"]?.startsWith("default-src 'none'; style-src 'self'")]).toEqual([404, true]);
  const bare = await page.request.get("/no/such/page", { headers: { accept: "application/json" } });
  expect([bare.status(), (await bare.json()).errors[0].code]).toEqual([404, "NOT_FOUND"]);
});

test("the files of a page are kept for ever, compressed, and few", async ({ request, latchkey }) => {
  const html = await (await request.get("/")).text();
  const files = [...new Set(html.match(/\/pkg\/[\w.-]+\.(?:js|wasm|css)/g))];
  expect(files.map((file) => file.split(".").at(-1)).sort()).toEqual(["css", "js", "wasm"]);
  for (const file of files) {
    expect(file).toMatch(/\/latchkey\.[\w-]{8,}\.(js|wasm|css)$/);
    const answer = await fetch(latchkey.url + file, { headers: { "accept-encoding": "gzip, br" } });
    expect([file, answer.status, answer.headers.get("content-encoding"), answer.headers.get("cache-control")]).toEqual([
      file, 200, "br", "public, max-age=31536000, immutable",
    ]);
    expect(answer.headers.get("vary")).toContain("accept-encoding");
    const again = await fetch(latchkey.url + file, { headers: { "accept-encoding": "gzip, br", "if-none-match": answer.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
  }
  for (const file of ["/graphiql/graphiql.js", "/graphiql/graphiql.css", "/favicon.svg"]) {
    const answer = await fetch(latchkey.url + file, { headers: { "accept-encoding": "gzip, br" } });
    expect([file, answer.status, answer.headers.get("content-encoding")]).toEqual([file, 200, "br"]);
  }
  expect((await request.get("/pkg/none.js")).status()).toBe(404);
});

test("a program that takes no compression gets the same files", async ({ request, latchkey }) => {
  const html = await (await request.get("/")).text();
  const files = [...new Set(html.match(/\/pkg\/[\w.-]+\.(?:js|wasm|css)/g)), "/graphiql/graphiql.js", "/favicon.svg"];
  for (const file of files) {
    const fetched = async (encoding: string) => {
      const answer = await fetch(latchkey.url + file, { headers: { "accept-encoding": encoding } });
      return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
    };
    const [plain, packed] = [await fetched("identity"), await fetched("br")];
    expect([file, plain.answer.status, plain.answer.headers.get("content-encoding")]).toEqual([file, 200, null]);
    expect(plain.bytes.equals(packed.bytes), file).toBe(true);
    expect(plain.answer.headers.get("etag"), file).not.toBe(packed.answer.headers.get("etag"));
  }
});

test("pages are compressed too", async ({ latchkey }) => {
  const answer = await fetch(`${latchkey.url}/sign-in`, { headers: { "accept-encoding": "br" } });
  expect(answer.headers.get("content-encoding")).toBe("br");
});
