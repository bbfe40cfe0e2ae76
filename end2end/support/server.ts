// A Latchkey of its own for each Playwright worker: the built binary, a free port, a database in a temporary folder.

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const BINARY = process.env.LATCHKEY_BINARY ?? resolve(import.meta.dirname, "../../build/latchkey");
const START_SECONDS = 30;
const STOP_SECONDS = 15;

export interface Server {
  /** Where it is, as a browser writes it: `http://localhost:PORT`. Passkeys want a name, so it is no number. */
  readonly url: string;
  /** The folder of its database; the process stands in it. */
  readonly folder: string;
  /** The path of the program, for a journey that uses its command line. */
  readonly binary: string;
  /** The environment it runs in; a command of the same program with it works on the same database. */
  readonly environment: NodeJS.ProcessEnv;
  /** What it has printed so far. */
  log(): string;
  /** Ends it at once, whatever it is doing (`kill -9`), and starts it again on the same data. */
  crash(): Promise<void>;
  /** Ends it as a service manager would, and fails unless it ends by itself, with code 0. */
  stop(): Promise<void>;
}

/** Starts a server that answers; `settings` are environment variables over the tests' own. */
export async function startServer(settings: Record<string, string>): Promise<Server> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} does not exist; build it with scripts/build.sh, or name one in LATCHKEY_BINARY`);
  const folder = await mkdtemp(join(tmpdir(), "latchkey-end2end-"));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const environment = {
    ...withoutOurs(process.env),
    // What this machine has in /etc is nobody's here.
    LATCHKEY_CONFIG: "/dev/null",
    LATCHKEY_LISTEN: `127.0.0.1:${port}`,
    LATCHKEY_PUBLIC_URL: url,
    LATCHKEY_DATABASE_URL: `sqlite://${join(folder, "latchkey.db")}`,
    // A password costs what it costs on purpose; here it is the journey that is tested.
    LATCHKEY_PASSWORD_MEMORY_KIB: "64",
    LATCHKEY_PASSWORD_ITERATIONS: "1",
    LATCHKEY_LOG: "warn",
    ...settings,
  };
  const server = new RunningServer(url, folder, environment);
  try {
    await server.answers();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return server;
}

class RunningServer implements Server {
  readonly binary = BINARY;
  readonly url: string;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  child: ChildProcess;
  #ended: Promise<void>;
  #output = "";
  #failure: Error | undefined;

  constructor(url: string, folder: string, environment: NodeJS.ProcessEnv) {
    this.url = url;
    this.folder = folder;
    this.environment = environment;
    [this.child, this.#ended] = this.#begin();
    // A worker that is cut short must not leave its server behind.
    process.once("exit", () => this.child.kill("SIGKILL"));
  }

  #begin(): [ChildProcess, Promise<void>] {
    const child = spawn(BINARY, ["serve"], { cwd: this.folder, env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    child.on("error", (error) => (this.#failure = error));
    return [child, new Promise((done) => child.once("close", () => done()))];
  }

  log() {
    return this.#output;
  }

  /** Waits until the server says that it is ready, database and all. */
  async answers() {
    const deadline = Date.now() + START_SECONDS * 1000;
    while (Date.now() < deadline) {
      if (this.#failure) throw this.#failure;
      if (this.#hasEnded()) throw new Error(`Latchkey ended at once (${this.#outcome()}):\n${this.#output}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.status === 200) return;
      await pause(50);
    }
    throw new Error(`Latchkey was not ready after ${START_SECONDS} s:\n${this.#output}`);
  }

  async crash() {
    this.child.kill("SIGKILL");
    await this.#ended;
    [this.child, this.#ended] = this.#begin();
    await this.answers();
  }

  async stop() {
    const early = this.#hasEnded();
    this.child.kill("SIGTERM");
    const inTime = await Promise.race([this.#ended.then(() => true), pause(STOP_SECONDS * 1000, false, { ref: false })]);
    await this.remove();
    if (early) throw new Error(`Latchkey ended by itself (${this.#outcome()}):\n${this.#output}`);
    if (!inTime) throw new Error(`Latchkey was still running ${STOP_SECONDS} s after SIGTERM:\n${this.#output}`);
    if (this.child.exitCode !== 0) throw new Error(`Latchkey ended with ${this.#outcome()} after SIGTERM:\n${this.#output}`);
  }

  /** Ends it whatever it is doing, and takes its files away. */
  async remove() {
    this.child.kill("SIGKILL");
    if (!this.#failure) await this.#ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  #hasEnded() {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  #outcome() {
    return this.child.signalCode ?? `code ${this.child.exitCode}`;
  }
}

/** A port that nothing listened on a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((ready) => probe.listen(0, "127.0.0.1", ready));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** The environment without what a developer may have set for a Latchkey of their own. */
function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("LATCHKEY_")));
}
