// torture.mjs - everything Discord's gateway may do to a connection, done to
// stoa-gateway by the strict stand-in: what members say is neither lost nor
// doubled, and no new session is asked for where the old one goes on.
//
// The suite runs with a gateway that does not connect; the gateways under test
// are started one by one with the settings that a scenario needs.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Beside, Gateway } from './gateway.mjs'
import { check, report, sleep, until } from './suite.mjs'

const PRIVILEGED = 1 << 1
const UNKNOWN_INTENT = 1 << 17
const GUILDS = 1
const EX_CONFIG = 78

const begun = Date.now()
const say = (text) => console.log(`  ${String(Date.now() - begun).padStart(6)} ms  ${text}`)

class Torture extends Beside {
  // A connection that was just made is replaced later and later when it is lost
  // again; after two seconds the next one is replaced at once.
  async settle () {
    await sleep(Math.max(0, (this.connectedAt ?? 0) + 2100 - Date.now()))
  }

  // Numbered events of one guild; `during` happens in the middle of them.
  // Each must be stored once, in order.
  async flow (what, during = async () => {}, { count = 60, rate = 150, identifies = 0, isOrdered = true } = {}) {
    await this.settle()
    const before = await this.counters()
    const position = await this.broker.position()
    const first = this.serial + 1
    this.serial += count
    const burst = await this.post('burst', { t: 'CHANNEL_UPDATE', guild_id: this.guild.id, rate, count, first,
      d: { id: this.channel, guild_id: this.guild.id, type: 0, name: 'c-$SERIAL', position: '$SERIAL' } })
    await until(5000, async () => (await this.get(`burst/${burst.id}`)).sent >= count / 3)
    await during()
    let got = []
    await until(15000, async () => {
      if (await this.broker.position() < position + count) return false
      got = (await this.broker.events(position)).filter((e) => e.type === 'CHANNEL_UPDATE').map((e) => JSON.parse(e.json).position)
      return got.length >= count
    })
    const want = Array.from({ length: count }, (_, i) => first + i)
    const have = isOrdered ? got : [...got].sort((a, b) => a - b)
    check(`${what}: nothing is lost, doubled or out of order`, have.join() === want.join(), got.join(' '))
    const after = await this.counters()
    check(`${what}: ${identifies === 0 ? 'no new session' : 'one new session'}`,
      after.identifies - before.identifies === identifies, after.identifies - before.identifies)
    say(what)
    return { before, after }
  }

  // Until that many resumes more have succeeded.
  async resumed (before, ms = 15000) {
    await until(ms, async () => (await this.counters()).resumes_ok > before.resumes_ok)
    this.connectedAt = Date.now()
  }
}

// ---- side by side with the rest: eight shards, one identify in five seconds ----

async function eightShards (s) {
  const g = new Gateway(s, { shards: 8 })
  const all = await g.ready(80000)
  const { identifies } = await s.counters()
  check('eight shards connect', all && (await s.sessions()).length === 8, await s.get('sessions'))
  check('each identifies once', identifies === 8, identifies)
  say('eight shards, one identify in five seconds')
  check('and ends in order', await g.end() === 0, g.log.slice(-500))
  await s.broker.close()
  await s.end()
}

// ---- one shard, each compression ----

async function zstd (s) {
  const g = new Gateway(s, { compress: 'zstd-stream' })
  check('zstd-stream: connects', await g.ready(), g.log)
  await s.flow('a quiet connection')
  let c = await s.counters()
  await s.flow('op 7 in the middle', async () => { await s.mishap('reconnect'); await s.resumed(c) })
  c = await s.counters()
  await s.flow('op 7 before Hello', async () => {
    await s.mishap('reconnect-before-hello')
    await s.mishap('drop')
    await s.resumed(c)
  })
  check('op 7 before Hello: it came', (await s.counters()).connections - c.connections === 2, (await s.counters()).connections - c.connections)
  c = await s.counters()
  await s.flow('op 9 true', async () => { await s.mishap('invalid-session', { resumable: true }); await s.resumed(c) })
  c = await s.counters()
  await s.flow('a dropped connection', async () => { await s.mishap('drop'); await s.resumed(c) })
  c = await s.counters()
  await s.flow('a close without meaning', async () => { await s.mishap('close', { code: 4000 }); await s.resumed(c) })
  c = await s.counters()
  await s.flow('acknowledgements that stop', async () => { await s.mishap('mute-acks'); await s.resumed(c) })
  check('acknowledgements that stop: it was seen', g.metric('zombies_total') === 1, g.metric('zombies_total'))
  c = await s.counters()
  await s.flow('a connection that is dead without a word', async () => { await s.mishap('freeze'); await s.resumed(c) })
  await s.flow('doubled dispatches', () => s.mishap('fault', { fault: 'duplicate', t: 'CHANNEL_UPDATE', times: 5 }))
  check('doubled dispatches: seen', g.metric('duplicates_total') === 5, g.metric('duplicates_total'))
  c = await s.counters()
  await s.flow('a missing dispatch', async () => {
    await s.mishap('fault', { fault: 'drop', t: 'CHANNEL_UPDATE' })
    await s.resumed(c)
  })
  check('a missing dispatch: seen', g.metric('gaps_total') === 1, g.metric('gaps_total'))
  await rateLimited(s, g)
  c = await s.counters()
  await s.flow('a frame that is no JSON', async () => { await s.mishap('malformed'); await s.resumed(c) })
  c = await s.counters()
  await s.flow('compressed garbage', async () => { await s.mishap('garbage'); await s.resumed(c) })
  check('what could not be read is counted', g.metric('bad_payloads_total') === 2, g.metric('bad_payloads_total'))
  await bigGuild(s, g)
  const before = await s.counters()
  await s.mishap('invalid-session', { resumable: false })
  await until(15000, async () => (await s.counters()).identifies > before.identifies && (await s.sessions()).length === 1)
  const after = await s.counters()
  check('op 9 false: a new session', after.identifies - before.identifies === 1 && after.resumes === before.resumes, after)
  await s.flow('after op 9 false')
  check('a heartbeat is answered when it is asked for', (await s.mishap('request-heartbeat')).touched === 1)
  check('SIGTERM ends it in order', await g.end() === 0, g.log.slice(-500))
  const { close_codes_in: codes } = await s.counters()
  check('it closes with a code that keeps the session', codes[4000] >= 6 && !codes[1000] && !codes[1001], codes)
}

async function rateLimited (s, g) {
  const position = await s.broker.position()
  await s.mishap('rate-limited', { retry_after: 3 })
  const event = await until(5000, async () => (await s.broker.events(position)).find((e) => e.type === 'RATE_LIMITED'))
  check('RATE_LIMITED is published and counted', event && g.metric('rate_limited_total') === 1, g.metric('rate_limited_total'))
}

async function bigGuild (s, g) {
  const position = await s.broker.position()
  const before = g.memory()
  await s.mishap('big-guild', { bytes: 20 * 1024 * 1024 })
  const event = await until(15000, async () => (await s.broker.events(position)).find((e) => e.type === 'GUILD_CREATE'))
  check('20 MB of GUILD_CREATE are announced without their data', event && event.json === '' && event.size > 20e6, event && event.size)
  check('and counted', g.metric('cut_total') >= 1, g.metric('cut_total'))
  await s.flow('after 20 MB in one payload')
  const [after, peak] = [g.memory(), g.memory('VmHWM')]
  say(`memory: ${before} KiB before 20 MB in one payload, ${peak} KiB at most, ${after} KiB after it`)
  check('their memory is given back', after < before + 4096, { before, peak, after })
}

async function zlib (s) {
  let g = new Gateway(s, { compress: 'none' })
  await g.ready()
  await g.end()
  const before = await s.counters()
  g = new Gateway(s, { compress: 'zlib-stream' })
  check('zlib-stream: connects', await g.ready(), g.log)
  let c = await s.counters()
  check('a new process goes on with the session', c.identifies === before.identifies && c.resumes_ok - before.resumes_ok === 1, c)
  await s.flow('dispatches out of order', async () => {
    await s.mishap('fault', { fault: 'reorder', t: 'CHANNEL_UPDATE' })
    await s.resumed(c)
  })
  check('dispatches out of order: seen', g.metric('gaps_total') === 1, g.metric('gaps_total'))
  c = await s.counters()
  await s.flow('truncated zlib', async () => { await s.mishap('truncate'); await s.resumed(c) })
  c = await s.counters()
  await s.flow('garbage instead of zlib', async () => { await s.mishap('garbage'); await s.resumed(c) })
  c = await s.counters()
  await s.mishap('close', { code: 4007 })
  await until(15000, async () => (await s.counters()).identifies > c.identifies && (await s.sessions()).length === 1)
  const after = await s.counters()
  check('4007: a new session, no resume', after.identifies - c.identifies === 1 && after.resumes === c.resumes, after)
  await s.flow('after 4007')
  check('zlib-stream: ends in order', await g.end() === 0)
}

async function plain (s) {
  await s.forget()
  const g = new Gateway(s, { compress: 'none' })
  check('without compression: connects', await g.ready(), g.log)
  let c = await s.counters()
  await s.flow('without compression a frame that is no JSON', async () => { await s.mishap('malformed'); await s.resumed(c) })
  c = await s.counters()
  await s.mishap('expire-sessions', { code: 4009 })
  await until(15000, async () => (await s.counters()).identifies > c.identifies && (await s.sessions()).length === 1)
  const after = await s.counters()
  check('4009: a new session, no resume', after.identifies - c.identifies === 1 && after.resumes === c.resumes, after)
  await s.flow('after 4009')
  // Gone without a word: nothing is handed back.
  g.child.kill('SIGKILL')
  await g.exited
  const next = new Gateway(s, { compress: 'none' })
  c = await s.counters()
  await s.flow('a killed process', () => s.resumed(c))
  check('a killed process: the next is ready', await next.ready(), next.log)
  const { connections_by: by } = await s.counters()
  check('zlib-stream and none were used', by.plain > 0 && by['zlib-stream'] > 0, by)
  check('each resume went where Discord said', !by['resume-elsewhere'] && !by['identify-at-resume-host'], by)
  await next.end()
}

// ---- addresses and budgets ----

async function deadHost (s) {
  await s.forget()
  await s.post('config', { resume_gateway_url: 'ws://127.0.0.1:1' })
  const g = new Gateway(s, { 'host-patience': 2 })
  check('with a host that is dead: connects', await g.ready(), g.log)
  const c = await s.counters()
  await s.flow('a session whose host is dead', async () => { await s.mishap('drop'); await s.resumed(c, 30000) })
  const { connections_by: by } = await s.counters()
  check('it goes on by the common address', by['resume-elsewhere'] === 1, by)
  await s.post('config', { resume_gateway_url: null })
  await g.end()
}

async function budget (s) {
  await s.forget()
  let g = new Gateway(s)
  check('with a budget: connects', await g.ready(), g.log)
  await s.post('config', { session_start_remaining: 50 })
  let c = await s.counters()
  await s.flow('a resume with no budget left', async () => { await s.mishap('drop'); await s.resumed(c) })
  await g.end()
  c = await s.counters()
  g = new Gateway(s)
  check('nor does a new process need one', await g.ready() && (await s.counters()).identifies === c.identifies, g.log)
  await g.end()
  await s.forget()
  g = new Gateway(s)
  const said = await until(10000, () => /identify_refused/.test(g.log))
  check('without a session it refuses and says why', said && /50 identifies/.test(g.log) && /reserve/.test(g.log), g.log)
  await sleep(500)
  const after = await s.counters()
  check('nobody has identified', after.identifies === c.identifies, after.identifies - c.identifies)
  check('it is not ready', g.metrics().stoa_ready === 0)
  check('and tells how many are left', g.metric('identify_left') === 50, g.metric('identify_left'))
  await s.post('config', { session_start_remaining: 1000 })
  await g.end()
  say('a budget that is used up')
}

// ---- what a person must mend ----

async function fatal (s, what, code, options, cause) {
  await s.forget()
  const before = await s.counters()
  const g = new Gateway(s, options)
  if (cause) {
    check(`${what}: connects first`, await g.ready(), g.log)
    await cause()
  }
  await Promise.race([g.exited, sleep(10000)])
  check(`${what}: the process ends with status ${EX_CONFIG}`, g.status === EX_CONFIG, { status: g.status, log: g.log })
  check(`${what}: it says what to mend`, new RegExp(`"event":"stopped".*\\(${code}\\)`).test(g.log), g.log.slice(-800))
  const after = await s.counters()
  check(`${what}: one connection, no more`, after.connections - before.connections === 1, after.connections - before.connections)
  say(what)
}

async function tlsSuite () {
  const folder = mkdtempSync(path.join(tmpdir(), 'stoa-tls-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], { encoding: 'utf8' })
  check('a certificate', made.status === 0, made.stderr)
  const s = await Torture.begin({ idle: false, environment: { STOA_CA_FILE: cert }, up: ['--discord-events=*'], config: CONFIG,
    fake: ['--name', 'localhost', '--tls-cert', cert, '--tls-key', key] })
  s.connectedAt = Date.now()
  return s
}

async function supervised (s) {
  check('wss: connects', (await s.sessions()).length === 1 && s.addresses.gateway.startsWith('wss:'), s.addresses)
  let c = await s.counters()
  await s.flow('wss: a dropped connection', async () => { await s.mishap('drop'); await s.resumed(c) })
  c = await s.counters()
  const g = new Gateway(s, { shards: 2 })
  check('wss: a certificate of nobody known is refused', await until(10000, () => /shard_closed/.test(g.log)), g.log)
  g.child.kill('SIGKILL')
  await g.exited
  check('wss: before anything is sent', (await s.counters()).identifies === c.identifies && (await s.counters()).connections === c.connections)
  // The suite does not start again what cannot run.
  await s.mishap('close', { code: 4004 })
  check('4004: the suite leaves it stopped', await until(5000, () => /child_halted/.test(s.log('up'))), s.log('up'))
  c = await s.counters()
  await sleep(1500)
  const after = await s.counters()
  check('4004: and Discord hears no more of it', after.connections === c.connections && after.requests === c.requests, { c, after })
  say('wss, and a stop for good in the suite')
  await s.broker.close()
  await s.end(['unanswered'])
}

// ---- all of it ----

const CONFIG = { heartbeat_interval_ms: 1000, identify_window_ms: 0, session_ttl_ms: 600000 }

const eight = await Torture.begin({ config: { heartbeat_interval_ms: 20000, shards: 8, max_concurrency: 1 } })
const one = await Torture.begin({ config: CONFIG })
const two = await Torture.begin({ config: CONFIG })
const tls = await tlsSuite()
say('four suites are up')

async function first () {
  await zstd(one)
  await deadHost(one)
  await budget(one)
  check('no log tells the token', !one.logs.join('').includes(readFileSync(one.tokenFile, 'utf8').trim()))
  await one.broker.close()
  await one.end()
}

async function second () {
  await zlib(two)
  await plain(two)
  await fatal(two, '4004', 4004, {}, () => two.mishap('close', { code: 4004 }))
  await fatal(two, '4014', 4014, { intents: GUILDS | PRIVILEGED })
  await fatal(two, '4013', 4013, { intents: GUILDS | UNKNOWN_INTENT })
  await two.broker.close()
  await two.end(['identify'])
}

await Promise.all([eightShards(eight), first(), second(), supervised(tls)])
say('all')
report('discord-torture')
