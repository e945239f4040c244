// signature.mjs - interactions and webhook events over HTTP, without a single
// connection to Discord's gateway: what is signed and what is not, beside
// discord-interactions, and the answers that people see.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { compare } from '../../peers/discord/signature.mjs'
import { Suite, check, report, sleep, textOf, until } from './suite.mjs'
import { Broker } from './stream.mjs'

process.env.STOA_CONNECT = 'false'
const up = []
const s = await Suite.start({ up, before: (suite) => { up.push('--discord-public-key', suite.addresses.public_key) } })
check('the suite is up without connections', s.upStatus === 0, s.upText)
const base = readFileSync(path.join(s.home, 'run/discord-interactions'), 'utf8').trim()
check('its address is written down', /^http:\/\/127\.0\.0\.1:\d+$/.test(base), base)
check('and logged', s.log('gateway').includes(base))
const url = `${base}/interactions`
const events = `${base}/events`
process.on('exit', () => { s.down(); s.fake.kill() })
const broker = await Broker.open(s.home)
await until(10000, async () => (await s.get('commands')).global?.length)

const deliver = (interaction, more = {}) => s.post('deliver', { url,
  interaction: { guild_id: s.guild.id, channel_id: s.channel, user_id: s.ada, ...interaction }, ...more })

// ---- PING ----

let r = await deliver({ kind: 'ping' })
check('PING is answered', r.status === 200 && /^application\/json/.test(r.type) && r.body === '{"type":1}', r)

// ---- interactions are answered through their callback ----

r = await deliver({ kind: 'command', name: 'setup', permissions: '8' })
check('an interaction is taken with an empty 202', r.status === 202 && r.body === '', r)
let i = await s.answered(r.id)
check('and answered by the callback', i?.answer_type === 4 && /owner/.test(textOf(i.original)), i)
r = await deliver({ kind: 'command', name: 'balance' })
i = await s.answered(r.id)
check('so is another', r.status === 202 && /Joy|credit/i.test(textOf(i?.original)), i)
check('in a second and a half', i?.first_answer_ms < 1500, i)
r = await deliver({ kind: 'autocomplete', name: 'help', options: { command: 'tra' }, focused: 'command' })
i = await s.answered(r.id)
check('values are offered while typing', r.status === 202 && i?.choices?.some((c) => c.value === 'train'), i)

// ---- every variant, beside discord-interactions ----

const stored = () => s.metrics('gateway').stoa_gateway_commands_total
let before = stored()
for (const row of await compare(s.addresses.control, url, { policy: true, command: { name: 'balance' } })) {
  check(`${row.kind} ${row.variant}: as discord-interactions judges it`, row.agree, row)
  check(`${row.kind} ${row.variant}: a status that Discord knows`, [200, 202, 401].includes(row.status), row)
}
/* Two variants of the command are well signed: lower and upper case. */
check('only good ones had an effect', await until(2000, () => stored() - before === 2), stored() - before)

// ---- the same one again ----

r = await deliver({ kind: 'command', name: 'status' })
await s.answered(r.id)
before = stored()
for (let n = 0; n < 3; n++) {
  r = await s.post('deliver', { url, variant: 'replayed' })
  check('a repeated interaction is refused', r.status === 401 && /before/.test(r.body), r)
}
check('and does nothing', stored() === before)

// ---- webhook events ----

const event = (type, data, more = {}) => s.post('deliver', { url: events,
  event: { type: 1, event: { type, timestamp: '2026-10-18T14:42:53.064834', ...(data ? { data } : {}) } }, ...more })
const position = await broker.position()
r = await s.post('deliver', { url: events, event: { type: 0 } })
check('the PING of webhook events is answered by 204', r.status === 204 && r.body === '', r)
const TYPES = ['APPLICATION_AUTHORIZED', 'APPLICATION_DEAUTHORIZED', 'ENTITLEMENT_CREATE', 'ENTITLEMENT_UPDATE', 'ENTITLEMENT_DELETE']
for (const type of TYPES) {
  r = await event(type, { user: { id: s.ada }, integration_type: 1 })
  check(`${type} is taken by 204`, r.status === 204 && r.body === '', r)
}
r = await s.post('deliver', { url: events, variant: 'replayed' })
check('Discord may repeat one', r.status === 204, r)
for (const variant of ['bad-signature', 'bad-body', 'stale', 'future', 'wrong-key', 'truncated', 'no-signature', 'no-timestamp']) {
  r = await event('ENTITLEMENT_CREATE', { variant }, { variant })
  check(`a webhook event that is ${variant} is refused`, r.status === 401, r)
}
r = await s.post('deliver', { url: events, event: { type: 7 } })
check('an unknown kind of webhook event is named', r.status === 400 && /type/.test(r.body), r)
const got = await broker.events(position)
check('each is in the stream, once', got.map((e) => e.type).join() === TYPES.join(), got)
check('with its data', got.every((e) => e.subject === 'stoa.event.discord.hook.-' && JSON.parse(e.json).user.id === s.ada), got)

// ---- what is no request of Discord ----

function raw (method, where, headers = {}, body = '') {
  return new Promise((resolve) => {
    const q = http.request(where, { method, headers }, (a) => {
      let text = ''
      a.on('data', (d) => { text += d })
      a.on('end', () => resolve({ status: a.statusCode, text }))
    })
    q.on('error', (e) => resolve({ status: 0, text: e.message }))
    q.end(body)
  })
}
r = await raw('GET', url)
check('GET is refused', r.status === 405 && /method/.test(r.text), r)
r = await raw('POST', `${base}/`)
check('so is another path', r.status === 404, r)
r = await raw('POST', url, { 'content-type': 'application/json' }, '{"type":1}')
check('a PING without a signature is refused', r.status === 401 && /not signed/.test(r.text), r)
r = await raw('POST', url, { 'content-type': 'application/json', 'content-length': 2 * 1024 * 1024 })
check('a body that is too large is refused', r.status === 413 || r.status === 0, r)
r = await s.post('deliver', { url, raw: '{"type":1' })
check('signed nonsense is named', r.status === 400 && /"body"/.test(r.body), r)
r = await s.post('deliver', { url, raw: '{"type":2,"id":"1"}' })
check('so is a signed interaction that lacks something', r.status === 400 && /field/.test(r.body), r)

// ---- the broker stands still ----

const nats = s.kill('nats', 'SIGSTOP')
const late = deliver({ kind: 'command', name: 'status' }, { judge: false })
r = await late
process.kill(nats, 'SIGCONT')
check('without a broker the answer is 503, in time', r.status === 503 && r.took_ms < 3000, r)
r = await until(10000, async () => {
  const again = await deliver({ kind: 'command', name: 'status' }, { judge: false })
  return again.status === 202 ? again : (await sleep(100), null)
})
i = await s.answered(r?.id)
check('with it all goes on', i?.answer_type === 4, r)

// ---- many at once ----

const many = await Promise.all(Array.from({ length: 40 }, () => deliver({ kind: 'command', name: 'status' })))
check('forty at once are all taken', many.every((m) => m.status === 202), many.filter((m) => m.status !== 202))
const slow = []
for (const m of many) if (!await s.answered(m.id)) slow.push(m.id)
check('and all answered', slow.length === 0, slow)

const { connections, identifies } = await s.get('counters')
check('there was no connection to the gateway', connections === 0 && identifies === 0, { connections, identifies })
const m = s.metrics('gateway')
check('the metrics tell', m.stoa_gateway_hook_refused_total > 20 && m.stoa_gateway_hook_events_total >= 5 && m.stoa_gateway_hook_late_total === 1, m)
await broker.close()
await s.end(['unanswered', 'http-404'])
report('discord-signature')
