// What only time brings about: a test sets the clock of a row back, since it cannot wait.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Server } from "./server.ts";

const MINUTE = 60_000;

/** Runs statements on a server's database, beside it. */
export function change(latchkey: Server, statements: string) {
  const input = `.timeout 10000\n.bail on\nPRAGMA foreign_keys = ON;\n${statements}\n`;
  return execFileSync("sqlite3", [join(latchkey.folder, "latchkey.db")], { input, encoding: "utf8", stdio: "pipe" });
}

/** A text in a statement. */
export function quoted(text: string) {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A person's sessions began an hour ago: sensitive acts ask for the password again. */
export function ageSessions(latchkey: Server, { email }: { email: string }) {
  const users = `SELECT id FROM users WHERE email = ${quoted(email)}`;
  change(latchkey, `UPDATE sessions SET authenticated_at = authenticated_at - ${60 * MINUTE} WHERE user_id IN (${users});`);
}

/** Keys of this name were made 31 days ago, and used last then if they were used. */
export function ageKeys(latchkey: Server, name: string) {
  const then = Date.now() - 31 * 24 * 60 * MINUTE;
  const secrets = `SELECT hash FROM key_secrets WHERE key_id IN (SELECT id FROM api_keys WHERE name = ${quoted(name)})`;
  change(latchkey, `
    UPDATE api_keys SET created_at = ${then} WHERE name = ${quoted(name)};
    UPDATE key_uses SET used_at = ${then} WHERE hash IN (${secrets});`);
}

/** The invitations to an address ended a minute ago. */
export function expireInvitations(latchkey: Server, email: string) {
  change(latchkey, `UPDATE invitations SET expires_at = ${Date.now() - MINUTE} WHERE email = ${quoted(email)};`);
}

/** The time that an organization's members had to set a second step up is over since a minute ago. */
export function endGrace(latchkey: Server, { slug }: { slug: string }) {
  change(latchkey, `UPDATE organizations SET second_factor_from = ${Date.now() - MINUTE} WHERE slug = ${quoted(slug)};`);
}
