// Measures build/latchkey; README.md beside this file tells what and how.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { code } from './totp.mjs';

const ROUNDS = 3;
const PASSWORD = 'seven quiet rivers bend';
const binary = path.resolve('build/latchkey');

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const percentile = (numbers, part) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))];
const pause = (millis) => new Promise((done) => setTimeout(done, millis));

function freePort() {
  return new Promise((done) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

function request(agent, port, options, body) {
  return new Promise((done, failed) => {
    const sent = http.request({ agent, host: '127.0.0.1', port, ...options }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }));
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

const get = (agent, port, where) => request(agent, port, { path: where, headers: { accept: 'text/html' } });

async function graphql(agent, port, query, variables) {
  const headers = { 'content-type': 'application/json' };
  const answer = await request(agent, port, { method: 'POST', path: '/graphql', headers }, JSON.stringify({ query, variables }));
  return JSON.parse(answer.text);
}

async function start(folder) {
  const port = await freePort();
  const env = { ...process.env, LATCHKEY_LISTEN: `127.0.0.1:${port}`, LATCHKEY_DATABASE_URL: `sqlite://${folder}/latchkey.db`, LATCHKEY_LOG: 'warn' };
  const began = performance.now();
  const child = spawn(binary, ['serve'], { env, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const agent = new http.Agent({ keepAlive: true });
  for (;;) {
    try {
      if ((await get(agent, port, '/healthz')).status === 200) break;
    } catch {
      await pause(1);
    }
  }
  return { child, port, agent, millis: performance.now() - began };
}

const stop = ({ child, agent }) =>
  new Promise((done) => {
    agent.destroy();
    child.once('exit', done);
    child.kill('SIGTERM');
  });

const residentMegabytes = ({ child }) => {
  const line = readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/);
  return Number(line[1]) / 1024;
};

async function pageMillis({ port, agent }, where, cookie = '') {
  const millis = [];
  for (let i = 0; i < 600; i += 1) {
    const began = performance.now();
    const answer = await request(agent, port, { path: where, headers: { accept: 'text/html', cookie } });
    if (answer.status !== 200) throw new Error(`${where} answered ${answer.status}`);
    if (i >= 100) millis.push(performance.now() - began);
  }
  return millis;
}

/** The cookie of a browser that has signed in. */
function browserSession({ port, agent }, email) {
  return new Promise((done, failed) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const sent = http.request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/_fn/sign-in', headers }, (answer) => {
      answer.resume();
      const cookie = answer.headers['set-cookie']?.find((line) => line.startsWith('latchkey='));
      if (cookie) done(cookie.split(';')[0]);
      else failed(new Error(`nobody was signed in: ${answer.statusCode}`));
    });
    sent.on('error', failed);
    sent.end(new URLSearchParams({ email, password: PASSWORD }).toString());
  });
}

/** The first page of members of an organization with so many, as its owner sees it. */
async function membersPage(count) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-bench-'));
  const env = { ...process.env, LATCHKEY_DATABASE_URL: `sqlite://${folder}/latchkey.db`, LATCHKEY_LOG: 'error' };
  const seed = ['seed', '--users', count, '--organizations', 1, '--memberships', count, '--largest', count, '--password-stdin', '--json'];
  const { largest } = JSON.parse(execFileSync(binary, seed.map(String), { env, cwd: folder, input: `${PASSWORD}\n` }));
  const server = await start(folder);
  const cookie = await browserSession(server, largest.owner);
  const millis = await pageMillis(server, `/o/${largest.slug}/members`, cookie);
  await stop(server);
  rmSync(folder, { recursive: true });
  return millis;
}

/** The cookie of somebody who looks after the installation, with a second step: the console asks for one. */
async function operatorSession(folder, server) {
  const email = await person(folder, 'operator@example.test', '--staff');
  const ask = async (cookie, query, variables) => {
    const headers = { 'content-type': 'application/json', cookie };
    const body = JSON.stringify({ query, variables });
    const answer = await request(server.agent, server.port, { method: 'POST', path: '/graphql', headers }, body);
    return { data: JSON.parse(answer.text).data, cookies: answer.headers['set-cookie'] ?? [] };
  };
  const cookie = await browserSession(server, email);
  const enrolled = await ask(cookie, 'mutation { enrolTotp { secret } }');
  const confirm = 'mutation ($input: ConfirmTotpInput!) { confirmTotp(input: $input) { userErrors { code } } }';
  const confirmed = await ask(cookie, confirm, { input: { code: code(enrolled.data.enrolTotp.secret) } });
  const renewed = confirmed.cookies.find((line) => line.startsWith('latchkey='));
  if (!renewed) throw new Error(`no second step was set up: ${JSON.stringify(confirmed.data)}`);
  return renewed.split(';')[0];
}

/** The first page of so many people in the operator's console, and of those whom a search finds. */
async function usersPages(count) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-bench-'));
  const env = { ...process.env, LATCHKEY_DATABASE_URL: `sqlite://${folder}/latchkey.db`, LATCHKEY_LOG: 'error' };
  const plan = ['--users', count, '--organizations', count / 20, '--memberships', count * 2, '--invitations', 0, '--keys', 0, '--usage', 0];
  execFileSync(binary, ['seed', ...plan.map(String), '--password-stdin'], { env, cwd: folder, input: `${PASSWORD}\n`, stdio: ['pipe', 'ignore', 'inherit'] });
  const server = await start(folder);
  const cookie = await operatorSession(folder, server);
  const first = await pageMillis(server, '/admin/users', cookie);
  const found = await pageMillis(server, '/admin/users?search=operator', cookie);
  await stop(server);
  rmSync(folder, { recursive: true });
  return { first, found };
}

/** Somebody with an account, made by the command line: no letters, no limits. */
function person(folder, email, ...flags) {
  return new Promise((done, failed) => {
    const env = { ...process.env, LATCHKEY_DATABASE_URL: `sqlite://${folder}/latchkey.db`, LATCHKEY_LOG: 'warn' };
    const child = spawn(binary, ['user', 'create', '--email', email, '--name', 'Bench', '--password-stdin', ...flags], { env, cwd: folder, stdio: ['pipe', 'ignore', 'inherit'] });
    child.once('exit', (code) => (code === 0 ? done(email) : failed(new Error(`user create ended with ${code}`))));
    child.stdin.end(`${PASSWORD}\n`);
  });
}

async function signIns(server, people) {
  const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { token userErrors { code } } }';
  const until = performance.now() + 8000;
  const health = [];
  const watch = (async () => {
    const agent = new http.Agent({ keepAlive: true });
    while (performance.now() < until) {
      const began = performance.now();
      await get(agent, server.port, '/healthz');
      health.push(performance.now() - began);
      await pause(20);
    }
    agent.destroy();
  })();
  const counts = await Promise.all(
    people.map(async (email) => {
      const agent = new http.Agent({ keepAlive: true });
      let count = 0;
      while (performance.now() < until) {
        const { data } = await graphql(agent, server.port, query, { input: { email, password: PASSWORD } });
        if (!data?.signIn?.token) throw new Error(`sign-in failed: ${JSON.stringify(data)}`);
        count += 1;
      }
      agent.destroy();
      return count;
    }),
  );
  await watch;
  return { rate: counts.reduce((sum, count) => sum + count, 0) / 8, health };
}

/** What the machine hashes when nothing else runs; it varies from minute to minute, so it is measured beside each round. */
const hashesAlone = () => Number(execFileSync(process.env.HASH_RATE));

async function round() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-bench-'));
  await stop(await start(folder));
  const server = await start(folder);
  const cold = server.millis;
  await pause(5000);
  const idle = residentMegabytes(server);
  const page = await pageMillis(server, '/sign-in');
  const people = [];
  for (let i = 0; i < 8; i += 1) people.push(await person(folder, `bench${i}@example.test`));
  const before = hashesAlone();
  const { rate, health } = await signIns(server, people);
  const alone = (before + hashesAlone()) / 2;
  const loaded = residentMegabytes(server);
  await stop(server);
  rmSync(folder, { recursive: true });
  return { cold, idle, page50: median(page), page99: percentile(page, 0.99), rate, alone, share: rate / alone, health99: percentile(health, 0.99), loaded };
}

// --- verification ---------------------------------------------------------------------------------------------------------

const SERVICE_TOKEN = 'bench-service-token-0123456789abcdef';
const VERIFY = '/v1/keys/verify';
const LOAD = process.env.LOAD;

/** What `bench/src/bin/load.rs` prints. */
function load(port, bodies, ...more) {
  const arguments_ = [`127.0.0.1:${port}`, VERIFY, bodies, '--token', SERVICE_TOKEN, ...more.map(String)];
  return new Promise((done, failed) => {
    const child = spawn(LOAD, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.once('exit', (code) => (code === 0 ? done(JSON.parse(text)) : failed(new Error(`the load ended with ${code}`))));
  });
}

/** CPU that a process has used so far, in microseconds. Linux counts in hundredths of a second. */
function cpuMicros({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Files of questions, one on each line: about good keys, about revoked ones, and about keys that nobody has. */
function questions(folder, secrets) {
  const write = (name, keys, cost) => {
    const file = path.join(folder, name);
    writeFileSync(file, `${keys.map((key) => JSON.stringify({ key, cost })).join('\n')}\n`);
    return file;
  };
  const of = (status) => secrets.keys.filter((key) => key.status === status && !key.rateLimit && !key.quota).map((key) => key.secret);
  return {
    charged: write('charged', of('active'), 1),
    free: write('free', of('active'), 0),
    revoked: write('revoked', of('revoked'), 1),
    // Well-formed: the check digits are right, of another installation.
    unknown: write('unknown', unknownKeys(folder), 1),
  };
}

function seeded(folder, keys, name) {
  const file = path.join(folder, `${name}.json`);
  const env = { ...process.env, LATCHKEY_DATABASE_URL: `sqlite://${folder}/${name}.db`, LATCHKEY_LOG: 'error' };
  const plan = ['--users', 1000, '--organizations', 200, '--memberships', 2000, '--keys', keys, '--quota', 1e15, '--password-stdin', '--secrets', file];
  execFileSync(binary, ['seed', ...plan.map(String)], { env, cwd: folder, input: `${PASSWORD}\n`, stdio: ['pipe', 'ignore', 'inherit'] });
  return JSON.parse(readFileSync(file, 'utf8'));
}

const unknownKeys = (folder) => seeded(folder, 2000, 'other').keys.map((key) => key.secret);

/** What it takes per request, and how many there are. */
async function measured(server, bodies, ...more) {
  const before = cpuMicros(server.child);
  const seen = await load(server.port, bodies, ...more);
  return { ...seen, cpu: (cpuMicros(server.child) - before) / seen.requests };
}

async function bareEndpoint() {
  const port = await freePort();
  const child = spawn(process.env.BARE_ENDPOINT, [`127.0.0.1:${port}`], { stdio: 'inherit' });
  await pause(300);
  return { child, port };
}

async function verification(count) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-bench-'));
  const secrets = seeded(folder, count, 'latchkey');
  const files = questions(folder, secrets);
  process.env.LATCHKEY_SERVICE_TOKENS = SERVICE_TOKEN;
  const [server, bare] = [await start(folder), await bareEndpoint()];
  await pause(1500);
  await load(server.port, files.charged, '--seconds', count / 2000);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const of = { bare: await measured(bare, files.charged) };
    for (const [name, file] of Object.entries(files)) of[name] = await measured(server, file);
    rounds.push(of);
  }
  const median3 = (name, figure) => median(rounds.map((one) => one[name][figure]));
  const rate = Math.round(median3('charged', 'perSecond') / 2);
  const people = secrets.sessions.slice(0, 8).map((session) => session.email);
  const memory = residentMegabytes(server);
  for (const one of rounds) {
    one.half = await measured(server, files.charged, '--seconds', 8, '--rate', rate);
    [one.beside] = await Promise.all([measured(server, files.charged, '--seconds', 8, '--rate', 200, '--clients', 8), signIns(server, people)]);
  }
  await stop(server);
  bare.child.kill();
  rmSync(folder, { recursive: true });
  return { median3, rate, memory };
}

/** Memory with so many keys in the table. */
async function memoryOfKeys(count) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'latchkey-bench-'));
  const files = questions(folder, seeded(folder, count, 'latchkey'));
  const server = await start(folder);
  await pause(2000);
  await load(server.port, files.free, '--seconds', count / 2500);
  const memory = residentMegabytes(server);
  await stop(server);
  rmSync(folder, { recursive: true });
  return memory;
}

/** Of the file that every page loads; parts that some pages add have other names. */
function size(folder, ending) {
  const file = readdirSync(folder).find((name) => name.startsWith('latchkey.') && name.endsWith(ending));
  return statSync(path.join(folder, file)).size / 1000;
}

const rounds = [];
for (let i = 0; i < ROUNDS; i += 1) rounds.push(await round());
const members = await membersPage(100_000);
const users = await usersPages(100_000);
const verify = await verification(20_000);
const heavy = await memoryOfKeys(100_000);
const bare = verify.median3('bare', 'perSecond');
const rate = (name) => {
  const figure = verify.median3(name, 'perSecond');
  const share = name === 'bare' ? '' : ` (${((figure / bare) * 100).toFixed(0)} % of bare)`;
  return `${figure.toFixed(0)} per second${share}, ${verify.median3(name, 'cpu').toFixed(0)} µs of CPU each, p99 ${verify.median3(name, 'p99').toFixed(1)} ms`;
};
const delay = (name) => `p50 ${verify.median3(name, 'p50').toFixed(1)} ms, p99 ${verify.median3(name, 'p99').toFixed(1)} ms`;
const of = (name) => median(rounds.map((one) => one[name]));
const rows = [
  ['cold start to the first 200', `${of('cold').toFixed(0)} ms`],
  ['idle memory', `${of('idle').toFixed(0)} MB`],
  ['memory after the load below', `${of('loaded').toFixed(0)} MB`],
  ['sign-in page, p50 / p99', `${of('page50').toFixed(2)} / ${of('page99').toFixed(2)} ms`],
  ['50 of 100,000 members as a page, p50 / p99', `${median(members).toFixed(2)} / ${percentile(members, 0.99).toFixed(2)} ms`],
  ['50 of 100,000 people in the console, p50 / p99', `${median(users.first).toFixed(2)} / ${percentile(users.first, 0.99).toFixed(2)} ms`],
  ['one of 100,000 people found in the console, p50 / p99', `${median(users.found).toFixed(2)} / ${percentile(users.found, 0.99).toFixed(2)} ms`],
  ['sign-ins, eight clients', `${of('rate').toFixed(1)} per second: ${(of('share') * 100).toFixed(0)} % of Argon2id alone (${of('alone').toFixed(1)})`],
  ['health check during sign-ins, p99', `${of('health99').toFixed(1)} ms`],
  ['bare axum endpoint', rate('bare')],
  ['verification, charged', rate('charged')],
  ['verification, not charged (cost 0)', rate('free')],
  ['verification of unknown keys', rate('unknown')],
  ['verification of revoked keys', rate('revoked')],
  ['memory after that, with 20,000 keys', `${verify.memory.toFixed(0)} MB`],
  [`verification at half of its rate (${verify.rate} per second)`, delay('half')],
  ['verification while eight clients sign in', delay('beside')],
  ['memory with 100,000 keys in the table', `${heavy.toFixed(0)} MB`],
  ['pages as WebAssembly, raw / brotli', `${size('build/site/pkg', '.wasm').toFixed(0)} / ${size('build/site/pkg', '.wasm.br').toFixed(0)} kB`],
  ['styles, raw / brotli', `${size('build/site/pkg', '.css').toFixed(1)} / ${size('build/site/pkg', '.css.br').toFixed(1)} kB`],
  ['binary with everything inside', `${(statSync(binary).size / 1e6).toFixed(1)} MB`],
];
console.log(`| measured on ${os.cpus().length} cores | |\n|---|---|`);
for (const [name, figure] of rows) console.log(`| ${name} | ${figure} |`);
