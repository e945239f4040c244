// suite.mjs - the suite and a stand-in for Discord, for one test program.
//
// Starts the fake of tests/peers/discord as a process of its own and `stoa up`
// in a new folder, gives short words for the fake's control API, checks, and
// ends both; at the end the fake must have seen no violation that the test did
// not ask for.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const here = import.meta.dirname
export const stoa = path.resolve(process.argv[2] ?? path.join(here, '../../../build/release/bin/stoa'))
const fakeProgram = path.join(here, '../../peers/discord/fake.mjs')
const TOKEN = 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs'

let passed = 0
const failures = []

export function check (what, ok, detail = '') {
  if (ok) { passed++; return true }
  failures.push(what)
  console.log(`FAIL ${what}${detail === '' ? '' : ': ' + (typeof detail === 'string' ? detail : JSON.stringify(detail))}`.slice(0, 3500))
  return false
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// Waits for a condition, never longer than `ms`; gives its last value.
export async function until (ms, condition) {
  const end = Date.now() + ms
  for (;;) {
    const value = await condition()
    if (value || Date.now() > end) return value
    await sleep(20)
  }
}

export class Suite {
  static async start ({ up = [], fake = [], config = {}, before } = {}) {
    const s = new Suite()
    const stop = (error) => { console.log(error); s.down(); s.fake?.kill('SIGTERM'); process.exit(1) }
    process.on('uncaughtException', stop)
    process.on('unhandledRejection', stop)
    s.folder = mkdtempSync(path.join(tmpdir(), 'stoa-discord-'))
    s.home = path.join(s.folder, 'home')
    s.tokenFile = path.join(s.folder, 'token')
    writeFileSync(s.tokenFile, TOKEN + '\n', { mode: 0o600 })
    await s.fakeStart(fake)
    await s.post('config', config)
    if (before) await before(s)
    s.upArguments = ['--home', s.home, '--discord-token-file', s.tokenFile, '--discord-api-url', s.addresses.api, ...up]
    // A test that throws leaves nothing running.
    process.once('exit', () => { if (!s.isEnded) { s.down(); s.fake.kill('SIGKILL') } })
    s.up()
    return s
  }

  async fakeStart (more) {
    this.fake = spawn(process.execPath, [fakeProgram, '--token', TOKEN, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
    const line = await new Promise((resolve, reject) => {
      let text = ''
      this.fake.stdout.on('data', (d) => { text += d; if (text.includes('\n')) resolve(text) })
      this.fake.once('exit', () => reject(new Error('the stand-in for Discord did not start')))
    })
    this.addresses = JSON.parse(line.slice(0, line.indexOf('\n')))
    this.world = await this.get('state')
    this.guild = this.world.guilds[0]
    this.channel = this.guild.channels[0].id
    ;[this.ada, this.grace] = this.world.users.map((u) => u.id)
  }

  up () {
    const r = spawnSync(stoa, ['up', '--detach', ...this.upArguments], { encoding: 'utf8' })
    this.upText = r.stdout + r.stderr
    this.upStatus = r.status
  }

  down () {
    spawnSync(stoa, ['down', '--home', this.home], { encoding: 'utf8' })
  }

  // What `stoa status` prints.
  status () {
    return spawnSync(stoa, ['status', '--home', this.home], { encoding: 'utf8' }).stdout
  }

  // ---- the fake's control API ----

  async call (method, name, body) {
    const once = () => fetch(`${this.addresses.control}/${name}`, { method, body: body === undefined ? undefined : JSON.stringify(body),
      headers: { 'content-type': 'application/json' } })
    // A kept connection may have ended while `stoa up` held this process up.
    const r = await once().catch((error) => { if (method === 'GET') return once(); throw error })
    return r.json()
  }

  get (name) { return this.call('GET', name) }
  post (name, body = {}) { return this.call('POST', name, body) }
  wait (body) { return this.post('wait', { deadline_ms: 10000, ...body }) }

  // Says a command and waits for its first answer; gives the interaction.
  async say (name, options = {}, more = {}) {
    const sent = await this.post('interactions', { kind: 'command', name, options, guild_id: this.guild.id, channel_id: this.channel, user_id: this.ada, ...more })
    return this.answered(sent.id)
  }

  async answered (id, ms = 10000) {
    return until(ms, async () => {
      const i = await this.get(`interactions/${id}`)
      return i.answered_at ? i : null
    })
  }

  // Presses a button or chooses, as `user`.
  async press (customId, message, more = {}) {
    const sent = await this.post('interactions', { kind: 'component', custom_id: customId, message_id: message,
      guild_id: this.guild.id, channel_id: this.channel, user_id: this.ada, ...more })
    return this.answered(sent.id)
  }

  async fill (interaction, fields, more = {}) {
    const sent = await this.post('interactions', { kind: 'modal', interaction_id: interaction.id, fields,
      guild_id: this.guild.id, channel_id: this.channel, user_id: this.ada, ...more })
    return this.answered(sent.id)
  }

  message (id) { return this.get(`messages/${id}`) }

  // ---- processes ----

  pids () {
    try {
      return Object.fromEntries(readFileSync(path.join(this.home, 'run/pids'), 'utf8').trim().split('\n')
        .map((l) => l.split(' ')).map(([name, pid]) => [name, Number(pid)]))
    } catch { return {} }
  }

  // Having stopped a process, it returns when none of its threads runs.
  kill (name, signal = 'SIGKILL') {
    const pid = this.pids()[name]
    if (pid > 1) {
      try {
        process.kill(pid, signal)
        const runs = (thread) => !/\) [TZX] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'))
        for (const end = Date.now() + 5000; signal === 'SIGSTOP' && readdirSync(`/proc/${pid}/task`).some(runs);) if (Date.now() > end) return 0
      } catch { return 0 }
    }
    return pid
  }

  // Another process of that name than `before` is there.
  again (name, before, ms = 5000) {
    return until(ms, () => { const pid = this.pids()[name]; return pid > 1 && pid !== before ? pid : 0 })
  }

  log (name) {
    try { return readFileSync(path.join(this.home, `logs/${name}.log`), 'utf8') } catch { return '' }
  }

  metricsText (name) {
    return spawnSync('curl', ['-s', '--unix-socket', path.join(this.home, `run/${name}.sock`), 'http://x/metrics'], { encoding: 'utf8' }).stdout
  }

  metrics (name) {
    return Object.fromEntries(this.metricsText(name).split('\n').filter((l) => l && l[0] !== '#').map((l) => {
      const at = l.lastIndexOf(' ')
      return [l.slice(0, at), Number(l.slice(at + 1))]
    }))
  }

  // `expected`: kinds of violations that the test has provoked.
  async end (expected = []) {
    const violations = (await this.get('violations')).filter((v) => !expected.includes(v.kind))
    check('Discord saw no rule broken', violations.length === 0, violations.slice(0, 5))
    const logs = ['gateway', 'discord', 'bot'].map((n) => this.log(n)).join('')
    check('no secret in a log', !logs.includes(TOKEN) && !/aW50ZXJhY3Rpb[0-9a-zA-Z]{20}/.test(logs))
    this.down()
    this.fake.kill('SIGTERM')
    this.isEnded = true
    if (failures.length === 0 && !process.env.KEEP) rmSync(this.folder, { recursive: true, force: true })
    else console.log(`kept: ${this.folder}`)
  }
}

export function report (name) {
  console.log(`${name}: ${passed} passed${failures.length ? `, ${failures.length} FAILED` : ''}`)
  process.exit(failures.length ? 1 : 0)
}

// What Prometheus would not take of its text format 0.0.4, or would not
// understand: each name has one HELP and one TYPE, then its samples.
export function metricFaults (text) {
  const faults = []
  const seen = new Set()
  let name, kind, samples = 1
  for (const line of text.trimEnd().split('\n')) {
    const [, about, of, rest] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line) ?? []
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-z_]+="[^"\\]*",?)+\})? -?[0-9.]+(e[+-]?\d+)?$/.exec(line)
    if (about === 'HELP' && !seen.has(of) && samples > 0) { seen.add(name = of); kind = ''; samples = 0 }
    else if (about === 'TYPE' && of === name && kind === '' && ['counter', 'gauge'].includes(rest)) kind = rest
    else if (sample?.[1] === name && kind) samples++
    else faults.push(line)
  }
  return samples > 0 ? faults : [...faults, `${name} has no sample`]
}

// All that a person reads in a message or an interaction's answer.
export function textOf (x) {
  const out = []
  const walk = (v) => {
    if (Array.isArray(v)) v.forEach(walk)
    else if (v && typeof v === 'object') {
      for (const k of ['content', 'label', 'title', 'description', 'placeholder', 'name', 'value']) if (typeof v[k] === 'string') out.push(v[k])
      Object.values(v).forEach(walk)
    }
  }
  walk(x)
  return out.join('\n')
}

// The custom_id of the component with that label.
export function idOf (message, label) {
  let found
  const walk = (v) => {
    if (Array.isArray(v)) v.forEach(walk)
    else if (v && typeof v === 'object') {
      if (v.label === label && v.custom_id) found = v.custom_id
      Object.values(v).forEach(walk)
    }
  }
  walk(message)
  return found
}

export const EPHEMERAL = 64
export const isEphemeral = (interaction) => (interaction?.original?.flags & EPHEMERAL) !== 0
export const ADMINISTRATOR = '8'
export const MANAGE_GUILD = '32'
