// gateway.mjs - gateways of a test's own beside a suite whose own one does not
// connect, started one by one with the settings that a scenario needs.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Suite, check, sleep, stoa, until } from './suite.mjs'
import { Broker } from './stream.mjs'

const suites = []
process.on('exit', () => {
  for (const one of suites) { for (const g of one.gateways ?? []) g.child.kill('SIGKILL'); one.down(); one.fake.kill() }
})

// A gateway of our own beside the suite.
export class Gateway {
  constructor (s, options = {}) {
    this.s = s
    this.log = ''
    this.name = options.replica ?? 'torture'
    this.sock = path.join(s.home, `run/${this.name}.sock`)
    const all = {
      home: s.home, 'nats-url': readFileSync(path.join(s.home, 'run/nats-url'), 'utf8').trim(),
      'nats-key-file': path.join(s.home, 'keys/gateway.nk'), 'ops-listen': `unix:${this.sock}`,
      'discord-token-file': s.tokenFile, replica: this.name, events: '*', shards: 1, connect: 'true', 'public-key': '', ...options
    }
    this.child = spawn(path.join(path.dirname(stoa), 'stoa-gateway'), Object.entries(all).map(([k, v]) => `--${k}=${v}`),
      { stdio: ['ignore', 'ignore', 'pipe'] })
    this.child.stderr.on('data', (d) => { this.log += d; s.logs.push(String(d)) })
    this.exited = new Promise((resolve) => this.child.once('exit', (code) => { this.status = code; resolve(code) }))
    s.gateways.push(this)
  }

  metrics () { return this.s.metrics(this.name) }
  metric (name) { return this.metrics()[`stoa_gateway_${name}`] }

  // Until all its shards are connected and it says so.
  async ready (ms = 10000) {
    const ready = await until(ms, async () => existsSync(this.sock) && this.metrics().stoa_ready === 1)
    this.s.connectedAt = Date.now()
    return ready
  }

  // Gone without a word.
  async kill () {
    this.child.kill('SIGKILL')
    await this.exited
  }

  // Ends in order, so that the session can be resumed; gives the status.
  async end () {
    if (this.status === undefined) this.child.kill('SIGTERM')
    await Promise.race([this.exited, sleep(10000)])
    return this.status
  }

  // Resident memory in KiB, as the system counts it.
  memory (what = 'VmRSS') {
    return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1])
  }
}

export class Beside extends Suite {
  // `idle`: the suite's own gateway does not connect. `environment`: settings
  // of all its daemons.
  static async begin ({ idle = true, environment = {}, up = [], config, fake } = {}) {
    const more = ['--workers', '0', ...up]
    const set = idle ? { STOA_CONNECT: 'false' } : environment
    const s = await Suite.start({
      config,
      fake,
      up: more,
      before: (suite) => {
        suites.push(suite)
        if (idle) more.push('--discord-public-key', suite.addresses.public_key)
        Object.assign(process.env, set)
      }
    })
    for (const name of Object.keys(set)) delete process.env[name]
    check('the suite is up', s.upStatus === 0, s.upText)
    Object.setPrototypeOf(s, this.prototype)
    s.broker = await Broker.open(s.home)
    s.serial = 0
    s.logs = []
    s.gateways = []
    return s
  }

  // No session is known any more, and nobody has identified lately.
  async forget () {
    await this.broker.purge('KV_gateway')
    await this.broker.purge('KV_gateway-identify')
  }

  mishap (name, spec = {}) { return this.post(`gateway/${name}`, spec) }
  counters () { return this.get('counters') }
  sessions () { return this.get('sessions').then((all) => all.filter((one) => one.connected)) }
}
