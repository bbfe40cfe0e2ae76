// A real nginx before a service, which asks Latchkey about the key of every request (`deploy/nginx-forward-auth.conf`).

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";
import { organization } from "../support/organizations.ts";
import { graphql, member, signInProgram } from "../support/people.ts";
import { expect, test } from "../support/test.ts";

const SAMPLE = new URL("../../deploy/nginx-forward-auth.conf", import.meta.url);

function hasNginx() {
  try {
    execFileSync("nginx", ["-v"], { stdio: "ignore", env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
    return true;
  } catch {
    return false;
  }
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => probe.once("listening", ready));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

test("nginx lets requests with a good key pass, charges them, and refuses others", async ({ latchkey }) => {
  test.skip(!hasNginx(), "nginx is not installed");
  const who = member(latchkey);
  const { slug } = await organization(latchkey, who);
  const { token } = await signInProgram(latchkey, who);
  const found = await graphql(latchkey, `{ organization(slug: "${slug}") { id } }`, {}, token ?? "");
  const input = { organizationId: found.data.organization.id, name: "Gateway", scopes: ["read"], rateLimit: { limit: 3, periodSeconds: 60 } };
  const query = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }";
  const made = (await graphql(latchkey, query, { input }, token ?? "")).data.createApiKey;

  const seen: Record<string, unknown>[] = [];
  const service = createHttpServer((request, response) => {
    seen.push(request.headers);
    response.end("the service");
  }).listen(0, "127.0.0.1");
  await new Promise((ready) => service.once("listening", ready));
  const folder = mkdtempSync(pathOf(tmpdir(), "latchkey-nginx-"));
  const port = await freePort();
  const sample = readFileSync(SAMPLE, "utf8")
    .replaceAll("127.0.0.1:3000", new URL(latchkey.url).host)
    .replaceAll("127.0.0.1:8080", `127.0.0.1:${(service.address() as AddressInfo).port}`)
    .replaceAll("listen 80;", `listen 127.0.0.1:${port};`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  writeFileSync(
    `${folder}/nginx.conf`,
    `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${sample}\n}\n`,
  );
  const nginx = spawn("nginx", ["-p", folder, "-c", `${folder}/nginx.conf`, "-e", `${folder}/error.log`], {
    stdio: "ignore",
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  try {
    const ask = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/anything`, { headers });
    await expect(async () => expect((await ask({})).status).toBe(401)).toPass({ timeout: 10_000 });
    expect((await ask({ authorization: "Bearer lk_org_junk" })).status).toBe(401);
    expect(seen).toEqual([]);
    const good = await ask({ authorization: `Bearer ${made.secret}`, "x-latchkey-key": "key_of_somebody_else" });
    expect([good.status, await good.text()]).toEqual([200, "the service"]);
    expect(seen[0]?.["x-latchkey-key"]).toBe(made.apiKey.id);
    expect(seen[0]?.["x-latchkey-organization"]).toBe(input.organizationId);
    expect((await ask({ "x-api-key": made.secret })).status).toBe(200);
    expect((await ask({ "x-api-key": made.secret })).status).toBe(200);
    const limited = await ask({ "x-api-key": made.secret });
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "20"]);
    await graphql(latchkey, "mutation($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { userErrors { code } } }", { input: { id: made.apiKey.id } }, token ?? "");
    expect((await ask({ "x-api-key": made.secret })).status).toBe(401);
  } finally {
    nginx.kill();
    service.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
