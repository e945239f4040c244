// chain.mjs HOME - who may ask the chain's daemon for what: nobody but those
// whose credentials name the method, each under its own name. The official
// client against a running suite; a refusal is the broker's own.
import { readFileSync } from 'node:fs';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';

const home = process.argv[2];
const url = readFileSync(`${home}/run/nats-url`, 'utf8').trim();
const open = (user) => connect({
  servers: url,
  inboxPrefix: `_INBOX_${user}`,
  authenticator: nkeyAuthenticator(
    new TextEncoder().encode(readFileSync(`${home}/keys/${user}.nk`, 'utf8').trim())),
});
const methods = ['Open', 'Submit', 'Cancel', 'OpenAccount', 'Reserve', 'Refuse', 'RecordSigned',
  'RecordSent', 'RecordMined', 'RecordReorged', 'RecordFinal', 'RecordNonceTaken',
  'RecordSighted', 'RecordCredited', 'Head', 'Wallet', 'Intent', 'Account', 'Sightings', 'Token'];
const may = {
  accounts: ['Submit', 'Intent', 'OpenAccount', 'Account'],
  marketplace: ['Submit', 'Cancel', 'Intent', 'Sightings', 'Account', 'Token', 'OpenAccount'],
  bot: ['Account', 'OpenAccount', 'Token', 'Intent', 'Wallet'],
  training: [], governance: [], storage: [], worker: [], gateway: [], discord: [], chain: [],
};
// Asked in the name of somebody else, what anybody may ask is refused too.
const names = [...Object.keys(may), 'admin'];
let passed = 0, failed = 0;
for (const user of Object.keys(may)) {
  const nc = await open(user);
  const denied = new Set();
  (async () => {
    for await (const s of nc.status()) {
      const e = s.error ?? s.data;
      if (s.type === 'error' && e?.operation === 'publish') denied.add(e.subject);
    }
  })();
  const wanted = [];
  for (const name of names) for (const method of methods)
    wanted.push([`stoa.rpc.chain.${name}.7.${method}`, name === user && may[user].includes(method)]);
  // What chain itself could write there would be a record for ever.
  if (user !== 'chain') wanted.push(['stoa.journal.chain.7.w_vault', false]);
  for (const [subject] of wanted) nc.publish(subject, '');
  await nc.flush();
  await new Promise((r) => setTimeout(r, 200));
  for (const [subject, allowed] of wanted) {
    if (denied.has(subject) !== allowed) { passed++; continue; }
    failed++;
    console.log(`FAIL ${user} ${allowed ? 'may not' : 'may'} publish ${subject}`);
  }
  await nc.close();
}
console.log(`${passed} subjects as they must be, ${failed} not`);
process.exit(failed === 0 ? 0 : 1);
