// kill.mjs - gateway, discord and the broker are killed while Discord goes on.
//
// Discord sends 1,000 numbered messages a second to guilds on all shards and
// five commands a second; then daemons are killed, stopped, asked to end and
// started again. Nothing may be lost or doubled, and no session be opened
// anew.
//
//   KILLS=50  of the gateway; a fifth of it of the broker, a half of discord
//   SEED=n    the same choices again
//   ONLY=gateway,broker,discord,paused,twins,orderly
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Load, guildOf } from './events.mjs'
import { ADMINISTRATOR, Suite, check, report, sleep, textOf, until } from './suite.mjs'

const SHARDS = 8
const RATE = 1000
const kills = Number(process.env.KILLS ?? 12)
const times = process.env.KILLS
  ? { gateway: kills, broker: Math.ceil(kills / 5), discord: Math.ceil(kills / 2) }
  : { gateway: 12, broker: 4, discord: 8 }
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
const only = process.env.ONLY?.split(',')
const wants = (part) => !only || only.includes(part)

// mulberry32: small, and the same for the same seed.
let state = seed
function random (below) {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * below)
}

console.log(`discord-kill, SEED=${seed}, ${times.gateway} kills of the gateway, ${times.broker} of the broker, ${times.discord} of discord`)

const guilds = []
for (let n = 0; n < 2; n++) for (let shard = 0; shard < SHARDS; shard++) guilds.push(guildOf(shard, SHARDS, n))
const GATEWAYS = ['gateway', 'gateway-1']
const DISCORDS = ['discord', 'discord-1']

const s = await Suite.start({
  up: ['--gateway-replicas=2', `--discord-shards=${SHARDS}`, '--discord-replicas=2', '--discord-events=*', '--bot-rate-factor=1000000'],
  config: { max_concurrency: SHARDS, heartbeat_interval_ms: 5000 },
  before: async (suite) => { for (const id of guilds) await suite.post('guilds', { id, name: `guild ${id}` }) }
})
check('the suite is up', s.upStatus === 0, s.upText)

// ---- what holds at any time ----

const quantile = (list, q) => list.length ? [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))] : 0
const tell = (what, list) => console.log(`${what}: ${list.length} times, p50 ${quantile(list, 0.5)} ms, max ${Math.max(0, ...list)} ms`)

const gauge = (name, key) => s.metrics(name)[`stoa_${name.replace(/-\d+$/, '')}_${key}`]
const connected = async () => (await s.get('sessions')).filter((x) => x.connected).length === SHARDS
const shares = () => GATEWAYS.map((n) => gauge(n, 'shards_ready'))
const isWhole = async () => await connected() && shares().reduce((a, b) => a + (b ?? 0), 0) === SHARDS
const isEven = async () => await isWhole() && shares().every((n) => n === SHARDS / 2)

check('all shards are connected', await until(20000, connected), await s.get('sessions'))
check('two replicas share them evenly', await until(10000, isEven), shares())
check('a session for each, no more', (await s.get('counters')).identifies === SHARDS, await s.get('counters'))
check('commands are registered', await until(10000, async () => (await s.get('commands')).global?.length), '')

// All that was asked of Discord about an interaction.
async function story (id) {
  const i = await s.get(`interactions/${id}`)
  if (!i?.token) return
  const asked = (await s.get('requests')).filter((r) => r.path.includes(i.token))
  console.log(`${id}, sent ${new Date(i.sent_at).toISOString()}:`, asked.map((r) => `+${r.at - i.sent_at} ms ${r.method} ${r.route.split('/').pop()} ${r.status} ${r.code ?? ''} ${JSON.stringify(r.body)?.slice(0, 80)}`))
}

// What dies again and again is started later each time, until it has lived for
// ten seconds; after more than a second nobody could be answered in time.
async function settle (n, killedAt) {
  if (n % 4 === 3) await sleep(killedAt + 11_000 - Date.now())
}

// ---- members ----

// Five commands a second in all guilds; what became of each is asked later.
const members = {
  ids: [],
  start () {
    let n = 0
    const names = ['help', 'status', 'jobs', 'balance']
    this.timer = setInterval(async () => {
      const k = n++
      const sent = await s.post('interactions', { kind: 'command', name: names[k % names.length], guild_id: guilds[k % guilds.length], user_id: k % 2 ? s.ada : s.grace })
      this.ids.push(sent.id)
    }, 200)
  },
  async stop (what, allowed = []) {
    clearInterval(this.timer)
    await sleep(0)
    const ids = this.ids.splice(0)
    // With the messages that are there to be read.
    const all = async () => {
      const messages = new Map((await s.get('messages')).map((m) => [m.id, m]))
      return (await s.get('interactions')).filter((i) => ids.includes(i.id))
        .map((i) => ({ ...i, shown: i.message_ids.map((id) => messages.get(id)).filter((m) => m && !m.deleted_at) }))
    }
    const settled = (i) => i.shown.length > 0 && i.shown.every((m) => !(m.flags & 128))
    await until(10000, async () => (await all()).every(settled))
    const list = await all()
    const silent = list.filter((i) => !settled(i))
    for (const i of silent.slice(0, 3)) await story(i.id)
    check(`${what}: every command is answered`, silent.length === 0, { of: list.length, silent: silent.slice(0, 3) })
    const firsts = list.filter((i) => i.answered_at).map((i) => i.first_answer_ms)
    check(`${what}: each within three seconds`, firsts.every((ms) => ms < 3000), Math.max(...firsts))
    const several = list.filter((i) => i.shown.length !== 1)
    check(`${what}: each with one message`, several.length === 0, several.slice(0, 2))
    const again = list.filter((i) => i.answers.length > 1)
    if (!allowed.includes('again')) check(`${what}: each answered once`, again.length === 0, again.slice(0, 2).map((i) => i.answers))
    tell(`${what}: first answers`, firsts)
    if (process.env.VERBOSE) for (const i of list.filter((i) => i.first_answer_ms > 1800)) console.log(`slow: ${i.id} of ${new Date(i.sent_at).toISOString()}: ${i.first_answer_ms} ms, type ${i.answer_type}, guild ${guilds.indexOf(i.guild_id) % SHARDS}`)
    if (again.length) console.log(`${what}: ${again.length} answered again after a kill (40060)`)
  }
}

const load = new Load(s, guilds, RATE)

async function nothingWrong (what) {
  check(`${what}: all events are in the stream`, await load.arrived(s.home), { sent: load.total(load.sent), seen: load.total(load.seen) })
  const { lost, doubled, first } = load.wrong
  check(`${what}: none lost, none doubled, each guild in order`, lost === 0 && doubled === 0, { lost, doubled, first })
  load.wrong = { lost: 0, doubled: 0, first: null }
  const counters = await s.get('counters')
  check(`${what}: no new session`, counters.identifies === SHARDS, counters.identifies)
  const refused = (await s.get('requests')).filter((r) => r.status >= 400 && r.code !== 40060)
  check(`${what}: Discord refused nothing`, refused.length === 0, refused.slice(0, 3))
  const violations = (await s.get('violations')).filter((v) => v.kind !== 'http-400')
  check(`${what}: no rule broken`, violations.length === 0, violations.slice(0, 3))
  for (const v of violations.slice(0, 3)) await story(v.where)
  console.log(`${what}: ${load.total(load.seen)} events so far`)
}

// ---- 1: the gateway ----

if (wants('gateway')) {
  const took = []
  load.start()
  members.start()
  await sleep(1000)
  for (let n = 0; n < times.gateway; n++) {
    const name = GATEWAYS[random(2)]
    await sleep(random(400))
    const before = (await s.get('counters')).resume_latency_ms.length
    const pid = s.kill(name)
    const at = Date.now()
    check(`kill ${n + 1}: ${name} was there`, pid > 1)
    await until(500, async () => !await connected())
    const ok = check(`kill ${n + 1}: all shards are connected again`, await until(10000, connected), await s.get('sessions'))
    const latencies = (await s.get('counters')).resume_latency_ms.slice(before)
    took.push(Math.max(...latencies))
    if (!ok) break
    check(`kill ${n + 1}: ${name} is started again`, await s.again(name, pid, 8000))
    await until(20000, isEven)
    if (process.env.VERBOSE) console.log(`kill ${n + 1}: ${name}, ${latencies} ms, whole after ${Date.now() - at} ms`, shares())
  }
  await load.stop()
  await members.stop('gateway killed')
  await nothingWrong('gateway killed')
  tell('gateway killed: until all its shards had resumed', took)
  check('gateway killed: under two seconds each', took.every((ms) => ms < 2000), took)
}
// ---- 2: the broker ----

if (wants('broker')) {
  const before = await s.get('counters')
  const took = []
  load.start()
  members.start()
  await sleep(1000)
  for (let n = 0; n < times.broker; n++) {
    await sleep(random(400))
    const pid = s.kill('nats')
    const at = Date.now()
    check(`kill ${n + 1}: the broker is started again`, await s.again('nats', pid, 8000))
    // The way through all daemons: a command is answered, events are stored.
    const i = await s.say('help', {}, { guild_id: guilds[random(guilds.length)] })
    check(`kill ${n + 1}: a command finds its way`, i?.answered_at, i)
    await until(10000, () => GATEWAYS.every((g) => gauge(g, 'window') < 50))
    const back = Date.now() - at
    took.push(back)
    if (n + 1 < times.broker) await settle(n, at)
    if (process.env.VERBOSE) console.log(`kill ${n + 1}: the broker, works after ${back} ms`, shares())
  }
  await load.stop()
  await members.stop('broker killed', ['again'])
  await nothingWrong('broker killed')
  const after = await s.get('counters')
  check('broker killed: no shard had to connect again', after.connections === before.connections, [before.connections, after.connections])
  tell('broker killed: until all worked again', took)
}

// ---- 3: discord ----

// A command whose card changes until it is over.
async function train (dataset, n) {
  const i = await s.say('train', { dataset, parameters: '{"epochs": 3, "seed": 7}', name: `model-${n}` })
  return i.id
}

const isOver = (text) => /succeeded|accuracy|failed|cancelled/i.test(text)

async function discordKilled (what, names, count, dataset) {
  const jobs = []
  members.start()
  for (let n = 0; n < count; n++) {
    // With two of them, one is there while the other starts.
    if (names.length > 1) check(`kill ${n + 1}: both are ready`, await until(10000, () => names.every((d) => s.pids()[d] && s.metrics(d).stoa_ready === 1)))
    const name = random(4) ? await until(3000, () => names.find((d) => gauge(d, 'leader') === 1)) : names[random(names.length)]
    jobs.push(await train(dataset, `${names.length}-${n}`))
    // A bot that thinks long enough for Discord to be told that we do.
    const slow = n % 3 === 2 ? s.kill('bot', 'SIGSTOP') : 0
    await sleep(random(slow ? 2000 : 500))
    const pid = s.kill(name)
    const at = Date.now()
    check(`kill ${n + 1}: ${name} was there`, pid > 1)
    if (slow) {
      await sleep(random(1000))
      s.kill('bot', 'SIGCONT')
    }
    check(`kill ${n + 1}: ${name} is started again`, await s.again(name, pid, 8000))
    const i = await s.say('help', {}, { guild_id: guilds[random(guilds.length)] })
    check(`kill ${n + 1}: a command is answered in time`, i?.first_answer_ms < 3000, i)
    if (names.length === 1 && n + 1 < count) await settle(n, at)
    if (process.env.VERBOSE) console.log(`kill ${n + 1}: ${name}${slow ? ' with a slow bot' : ''}, answered after ${i?.first_answer_ms} ms`)
  }
  await members.stop(what, ['again'])
  const ended = await until(30000, async () => {
    const all = await Promise.all(jobs.map((id) => s.get(`interactions/${id}`)))
    return all.every((i) => i.original && isOver(textOf(i.original))) ? all : null
  })
  check(`${what}: the progress of every job ends with its end`, ended, (await Promise.all(jobs.map((id) => s.get(`interactions/${id}`)))).filter((i) => !isOver(textOf(i.original))).slice(0, 2))
  check(`${what}: each in one message`, ended?.every((i) => i.message_ids.length === 1), ended?.map((i) => i.message_ids.length))
  const own = (await s.get('messages')).filter((m) => m.author.id === s.world.bot.id && !m.interaction_metadata && !m.deleted_at)
  check(`${what}: nothing was said beside the answers`, own.length === 0, own.slice(0, 2))
  await nothingWrong(what)
}

async function datasetMake () {
  const lines = ['text,label']
  for (let n = 0; n < 200; n++) lines.push(`turn the lights on in room ${n},lights`, `play song number ${n} again,music`)
  const text = lines.join('\n') + '\n'
  const file = await s.post('files', { name: 'small.csv', text })
  const FILE = '900000000000000001'
  await s.say('setup', { name: 'Killers' }, { permissions: ADMINISTRATOR })
  const i = await s.say('upload', [{ name: 'file', type: 11, value: FILE }],
    { resolved: { attachments: { [FILE]: { id: FILE, filename: 'small.csv', size: text.length, url: file.url, proxy_url: file.url, content_type: 'text/csv', ephemeral: true } } } })
  const done = await until(15000, async () => { const now = await s.get(`interactions/${i.id}`); return /baf/.test(textOf(now.original)) ? now : null })
  const cid = /baf[a-z2-7]{50,}/.exec(textOf(done?.original))?.[0]
  check('there is a data set', cid, textOf((await s.get(`interactions/${i.id}`)).original))
  return cid
}

let dataset
if (wants('discord')) {
  dataset = await datasetMake()
  await discordKilled('discord killed', DISCORDS, times.discord, dataset)
}

// ---- 4: paused ----

if (wants('paused')) {
  load.start()
  members.start()
  for (const name of GATEWAYS) {
    await until(20000, isEven)
    const before = await s.get('counters')
    const pid = s.kill(name, 'SIGSTOP')
    check(`${name} paused: the other one takes its shards`, await until(2500, async () => (await s.get('counters')).resumes_ok >= before.resumes_ok + SHARDS / 2), await s.get('counters'))
    await sleep(3000)
    process.kill(pid, 'SIGCONT')
    check(`${name} paused: it takes its share again`, await until(15000, isEven), shares())
    const resumes = (await s.get('counters')).resumes_ok - before.resumes_ok
    check(`${name} paused: each session moved there and back, without a fight`, resumes === SHARDS, resumes)
  }
  const leader = DISCORDS.find((d) => s.pids()[d] && gauge(d, 'leader') === 1)
  const paused = s.kill(leader, 'SIGSTOP')
  if (process.env.VERBOSE) console.log(`${new Date().toISOString()}: ${leader} paused`)
  await sleep(3000)
  process.kill(paused, 'SIGCONT')
  await load.stop()
  await members.stop('paused', ['again'])
  await nothingWrong('paused')
}

// ---- 5: two of one name ----

async function twin (name, words) {
  const line = readFileSync(`/proc/${s.pids()[name]}/cmdline`, 'utf8').split('\0').filter((a) => a && !a.startsWith('--ops-listen'))
  const process = spawn(line[0], line.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const out of [process.stdout, process.stderr]) out.on('data', (d) => { said += d })
  const code = await Promise.race([new Promise((resolve) => process.once('exit', resolve)), sleep(25000)])
  process.kill('SIGKILL')
  check(`a second ${name} of the same name ends`, code === 78, [code, said])
  check(`${name}: it says why`, words.test(said) && /--replica/.test(said), said)
}

if (wants('twins')) {
  await until(20000, isEven)
  const before = await s.get('counters')
  const leader = await until(10000, () => DISCORDS.find((d) => s.pids()[d] && gauge(d, 'leader') === 1))
  check('one of discord leads', leader)
  await Promise.all([twin('gateway', /two gateways run as/), twin(leader, /two discord run as/)])
  const after = await s.get('counters')
  check('no connection was disturbed', after.connections === before.connections && await isEven(), [before.connections, after.connections])
  check('and no leader', gauge(leader, 'leader') === 1)
}

// ---- 6: asked to end, started again ----

if (wants('orderly')) {
  load.start()
  members.start()
  for (const name of GATEWAYS) {
    await until(20000, isEven)
    const before = await s.get('counters')
    const other = GATEWAYS.find((g) => g !== name)
    const takeovers = gauge(other, 'takeovers_total')
    const pid = s.kill(name, 'SIGTERM')
    check(`${name} ends when asked and is started again`, await s.again(name, pid, 10000))
    check(`${name} asked to end: all shards are connected again`, await until(10000, isEven), await s.get('sessions'))
    const after = await s.get('counters')
    const took = after.resume_latency_ms.slice(before.resume_latency_ms.length)
    tell(`${name} asked to end: resumes`, took)
    // What was handed over names nobody; what is taken from the dead does.
    check(`${name} asked to end: nobody waits until it is taken for dead`, takeovers >= 0 && gauge(other, 'takeovers_total') === takeovers, [took, takeovers, gauge(other, 'takeovers_total')])
    const codes = Object.keys(after.close_codes_in)
    check(`${name} asked to end: closed so that a session goes on`, codes.every((c) => c === '4000' || c === '1006'), codes)
  }
  await members.stop('asked to end')
  await nothingWrong('asked to end')

  s.upArguments = s.upArguments.map((a) => a.startsWith('--discord-replicas') ? '--discord-replicas=1' : a)
  const before = await s.get('counters')
  s.down()
  s.up()
  check('all daemons start again', s.upStatus === 0, s.upText)
  check('and share the shards evenly', await until(20000, isEven), shares())
  await load.stop()
  await nothingWrong('all ended and started')
  const after = await s.get('counters')
  check('every session was resumed', after.resumes_ok - before.resumes_ok >= SHARDS, [before.resumes_ok, after.resumes_ok])
  dataset ??= await datasetMake()
  await discordKilled('one discord killed', ['discord'], Math.max(2, Math.ceil(times.discord / 4)), dataset)
}

await s.end(['http-400'])
report('discord-kill')
