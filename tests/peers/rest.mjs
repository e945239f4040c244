// rest.mjs TOOL - the REST client (rest_tool) against the strict stand-in for
// Discord in tests/peers/discord: whatever the server does, the client breaks
// no rule, loses nothing and does nothing twice.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http2 from 'node:http2'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const here = new URL('.', import.meta.url)
const folder = process.env.STOA_FAKE ? pathToFileURL(resolve(process.env.STOA_FAKE) + '/') : new URL('discord/', here)
const { spawnFake } = await import(new URL('kit.mjs', folder))
const tool = resolve(process.argv[2])
const CREATE = 'POST /channels/{channel}/messages'

// Runs the tool with requests; answers its lines and counters.
async function run (fake, requests, options = []) {
  const child = spawn(tool, [...options, fake.api], { env: { ...process.env, STOA_TOKEN: fake.token }, stdio: ['pipe', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (bytes) => { out += bytes })
  child.stdin.end(requests.map((r) => r.join(' ') + '\n').join(''))
  const code = await new Promise((done) => child.once('close', done))
  assert.equal(code, 0, out)
  const lines = out.split('\n')
  const answers = lines.filter((l) => /^\d+ /.test(l)).map((l) => {
    const [n, status, http, error, tries, ms, ...cause] = l.split(' ')
    return { n: +n, status, http: +http, error: +error, tries: +tries, ms: +ms, cause: cause.join(' ') }
  })
  assert.equal(answers.length, requests.length)
  assert.ok(!out.includes(fake.token), 'the token is printed nowhere')
  const count = (name) => Number(lines.find((l) => l.startsWith(`stoa_discord_rest_${name} `)).split(' ').pop())
  return { answers, state: lines.find((l) => l.startsWith('state ')).slice(6), count }
}

let serial = 0
const say = (channel, text, lane = 'message') => ['message', 'r', 'POST', `/channels/${channel}/messages`,
  JSON.stringify({ content: text, nonce: `n${process.pid}x${serial++}`, enforce_nonce: true })]

const allOk = ({ answers }) => {
  for (const a of answers) assert.equal(a.status, 'OK', JSON.stringify(a))
}

async function texts (fake, channel) {
  const list = await fake.get(`/messages?channel=${channel}`)
  return (list.messages ?? list).map((m) => m.content ?? m.text).sort((a, b) => parseInt(a) - parseInt(b))
}

const numbers = (count) => Array.from({ length: count }, (_, i) => `${i} of many`)

async function fresh () {
  const fake = await spawnFake()
  const state = await fake.get('/state')
  const { guilds } = state
  const channels = guilds.flatMap((g) => g.channels.map((c) => c.id ?? c))
  return { fake, channels, guild: guilds[0].id ?? guilds[0].guild?.id }
}

// Calls `use` with the files of a certificate for localhost and its key.
async function withCertificate (use) {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-rest-'))
  const [cert, key] = [join(folder, 'cert'), join(folder, 'key')]
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' })
    await use(cert, key)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const scenarios = {
  async 'a full channel is filled at the pace it allows, in order' () {
    const { fake, channels } = await fresh()
    allOk(await run(fake, numbers(12).map((t) => say(channels[0], t))))
    const requests = await fake.get('/requests')
    const order = (requests.requests ?? requests).map((r) => r.body?.content ?? r.body)
    assert.deepEqual(order, numbers(12))
    await fake.clean()
    await fake.stop()
  },

  async 'buckets that move, routes that share, headers that are missing' () {
    const { fake, channels, guild } = await fresh()
    await fake.post('/limits', { route: CREATE, limit: 4, reset_ms: 700, bucket: 'one', rotate_every: 3 })
    await fake.post('/limits', { route: 'GET /channels/{channel}', limit: 3, reset_ms: 600, bucket: 'two' })
    await fake.post('/limits', { route: 'GET /guilds/{guild}/roles', rule: null })
    const requests = []
    for (let i = 0; i < 20; i++) {
      requests.push(say(channels[i % 2], `${i} of many`))
      requests.push(['message', '-', 'GET', `/channels/${channels[i % 2]}`, '-'])
      requests.push(['bulk', '-', 'GET', `/guilds/${guild}/roles`, '-'])
    }
    allOk(await run(fake, requests))
    await fake.clean()
    await fake.stop()
  },

  async 'the limit of requests a second is kept' () {
    const { fake, guild } = await fresh()
    await fake.post('/limits', { route: 'GET /guilds/{guild}/roles', rule: null })
    allOk(await run(fake, Array.from({ length: 220 }, () => ['message', 'o', 'GET', `/guilds/${guild}/roles`, '-'])))
    await fake.clean()
    await fake.stop()
  },

  async 'three replicas keep it together' () {
    const folder = mkdtempSync(join(tmpdir(), 'stoa-rest-'))
    const socket = join(folder, 'redis')
    const redis = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    process.once('exit', () => redis.kill('SIGKILL'))
    const ready = new Promise((done) => redis.stdout.on('data', (text) => { if (/accept connections/.test(text)) done() }))
    try {
      await ready
      const { fake, guild, channels } = await fresh()
      await fake.post('/limits', { route: 'GET /guilds/{guild}/roles', rule: null })
      const reads = Array.from({ length: 80 }, () => ['message', 'o', 'GET', `/guilds/${guild}/roles`, '-'])
      const results = await Promise.all([0, 1, 2].map((i) => run(fake, [...reads, say(channels[i % channels.length], 'x')], ['--redis', socket])))
      results.forEach(allOk)
      await fake.clean()
      await fake.stop()
    } finally {
      redis.kill('SIGTERM')
      await new Promise((done) => redis.once('close', done))
      rmSync(folder, { recursive: true })
    }
  },

  async 'broken connections and servers lose nothing and double nothing' () {
    const { fake, channels } = await fresh()
    await fake.post('/limits', { route: CREATE, limit: 50, reset_ms: 500, bucket: 'fast' })
    for (const fault of [{ kind: 'drop-after' }, { kind: 'drop-before' }, { kind: 'status', status: 502 }, { kind: 'json-status', status: 503, code: 0, message: 'x' }]) {
      await fake.post('/fault', { ...fault, route: CREATE, times: 1 })
      allOk(await run(fake, numbers(4).map((t) => say(channels[0], t))))
    }
    const list = await texts(fake, channels[0])
    assert.equal(list.length, 16)
    await fake.clean()
    await fake.stop()
  },

  async 'what is not repeatable is not repeated' () {
    const { fake, channels } = await fresh()
    await fake.post('/fault', { kind: 'drop-after', route: CREATE, times: 1 })
    const { answers } = await run(fake, [['message', '-', 'POST', `/channels/${channels[0]}/messages`, '{"content":"once"}']])
    assert.equal(answers[0].status, 'IO')
    assert.equal((await texts(fake, channels[0])).length, 1)
    await fake.clean()
    await fake.stop()
  },

  async 'limits of all kinds are waited for' () {
    const { fake, channels } = await fresh()
    await fake.post('/limits', { route: CREATE, limit: 50, reset_ms: 500, bucket: 'fast' })
    for (const fault of [{ kind: 'user', ms: 800 }, { kind: 'shared', ms: 800 }, { kind: 'global', ms: 800 }, { kind: 'user', ms: 800, headers: false }]) {
      await fake.post('/fault', { ...fault, route: CREATE, times: 1 })
      const result = await run(fake, numbers(3).map((t) => say(channels[0], t)))
      allOk(result)
      assert.ok(result.answers[0].ms >= 790, JSON.stringify(result.answers))
    }
    await fake.post('/fault', { kind: 'edge-429', retry_after: 1, route: CREATE, times: 1 })
    const result = await run(fake, [say(channels[0], 'x')])
    allOk(result)
    assert.ok(result.answers[0].ms >= 9900)
    await fake.clean()
    await fake.stop()
  },

  async 'a refused token stops everything' () {
    const { fake, channels } = await fresh()
    await fake.post('/token', { valid: false })
    const result = await run(fake, Array.from({ length: 200 }, (_, i) => say(channels[i % channels.length], 'x')))
    for (const a of result.answers) assert.equal(a.status, 'UNAUTHENTIC')
    assert.match(result.state, /token is not valid/)
    const counters = await fake.get('/counters')
    assert.ok(counters.invalid_requests <= channels.length, `${counters.invalid_requests} invalid requests`)
    await fake.clean()
    await fake.stop()
  },

  async 'the budget of invalid requests is never passed' () {
    const { fake, channels } = await fresh()
    await fake.post('/config', { invalid_max: 40 })
    await fake.post('/limits', { route: CREATE, limit: 1000, reset_ms: 1000, bucket: 'fast' })
    await fake.patch(`/channels/${channels[0]}`, { access: 'read' })
    const result = await run(fake, Array.from({ length: 150 }, () => [...say(channels[0], 'x').with(1, 'ro')]), ['--invalid', '40', '--timeout', '6'])
    const counters = await fake.get('/counters')
    assert.ok(counters.invalid_requests <= 36, `${counters.invalid_requests} invalid requests`)
    assert.equal(counters.banned, false)
    assert.match(result.state, /invalid requests/)
    await fake.clean(['http-403'])
    await fake.stop()
  },

  async 'people are answered while messages wait' () {
    const { fake, channels, guild } = await fresh()
    const commands = [{ name: 'ping', description: 'asks', type: 1 }]
    const { application_id: app } = fake
    allOk(await run(fake, [['bulk', '-', 'PUT', `/applications/${app}/commands`, JSON.stringify(commands)]]))
    const asked = []
    for (let i = 0; i < 10; i++) {
      const { id, token } = await fake.post('/interactions', { kind: 'command', name: 'ping', guild_id: guild, channel_id: channels[0], send: false })
      if (token) asked.push(['interaction', '-', 'POST', `/interactions/${id}/${token}/callback`, '{"type":5}'])
    }
    const { answers } = await run(fake, [...numbers(15).map((t) => say(channels[0], t)), ...asked])
    for (const a of answers) {
      assert.equal(a.status, 'OK', JSON.stringify(a))
      if (a.n >= 15) assert.ok(a.ms < 1000, JSON.stringify(a))
    }
    console.log(`     ${asked.length} interactions`)
    await fake.clean()
    await fake.stop()
  },

  async 'files travel, also over TLS that is checked' () {
    await withCertificate(async (cert, key) => {
      const fake = await spawnFake(['--tls-cert', cert, '--tls-key', key])
      const { guilds } = await fake.get('/state')
      const channel = guilds[0].channels[0].id ?? guilds[0].channels[0]
      const request = ['message', '-', 'POST', `/channels/${channel}/messages`, '@300000']
      assert.match(fake.api, /^https:/)
      allOk(await run(fake, [request], ['--ca', cert]))
      const refused = await run(fake, [request], ['--timeout', '2'])
      assert.equal(refused.answers[0].status, 'UNAVAILABLE')
      await fake.clean()
      await fake.stop()
    })
  },

  async 'one HTTP/2 connection carries them all' () {
    await withCertificate(async (cert, key) => {
      const server = http2.createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) })
      let sessions = 0
      let streams = 0
      server.on('session', () => { sessions++ })
      server.on('stream', (stream, headers) => {
        streams++
        assert.equal(headers.authorization, 'Bot secret-token')
        stream.respond({ ':status': 200, 'content-type': 'application/json' })
        stream.end('{}')
      })
      await new Promise((done) => server.listen(0, '127.0.0.1', done))
      const api = `https://localhost:${server.address().port}/api/v10`
      allOk(await run({ api, token: 'secret-token' }, Array.from({ length: 45 }, () => ['message', 'o', 'GET', '/users/@me', '-']), ['--ca', cert]))
      assert.equal(streams, 45)
      assert.equal(sessions, 1)
      server.close()
    })
  }
}

let failed = 0
for (const [name, scenario] of Object.entries(scenarios)) {
  if (process.argv[3] && !name.includes(process.argv[3])) continue
  try {
    await scenario()
    console.log(`ok   ${name}`)
  } catch (error) {
    failed++
    console.log(`FAIL ${name}\n${error.stack}`)
  }
}
process.exit(failed ? 1 : 0)
