// peer.mjs HOME CONTRACT - the official client against a running suite.
//   1. discovery: every daemon answers PING, INFO and STATS;
//   2. the deny matrix: each credential may publish and subscribe exactly what
//      the contract says (a denied publish tells only the error handler);
//   3. garbage on every RPC subject: an error each time, and all still answer.
import { readFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { connect, nkeyAuthenticator, headers } from '@nats-io/transport-node';
import { Svcm } from '@nats-io/services';

const [home, contractFile] = process.argv.slice(2);
const url = readFileSync(`${home}/run/nats-url`, 'utf8').trim();
const contract = JSON.parse(readFileSync(contractFile, 'utf8'));
let passed = 0, failed = 0;
const check = (what, ok, why = '') => {
  if (ok) { passed++; } else { failed++; console.log(`FAIL ${what} ${why}`); }
};

const open = async (user, options = {}) => {
  const seed = readFileSync(`${home}/keys/${user}.nk`);
  const text = new TextEncoder().encode(seed.toString().trim());
  return connect({ servers: url, authenticator: nkeyAuthenticator(text), ...options });
};

// "a.*.>" allows "a.b.c"
const allows = (pattern, subject) => {
  const p = pattern.split('.'), s = subject.split('.');
  for (let i = 0; i < p.length; i++) {
    if (p[i] === '>') return s.length > i;
    if (i >= s.length || (p[i] !== '*' && p[i] !== s[i])) return false;
  }
  return p.length === s.length;
};
const concrete = (pattern) =>
  pattern.split('.').map((t) => (t === '*' ? '7' : t === '>' ? 'x' : t)).join('.');

// ---- discovery -------------------------------------------------------------
const admin = await open('admin');
const client = new Svcm(admin).client({ maxWait: 500 });
const found = { ping: new Set(), info: new Set(), stats: new Set() };
for await (const s of await client.ping()) found.ping.add(s.name);
for await (const s of await client.info()) { found.info.add(s.name);
  if (s.name !== 'admin' && s.name !== 'bot')
    check(`${s.name} names its endpoints`, s.endpoints.length > 0); }
for await (const s of await client.stats()) { found.stats.add(s.name);
  check(`${s.name} tells when it was started`, !Number.isNaN(Date.parse(s.started))); }
const daemons = process.env.DAEMONS.split(' ');
for (const d of daemons) for (const verb of ['ping', 'info', 'stats'])
  check(`discovery: ${d} answers ${verb}`, found[verb].has(d), [...found[verb]].join());

// ---- deny matrix ------------------------------------------------------------
const candidates = new Set(['stoa.unknown', '$JS.API.STREAM.DELETE.journal-accounts',
  '$JS.API.STREAM.PURGE.journal-accounts', '$JS.API.STREAM.CREATE.other',
  '$JS.API.CONSUMER.DELETE.work.worker', '$JS.API.STREAM.MSG.DELETE.journal-training',
  '$SYS.REQ.SERVER.PING', '_INBOX.x.y', 'stoa.rpc.accounts.api.7.Transfer']);
for (const u of contract) for (const s of [...u.publish, ...u.subscribe])
  if (s !== '>') candidates.add(concrete(s));
for (const user of contract) {
  if (user.name === 'admin') continue;
  const nc = await open(user.name, { inboxPrefix: `_INBOX_${user.token}` });
  const denied = { publish: new Set(), subscription: new Set() };
  (async () => {
    for await (const s of nc.status()) {
      const e = s.error ?? s.data;
      if (s.type === 'error' && e?.operation) denied[e.operation].add(e.subject);
    }
  })();
  for (const subject of candidates) {
    nc.publish(subject, 'x');
    try { nc.subscribe(subject, { callback: () => {} }); } catch { /* told by status */ }
  }
  await nc.flush();
  await new Promise((r) => setTimeout(r, 200));
  for (const subject of candidates) {
    const may = user.publish.some((p) => allows(p, subject));
    check(`${user.name} ${may ? 'may' : 'may not'} publish ${subject}`,
      denied.publish.has(subject) === !may);
    const hears = user.subscribe.some((p) => allows(p, subject));
    check(`${user.name} ${hears ? 'may' : 'may not'} subscribe ${subject}`,
      denied.subscription.has(subject) === !hears);
  }
  await nc.close();
}

// ---- garbage ------------------------------------------------------------------
const bot = await open('bot', { inboxPrefix: '_INBOX_bot' });
const slot = (c) => createHash('sha256').update(c).digest()[0];
for (const service of ['accounts', 'training', 'governance', 'storage', 'worker']) {
  if (!daemons.includes(service)) continue;
  const infos = [];
  for await (const s of await client.info(service)) infos.push(s);
  for (const endpoint of infos[0].endpoints) {
    const method = endpoint.name;
    const community = 'c_garbageaaa';
    for (const body of [new Uint8Array(0), randomBytes(40), randomBytes(3000),
      new TextEncoder().encode('{"json": true}'), randomBytes(200000)]) {
      const h = headers();
      h.set('Stoa-Community', community);
      h.set('Stoa-Command', randomBytes(8).toString('hex'));
      h.set('Stoa-Actor', 'u_garbageaaa');
      try {
        const m = await bot.request(`stoa.rpc.${service}.bot.${slot(community)}.${method}`,
          body, { timeout: 3000, headers: h });
        check(`${service}.${method} answers ${body.length} bytes of garbage`, m !== null);
      } catch (e) {
        check(`${service}.${method} answers ${body.length} bytes of garbage`, false, e.message);
      }
    }
    // Without a community, with a wrong slot, with an unknown method.
    for (const subject of [`stoa.rpc.${service}.bot.-.${method}`,
      `stoa.rpc.${service}.bot.-.Nothing`]) {
      const m = await bot.request(subject, 'x', { timeout: 3000 });
      check(`${subject} answers`, m !== null);
    }
  }
  const still = [];
  for await (const s of await client.ping(service)) still.push(s);
  check(`${service} still answers`, still.length > 0);
}
// ---- names --------------------------------------------------------------------
// The bot speaks for persons, and for no other daemon.
for (const [said, is] of [['u_garbageaaa', 'u_garbageaaa'], ['@chain', '@bot'],
  ['@accounts', '@bot'], ['', '@bot']]) {
  const community = 'c_garbageaaa', h = headers();
  h.set('Stoa-Community', community);
  h.set('Stoa-Command', randomBytes(8).toString('hex'));
  if (said !== '') h.set('Stoa-Actor', said);
  const m = await bot.request(`stoa.rpc.accounts.bot.${slot(community)}.Deposit`,
    new Uint8Array(0), { timeout: 3000, headers: h });
  const outcome = Buffer.from(m.data).toString('latin1');
  check(`"${said}" from the bot is ${is}`, outcome.includes(is) &&
    (said === is || said === '' || !outcome.includes(said)));
}
await bot.close();
await admin.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
