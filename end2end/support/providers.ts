// Providers of sign-ins on this machine: a real one that speaks OpenID Connect, and a server that speaks GitHub's endpoints.

import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { expect, type Page } from "@playwright/test";

const CLIENT = "latchkey";
const SECRET = "a-secret-of-the-journeys";

/** Where a provider may send people back to: some Latchkey on this machine. */
function isOurs(address: string, provider: string) {
  const { hostname, pathname } = new URL(address);
  return hostname === "localhost" && pathname === `/sign-in/with/${provider}/callback`;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  // A number where Latchkey is a name: the browser takes them for different sites.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server) {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
}

/** The certified provider of npm's `oidc-provider`, with its pages to sign in and to agree. Whoever signs in as `name` has the
 * address `name@example.test` there, verified unless the name begins with "unverified". */
export class OidcProvider {
  readonly name = "Acme SSO";
  readonly url: string;
  readonly #server: Server;

  private constructor(url: string, server: Server) {
    this.url = url;
    this.#server = server;
  }

  static async start(): Promise<OidcProvider> {
    let answer: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
    const server = createServer((request, response) => void answer?.(request, response));
    const url = await listen(server);
    const provider = new Provider(url, {
      clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: ["http://localhost/sign-in/with/oidc/callback"] }],
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
      ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
      cookies: { keys: [randomBytes(16).toString("hex")] },
      findAccount: async (_context: unknown, id: string) => ({
        accountId: id,
        claims: async () => ({ sub: id, name: "Ada Lindqvist", email: `${id}@example.test`, email_verified: !id.startsWith("unverified") }),
      }),
    });
    // The port of the Latchkey is not known yet.
    provider.Client.prototype.redirectUriAllowed = (uri) => isOurs(uri, "oidc");
    answer = provider.callback();
    return new OidcProvider(url, server);
  }

  get settings() {
    return {
      LATCHKEY_OIDC_ISSUER: this.url,
      LATCHKEY_OIDC_CLIENT_ID: CLIENT,
      LATCHKEY_OIDC_CLIENT_SECRET: SECRET,
      LATCHKEY_OIDC_NAME: this.name,
    };
  }

  /** Signs in on the provider's page. */
  async signIn(page: Page, name: string) {
    await expect(page).toHaveURL(new RegExp(`^${this.url}/interaction/`));
    await page.locator("input[name=login]").fill(name);
    await page.locator("input[name=password]").fill("anything");
    await page.getByRole("button", { name: "Sign-in" }).click();
  }

  /** Signs in on the provider's page, and agrees that Latchkey learns who it is. */
  async agree(page: Page, name: string) {
    await this.signIn(page, name);
    await page.getByRole("button", { name: "Continue" }).click();
  }

  async stop() {
    await close(this.#server);
  }
}

/** What GitHub says of whoever is signed in there. */
export interface Octocat {
  id: number;
  login: string;
  email: string;
}

interface Grant {
  who: Octocat;
  challenge: string;
  redirect: string;
}

/** GitHub's shape: an OAuth app, and the two questions of its API. Whoever comes is signed in already, and agrees. */
export class GitHub {
  readonly url: string;
  who: Octocat = { id: 1, login: "octocat", email: "octocat@example.test" };
  readonly #server: Server;
  readonly #codes = new Map<string, Grant>();
  readonly #tokens = new Map<string, Octocat>();

  private constructor(url: string, server: Server) {
    this.url = url;
    this.#server = server;
  }

  static async start(): Promise<GitHub> {
    let github: GitHub | undefined;
    const server = createServer((request, response) => void github?.answer(request, response));
    github = new GitHub(await listen(server), server);
    return github;
  }

  get settings() {
    return {
      LATCHKEY_OAUTH_GITHUB_URL: this.url,
      LATCHKEY_OAUTH_GITHUB_CLIENT_ID: CLIENT,
      LATCHKEY_OAUTH_GITHUB_CLIENT_SECRET: SECRET,
    };
  }

  async answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const who = this.#tokens.get((request.headers.authorization ?? "").replace("Bearer ", ""));
    if (pathname === "/login/oauth/authorize") return this.#authorize(searchParams, response);
    if (pathname === "/login/oauth/access_token") return json(response, this.#token(new URLSearchParams(await text(request))));
    if (!who) return json(response, { message: "Requires authentication" }, 401);
    if (pathname === "/api/v3/user") return json(response, { id: who.id, login: who.login, name: null, email: null });
    if (pathname === "/api/v3/user/emails") return json(response, [{ email: who.email, primary: true, verified: true, visibility: "private" }]);
    return json(response, { message: "Not Found" }, 404);
  }

  #authorize(asked: URLSearchParams, response: ServerResponse) {
    const redirect = asked.get("redirect_uri") ?? "";
    if (asked.get("client_id") !== CLIENT || !isOurs(redirect, "github")) return json(response, { message: "Not Found" }, 404);
    const code = randomBytes(10).toString("hex");
    this.#codes.set(code, { who: this.who, challenge: asked.get("code_challenge") ?? "", redirect });
    const back = new URL(redirect);
    back.search = new URLSearchParams({ code, state: asked.get("state") ?? "" }).toString();
    response.writeHead(302, { location: back.href }).end();
  }

  /** Wrong codes are answered with 200, as GitHub does. */
  #token(form: URLSearchParams) {
    const grant = this.#codes.get(form.get("code") ?? "");
    this.#codes.delete(form.get("code") ?? "");
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    const isOwn = form.get("client_id") === CLIENT && form.get("client_secret") === SECRET;
    if (!grant || !isOwn || challenge !== grant.challenge || form.get("redirect_uri") !== grant.redirect) return { error: "bad_verification_code" };
    const token = `gho_${randomBytes(16).toString("hex")}`;
    this.#tokens.set(token, grant.who);
    return { access_token: token, token_type: "bearer", scope: "user:email" };
  }

  async stop() {
    await close(this.#server);
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function json(response: ServerResponse, body: unknown, status = 200) {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
