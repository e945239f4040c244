// discord.mjs STOA FOLDER - the gateway beside the JavaScript clients, over
// one recorded stream; answers' latency; memory of shards. Prints figures and
// what they are aimed at, judges nothing.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'

const [stoa, recording] = process.argv.slice(2).map((p) => path.resolve(p))
const here = import.meta.dirname
const peers = path.join(here, '../peers/discord')
const bin = path.dirname(stoa)
const work = mkdtempSync(path.join(tmpdir(), 'stoa-bench-'))
const home = path.join(work, 'home')
const tokenFile = path.join(work, 'token')
const TOKEN = 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs'
const ours = []
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

writeFileSync(tokenFile, TOKEN + '\n', { mode: 0o600 })

async function jsonOf (program, args) {
  const child = spawn(process.execPath, [path.join(peers, program), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  ours.push(child)
  let text = ''
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (d) => { text += d; if (text.includes('\n')) resolve() })
    child.once('exit', () => text.includes('\n') ? resolve() : reject(new Error(`${program} ended`)))
  })
  return { child, line: JSON.parse(text.slice(0, text.indexOf('\n'))) }
}

const tick = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout)
function cpuOf (pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / tick
}
const rssOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])

function metrics (socket) {
  const r = spawnSync('curl', ['-s', '--unix-socket', socket, 'http://x/metrics'], { encoding: 'utf8' })
  return Object.fromEntries(r.stdout.split('\n').filter((l) => l && l[0] !== '#').map((l) => [l.slice(0, l.lastIndexOf(' ')), Number(l.slice(l.lastIndexOf(' ') + 1))]))
}

function daemon (name, key, args, env = {}) {
  const url = readFileSync(path.join(home, 'run/nats-url'), 'utf8').trim()
  const socket = path.join(work, `${name}.sock`)
  const child = spawn(path.join(bin, `stoa-${key}`), [`--home=${work}`, `--nats-url=${url}`, `--nats-key-file=${home}/keys/${key}.nk`,
    `--ops-listen=unix:${socket}`, `--discord-token-file=${tokenFile}`, ...args], { stdio: ['ignore', 'ignore', process.env.LOGS ? 'inherit' : 'ignore'], env: { ...process.env, ...env } })
  ours.push(child)
  return { child, socket, pid: child.pid }
}

const ended = (child) => new Promise((resolve) => child.exitCode !== null || child.signalCode ? resolve() : child.once('exit', resolve))
async function end (...children) {
  for (const c of children) { c.kill('SIGTERM') }
  await Promise.all(children.map(ended))
}

async function gatewayRun (compress, events, what) {
  const replay = await jsonOf('replay.mjs', [recording, '--compress', compress])
  const discord = daemon('discord', 'discord', [`--api-url=${replay.line.api}`, '--register-commands=false'])
  const gateway = daemon('gateway', 'gateway', [`--gateway-url=${replay.line.gateway}`, `--compress=${compress}`, `--events=${events}`, '--shards=1', '--host-patience=1', `--replica=g${Date.now()}`])
  const want = replay.line.events
  let start = 0, cpu0 = 0, m = {}
  const deadline = Date.now() + 180000
  for (;;) {
    m = metrics(gateway.socket)
    const taken = m.stoa_gateway_dispatches_total ?? 0
    if (!start && taken === 0 && m.stoa_gateway_shards_ours) cpu0 = cpuOf(gateway.pid)
    if (taken > 0 && !start) start = Date.now()
    if (taken >= want && m.stoa_gateway_window === 0) break
    if (Date.now() > deadline) { console.log(`gateway ${compress} ${what}: only ${taken} of ${want}`); break }
    await sleep(20)
  }
  const cpu = cpuOf(gateway.pid) - cpu0
  const figure = { what: `stoa-gateway, ${what}`, compress, events: want, cpu_s: cpu, per_cpu_s: Math.round(want / cpu), wall_ms: Date.now() - start, rss_kb: rssOf(gateway.pid), published: m.stoa_gateway_events_total }
  await end(gateway.child, discord.child, replay.child)
  return figure
}

async function clientRun (program, compress, args = []) {
  const replay = await jsonOf('replay.mjs', [recording, '--compress', compress])
  const { line } = await jsonOf(program, [replay.line.api, ...args])
  await end(replay.child)
  return { what: program.replace('bench-', '').replace('.mjs', ''), compress, events: line.events, cpu_s: line.cpu_us / 1e6, per_cpu_s: Math.round(line.events / (line.cpu_us / 1e6)), wall_ms: line.wall_ms, rss_kb: line.rss_kb }
}

function row (f) {
  console.log(`  ${f.what.padEnd(42)} ${f.compress.padEnd(12)} ${String(f.per_cpu_s).padStart(9)} events/CPU-s  ${f.cpu_s.toFixed(2).padStart(6)} s CPU  ${String(Math.round(f.rss_kb / 1024)).padStart(5)} MiB RSS`)
  return f
}

async function streams () {
  const need = row(await gatewayRun('zlib-stream', '', 'what the suite needs'))
  const needZ = row(await gatewayRun('zstd-stream', '', 'what the suite needs'))
  const all = row(await gatewayRun('zlib-stream', '*', 'everything published'))
  row(await gatewayRun('zstd-stream', '*', 'everything published'))
  const ws = row(await clientRun('bench-ws.mjs', 'zlib-stream', ['zlib-stream']))
  const js = row(await clientRun('bench-discordjs.mjs', 'plain'))
  console.log(`  beside discord.js: ${(need.per_cpu_s / js.per_cpu_s).toFixed(1)}x (zstd ${(needZ.per_cpu_s / js.per_cpu_s).toFixed(1)}x) with what the suite needs (aim 8x), ${(all.per_cpu_s / js.per_cpu_s).toFixed(1)}x with everything published (aim 2x)`)
  console.log(`  beside @discordjs/ws: ${(need.per_cpu_s / ws.per_cpu_s).toFixed(1)}x and ${(all.per_cpu_s / ws.per_cpu_s).toFixed(1)}x`)
  console.log(`  memory with 1,000 guilds: 1/${(js.rss_kb / need.rss_kb).toFixed(0)} of discord.js (aim 1/5)`)
}

// ---- memory of idle shards ----

async function shards () {
  const fake = await jsonOf('fake.mjs', ['--token', TOKEN])
  const set = (body) => fetch(`${fake.line.control}/config`, { method: 'POST', body: JSON.stringify(body) })
  await set({ max_concurrency: 500, identify_window_ms: 1, heartbeat_interval_ms: 45000 })
  const discord = daemon('discord', 'discord', [`--api-url=${fake.line.api}`, '--register-commands=false'])
  const sizes = {}
  for (const count of [1, 101]) {
    const g = daemon('gateway', 'gateway', [`--shards=${count}`, `--replica=s${count}`, '--compress=zlib-stream'])
    const until = Date.now() + 120000
    while (Date.now() < until && (metrics(g.socket).stoa_gateway_shards_ready ?? 0) < count) await sleep(100)
    await sleep(1000)
    sizes[count] = { rss: rssOf(g.pid), ready: metrics(g.socket).stoa_gateway_shards_ready }
    await end(g.child)
  }
  const each = (sizes[101].rss - sizes[1].rss) / 100
  console.log(`  idle shard: ${each.toFixed(0)} kB each over 100 more (${sizes[101].ready} ready), of which zlib's window and state take 40 kB (aim: at most 160 kB beside the window)`)
  await end(discord.child, fake.child)
}

// ---- answers ----

async function answers () {
  const fake = await jsonOf('fake.mjs', ['--token', TOKEN])
  const up = spawnSync(stoa, ['up', '--detach', '--home', path.join(work, 'whole'), '--bot-rate-factor', '1000000', '--discord-token-file', tokenFile, '--discord-api-url', fake.line.api], { encoding: 'utf8' })
  if (up.status !== 0) throw new Error(up.stderr)
  const post = async (name, body) => (await fetch(`${fake.line.control}/${name}`, { method: 'POST', body: JSON.stringify(body) })).json()
  const took = []
  for (let i = 0; i < 500; i++) {
    const sent = await post('interactions', { kind: 'command', name: 'help' })
    await post('wait', { interaction: { id: sent.id }, deadline_ms: 3000 })
    const it = await (await fetch(`${fake.line.control}/interactions/${sent.id}`)).json()
    took.push(it.first_answer_us !== undefined ? it.first_answer_us / 1000 : it.first_answer_ms)
  }
  took.sort((a, b) => a - b)
  const at = (p) => took[Math.min(took.length - 1, Math.floor(took.length * p))].toFixed(2)
  console.log(`  interaction in, answer out, over loopback: p50 ${at(0.5)} ms (aim 3), p99 ${at(0.99)} ms (aim 15), 500 of /help one after the other`)
  spawnSync(stoa, ['down', '--home', path.join(work, 'whole')])
  await end(fake.child)
}

try {
  const up = spawnSync(stoa, ['up', '--detach', '--home', home, '--workers', '0'], { encoding: 'utf8' })
  if (up.status !== 0) throw new Error(up.stderr)
  console.log(`Discord in, one recording, ${cpus().length} cores:`)
  await streams()
  await shards()
  spawnSync(stoa, ['down', '--home', home])
  await answers()
} finally {
  for (const c of ours) c.kill('SIGKILL')
  spawnSync(stoa, ['down', '--home', home])
  spawnSync(stoa, ['down', '--home', path.join(work, 'whole')])
  rmSync(work, { recursive: true, force: true })
}
