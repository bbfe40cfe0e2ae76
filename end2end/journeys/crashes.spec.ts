// A charge that was answered outlives `kill -9` at any moment, and nothing is charged that was not asked for.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { change } from "../support/database.ts";
import type { Server } from "../support/server.ts";
import { expect, test } from "../support/test.ts";

const ROUNDS = 20;
const CLIENTS = 16;
const SERVICE_TOKEN = "service-token-of-the-crashes-journey-0123456789";
const DAY = 2; // `contract::usage::Interval::number`

test.use({ mail: "mailbox", settings: { LATCHKEY_SERVICE_TOKENS: SERVICE_TOKEN } });

/** Units of answers `VALID`, and of questions that nobody answered. */
interface Tally {
  answered: number;
  unanswered: number;
  refused: string[];
}

/** Keys of a few organizations whose quota does not run out, and whose rate is not limited. */
function keys(latchkey: Server): string[] {
  const file = join(latchkey.folder, "secrets.json");
  const plan = ["--users", "6", "--organizations", "3", "--memberships", "9", "--keys", "60", "--quota", "1000000000", "--secrets", file];
  execFileSync(latchkey.binary, ["seed", ...plan], { cwd: latchkey.folder, env: latchkey.environment });
  const made = JSON.parse(readFileSync(file, "utf8")) as { keys: { secret: string; status: string; quota: unknown; rateLimit: unknown }[] };
  return made.keys.filter((key) => key.status === "active" && key.quota === null && key.rateLimit === null).map((key) => key.secret);
}

/** What one key costs; the answer's code, or nothing when the connection broke. */
function verify(url: string, agent: Agent, key: string, cost: number): Promise<string | undefined> {
  return new Promise((done) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${SERVICE_TOKEN}` };
    const sent = request(`${url}/v1/keys/verify`, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      // An answer that is cut short is none.
      response.on("close", () => done(response.complete ? `${response.statusCode} ${(JSON.parse(text) as { code: string }).code}` : undefined));
      response.on("error", () => done(undefined));
    });
    sent.on("error", () => done(undefined));
    sent.end(JSON.stringify({ key, cost }));
  });
}

/** Asks as fast as it can until the connection breaks. */
async function client(url: string, secrets: string[], place: number, tally: Tally) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let turn = place; ; turn += 1) {
    const cost = 1 + (turn % 3);
    const answer = await verify(url, agent, secrets[turn % secrets.length] ?? "", cost);
    if (answer === undefined) {
      tally.unanswered += cost;
      break;
    }
    if (answer === "200 VALID") tally.answered += cost;
    else tally.refused.push(answer);
  }
  agent.destroy();
}

function charged(latchkey: Server) {
  const sum = (query: string) => Number(change(latchkey, query).trim());
  const files = readdirSync(latchkey.folder).filter((name) => name.includes("-charges-"));
  return {
    left: files.length + sum("SELECT count(*) FROM charges;"),
    byDay: sum(`SELECT coalesce(sum(units), 0) FROM usage WHERE interval = ${DAY};`),
    byMonth: sum("SELECT coalesce(sum(used), 0) FROM quotas q JOIN organizations o ON o.id = q.subject_id;"),
  };
}

test("no charge that was answered is lost when the server is killed, twenty times over", async ({ latchkey }) => {
  test.setTimeout(120_000);
  const secrets = keys(latchkey);
  expect(secrets.length).toBeGreaterThan(20);
  // What another process has made is known within a second.
  const agent = new Agent();
  await expect.poll(() => verify(latchkey.url, agent, secrets[0] ?? "", 0)).toBe("200 VALID");
  let last = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const tally: Tally = { answered: 0, unanswered: 0, refused: [] };
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, place) => client(latchkey.url, secrets, place * 7, tally)));
    const enough = 100 + ((round * 97) % 400);
    while (tally.answered < enough) await pause(5);
    await latchkey.crash();
    await clients;
    const { left, byDay, byMonth } = charged(latchkey);
    const now = byDay - last;
    expect(tally.refused, `round ${round}`).toEqual([]);
    expect(left, `round ${round}: all is counted before it serves again`).toBe(0);
    expect(now, `round ${round}: nothing that was answered is lost`).toBeGreaterThanOrEqual(tally.answered);
    expect(now, `round ${round}: nothing is charged that was not asked for`).toBeLessThanOrEqual(tally.answered + tally.unanswered);
    expect(byMonth, `round ${round}: quotas agree with usage`).toBe(byDay);
    last = byDay;
  }
});
