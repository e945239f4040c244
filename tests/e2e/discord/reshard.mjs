// reshard.mjs - the number of shards changes while members go on: both sets
// are connected at once, the new one takes over, processes die on the way.
//
// Each guild counts its events, and commands come all the time. No number may
// be missing in the broker, and no command be executed twice; events may come
// twice where both sets have said them.
import { Load, guildOf } from './events.mjs'
import { Beside, Gateway } from './gateway.mjs'
import { check, report, sleep, until } from './suite.mjs'

const begun = Date.now()
const say = (text) => console.log(`  ${String(Date.now() - begun).padStart(6)} ms  ${text}`)

// Which numbers of each guild are in the stream, in whatever order.
class Numbers extends Load {
  constructor (suite, guilds, rate) {
    super(suite, guilds, rate)
    this.numbers = new Map(guilds.map((g) => [g, new Set()]))
    this.twice = 0
  }

  take (subject, data) {
    const numbers = this.numbers.get(subject.slice(subject.lastIndexOf('.') + 1))
    const n = Number(/"nonce":"n(\d+)"/.exec(String(data))?.[1])
    if (!numbers || !n) return
    if (numbers.has(n)) this.twice++
    numbers.add(n)
    this.seen.set(subject.slice(subject.lastIndexOf('.') + 1), numbers.size)
  }

  missing () {
    return this.guilds.flatMap((g) => Array.from({ length: this.sent.get(g) }, (_, i) => i + 1).filter((n) => !this.numbers.get(g).has(n)).map((n) => `${g}:${n}`))
  }
}

class Reshard extends Beside {
  // Events and commands in guilds of all shards, until `settled`.
  flow (guilds) {
    this.load = new Numbers(this, guilds, 200)
    this.load.start()
    this.ids = []
    let n = 0
    const names = ['help', 'status', 'jobs', 'balance']
    this.timer = setInterval(async () => {
      if (this.isQuiet) return
      const k = n++
      this.ids.push((await this.post('interactions', { kind: 'command', name: names[k % 4], guild_id: guilds[k % guilds.length], user_id: k % 2 ? this.ada : this.grace })).id)
    }, 100)
  }

  async settled (what) {
    clearInterval(this.timer)
    await this.load.stop()
    const arrived = await this.load.arrived(this.home)
    check(`${what}: no event is missing`, arrived && this.load.missing().length === 0, this.load.missing().slice(0, 20))
    const mine = async () => (await this.get('interactions')).filter((i) => this.ids.includes(i.id))
    await until(10000, async () => (await mine()).every((i) => i.answered_at))
    const all = await mine()
    const wrong = all.filter((i) => i.answers.length !== 1 || !i.answered_at || i.first_answer_ms >= 3000)
    check(`${what}: every command is answered, once, in time`, wrong.length === 0 && all.length > 0,
      wrong.slice(0, 2).map((i) => ({ id: i.id, ms: i.first_answer_ms, answers: i.answers.length })))
    const bot = this.metrics('bot')
    check(`${what}: each was executed once`, bot.stoa_bot_commands_total === all.length && bot.stoa_bot_again_total === 0,
      { sent: all.length, executed: bot.stoa_bot_commands_total, again: bot.stoa_bot_again_total })
    say(`${what}: ${this.load.total(this.load.sent)} events, ${this.load.twice} of them twice; ${all.length} commands, each once`)
  }

  // The sessions that are connected, as "2 of 4".
  async connected () {
    return (await this.sessions()).map((x) => `${x.shard[0]} of ${x.shard[1]}`).sort().join(', ')
  }

  // Exactly the shards of that count, and no others.
  async areShards (count, ms = 10000) {
    const want = Array.from({ length: count }, (_, i) => `${i} of ${count}`).join(', ')
    return until(ms, async () => await this.connected() === want)
  }

  async identifies () { return (await this.counters()).identifies }

  // What stands in the bucket, as keys.
  async records (count) {
    const r = await this.broker.ask('STREAM.INFO.KV_gateway', { subjects_filter: `$KV.gateway.shard.${count}.*` })
    const keys = Object.keys(r.state.subjects ?? {})
    const values = await Promise.all(keys.map((k) => this.broker.ask('STREAM.MSG.GET.KV_gateway', { last_by_subj: k })))
    return keys.filter((_, i) => values[i].message?.data)
  }
}

// ---- from two to four and back, beside the suite's own gateway ----

async function besides (s) {
  const guilds = [0, 1, 2, 3].map((shard) => guildOf(shard, 4, 0))
  for (const id of guilds) await s.post('guilds', { id, name: `guild ${id}` })
  check('two shards are connected', await s.areShards(2), await s.connected())
  s.flow(guilds)
  const own = s.pids().gateway
  const options = { shards: 4, replica: 'other' }
  let g = new Gateway(s, options)
  const isHalf = async () => /^0 of 2(, \d of 4)*, 1 of 2(, \d of 4)*$/.test(await s.connected()) && (await s.get('counters')).ready === 4
  check('while four come, two stay', await until(20000, isHalf), await s.connected())
  check('it says so', /reshard_begun/.test(g.log) && g.metric('reshard_shards') === 4 && g.metric('shards') === 2, g.log)
  await g.kill()
  say('the new process is killed midway')
  check('the old set does not mind', await s.areShards(2) && s.pids().gateway === own, await s.connected())
  g = new Gateway(s, options)
  check('four are in force', await until(25000, () => /reshard_switched/.test(g.log)), g.log)
  say('four shards are in force')
  check('all were ready before', /4 of 4 shards are ready/.test(g.log) && /reshard_progress.*reshard_switched/s.test(g.log), g.log)
  check('the two before them leave', await s.areShards(4), await s.connected())
  let c = await s.counters()
  check('each with a close that ends its session', c.close_codes_in[1000] === 2, c.close_codes_in)
  check('none had more to say', s.metrics('gateway').stoa_gateway_reshard_unheard_total === 0)
  check('two sessions, then four', c.identifies === 6, c.identifies)
  check('no record of them is left', await until(5000, async () => (await s.records(2)).length === 0), await s.records(2))
  check('the old process works for the new set', await until(5000, () => s.metrics('gateway').stoa_gateway_shards === 4 && s.metrics('gateway').stoa_gateway_shards_ready === 2),
    s.metrics('gateway').stoa_gateway_shards_ready)

  // The supervisor starts it again with the old number: that is nothing new.
  s.kill('gateway')
  check('killed, it comes again', await s.again('gateway', own))
  check('and turns nothing back', await until(5000, () => s.metrics('gateway').stoa_gateway_shards === 4) && s.log('gateway').includes('shards_overruled'))
  check('four shards stay', await s.areShards(4) && await s.identifies() === 6, await s.connected())
  check('the process that brought them may go', await g.end() === 0, g.log.slice(-500))
  check('four shards stay without it', await s.areShards(4) && await s.identifies() === 6, await s.connected())

  // Back, and the one that does it dies with the switch.
  g = new Gateway(s, { ...options, shards: 2 })
  check('two are in force again', await until(25000, () => /reshard_switched/.test(g.log)), g.log)
  await g.kill()
  say('two shards are in force again, and the process that brought them is killed')
  check('the other one takes them', await s.areShards(2), await s.connected())
  c = await s.counters()
  check('with the sessions that there are', c.identifies === 8, c.identifies)
  await s.settled('two to four and back')
  await s.broker.close()
  await s.end()
}

// ---- one process alone ----

async function alone (s) {
  const guilds = [0, 1, 2].map((shard) => guildOf(shard, 3, 0))
  for (const id of guilds) await s.post('guilds', { id, name: `guild ${id}` })
  let g = new Gateway(s, { shards: 1 })
  check('alone: one shard is connected', await g.ready(), g.log)
  s.flow(guilds)
  await sleep(1000)
  // Nobody answers in time what is said while no process is there.
  s.isQuiet = true
  await sleep(500)
  check('alone: it ends', await g.end() === 0, g.log)
  g = new Gateway(s, { shards: 3 })
  check('alone: started with another count, it is ready with the one in force', await g.ready(5000) && g.metric('shards') === 1, g.log)
  s.isQuiet = false
  // Its old shard is away when the others take over: what it has missed it
  // tells when it is back. Hello stays out for ten seconds.
  await until(8000, async () => (await s.counters()).ready === 4)
  await sleep(1000)
  await s.mishap('no-hello')
  await s.mishap('drop', { count: 1 })
  check('alone: it changes to it', await until(8000, () => g.metric('shards') === 3) && await s.areShards(3), g.log)
  check('alone: the old one comes back and tells all', await until(20000, () => /reshard_switched.*shard_resumed.*reshard_done/s.test(g.log)) && g.metric('reshard_unheard_total') === 0, g.log)
  check('alone: three shards are connected', await s.areShards(3), await s.connected())
  check('alone: one session, then three', await s.identifies() === 4, await s.identifies())
  await s.settled('alone')

  // All sessions have ended meanwhile: there is nothing to go on with.
  await g.end()
  await s.mishap('expire-sessions')
  g = new Gateway(s, { shards: 2 })
  check('alone: without sessions the new count is in force at once', await until(5000, () => /reshard_switched/.test(g.log)) && !/reshard_progress/.test(g.log), g.log)
  check('alone: and is ready', await g.ready(15000) && await s.areShards(2), await s.connected())
  check('alone: nobody identifies for the old one', await s.identifies() === 6, await s.identifies())
  await g.end()
  await s.broker.close()
  await s.end()
}

// ---- several that want the same, and two that want something different ----

async function several (s) {
  const a = new Gateway(s, { shards: 2, replica: 'a' })
  check('several: two shards are connected', await a.ready() && await s.areShards(2), await s.connected())
  const same = ['b', 'c'].map((replica) => new Gateway(s, { shards: 4, replica }))
  check('several: four are in force', await until(15000, () => same.every((g) => /reshard_switched/.test(g.log))) && await s.areShards(4), await s.connected())
  const brought = same.map((g) => new Set(g.log.slice(0, g.log.indexOf('reshard_switched')).match(/shard_ready","msg":"shard \d.4/g)).size)
  check('several: two replicas have brought two each', brought.join() === '2,2', brought)
  check('several: and no more sessions than shards', await s.identifies() === 6, await s.identifies())
  for (const g of same) check('several: each ends in order', await g.end() === 0, g.log.slice(-500))
  await rivals(s, a)
  await s.broker.close()
  await s.end()
}

async function rivals (s, a) {
  check('rivals: four shards are connected', await s.areShards(4) && await until(5000, () => a.metric('shards_ready') === 4), await s.connected())
  const before = await s.identifies()
  const both = [3, 5].map((shards) => [shards, new Gateway(s, { shards, replica: `with-${shards}` })])
  const won = await until(15000, () => both.find(([shards, g]) => new RegExp(`reshard_switched.*"${shards} shards are`).test(g.log)))
  const lost = both.find((one) => one !== won)
  check('rivals: one of two counts comes into force', won, a.log)
  check('rivals: and no other shard stays connected', await s.areShards(won[0], 15000), await s.connected())
  check('rivals: the other process takes its part of it', await until(5000, () => lost[1].metric('shards') === won[0]) && /shards_overruled/.test(lost[1].log), lost[1].log)
  check('rivals: what it began is removed', await until(8000, async () => (await s.records(lost[0])).length === 0 && (await s.records(4)).length === 0),
    [await s.records(lost[0]), await s.records(4)])
  check('rivals: nobody tries again', await s.identifies() - before <= 8, await s.identifies() - before)
  for (const g of [a, won[1], lost[1]]) check('rivals: each ends in order', await g.end() === 0, g.log.slice(-500))
}

// ---- Discord wants more shards: 4011 ----

async function refused (s) {
  const guilds = [0, 1].map((shard) => guildOf(shard, 2, 0))
  for (const id of guilds) await s.post('guilds', { id, name: `guild ${id}` })
  const { guilds: there } = await s.get('state')
  let g = new Gateway(s, { shards: 0 })
  check('4011: one shard, as Discord recommends', await g.ready() && await s.areShards(1), await s.connected())
  await s.post('config', { shards: 2, shard_guilds_max: Math.ceil(there.length / 2) })
  await s.mishap('invalid-session', { resumable: false })
  check('4011: with --shards=0 it takes what Discord recommends now', await s.areShards(2, 20000) && g.status === undefined, g.log)
  await g.end()
  await s.post('config', { shards: 1 })
  const position = await s.broker.position()
  g = new Gateway(s, { shards: 1 })
  check('4011: a count that Discord does not take leaves the other one in force',
    await until(15000, () => /reshard_refused/.test(g.log)) && await s.areShards(2) && g.metric('shards') === 2, g.log)
  await s.post('dispatch', { t: 'CHANNEL_UPDATE', guild_id: guilds[0], d: { id: guilds[0], guild_id: guilds[0], type: 0 } })
  check('4011: which goes on', await until(5000, async () => (await s.broker.events(position)).some((e) => e.type === 'CHANNEL_UPDATE')))
  await g.end()
  await s.broker.close()
  await s.end(['identify'])
}

// ---- all of it ----

const config = { heartbeat_interval_ms: 5000, max_concurrency: 16 }
const up = ['--bot-rate-factor=1000000']

const two = await Reshard.begin({ idle: false, up: ['--discord-shards=2', '--discord-events=*', ...up], config: { ...config, max_concurrency: 2 } })
const one = await Reshard.begin({ up, config: { ...config, identify_window_ms: 0 } })
const few = await Reshard.begin({ config: { ...config, identify_window_ms: 0 } })
const torn = await Reshard.begin({ config })
say('four suites are up')
await Promise.all([besides(two), alone(one), refused(few), several(torn)])
say('all')
report('discord-reshard')
