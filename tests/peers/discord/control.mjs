// control.mjs - the control API of the fake: JSON over HTTP on a port of its
// own. The table at the end is the whole of it; README.md explains it.
import { readBytes } from './body.mjs'
import { deliver, variants } from './deliver.mjs'
import { table as routes } from './rest.mjs'
import { Scenario } from './scenario.mjs'
import { messageText, probeOf } from './wait.mjs'

const BODY_MAX = 64 * 1024 * 1024
const WAIT_MS = 10_000

const interactionView = (it) => ({
  id: it.id,
  token: it.token,
  type: it.type,
  guild_id: it.guildId,
  channel_id: it.channelId,
  user_id: it.userId,
  sent_at: it.sentAt,
  heard_by: it.heard,
  answered_at: it.answeredAt,
  first_answer_ms: it.answeredAt && it.answeredAt - it.sentAt,
  answer_type: it.answerType,
  answers: it.answers,
  deferred: it.deferred,
  modal: it.modal,
  choices: it.choices,
  message_ids: it.messageIds,
  original: it.original
})

const messageView = (r) => ({
  ...r.message,
  text: messageText(r.message),
  edits: r.edits,
  deleted_at: r.deletedAt
})

const found = (spec) =>
  Object.fromEntries(
    Object.entries(spec).map(([k, v]) => [
      k,
      k === 'message' ? messageView(v) : k === 'interaction' ? interactionView(v) : v
    ])
  )

export class Control {
  constructor(fake) {
    this.fake = fake
    this.scenario = new Scenario(fake)
  }

  async handle(request, response) {
    const url = new URL(request.url, 'http://control')
    let status = 200
    let body
    try {
      const bytes = await readBytes(request, BODY_MAX)
      const json = bytes?.length ? JSON.parse(bytes) : {}
      body = await this.run(request.method, url, json)
      if (body === undefined) {
        status = 404
        body = { error: `no ${request.method} ${url.pathname}` }
      }
      if (body?.timeout) status = 408
    } catch (error) {
      status = 400
      body = { error: error.message }
    }
    const text = JSON.stringify(body)
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text)
    })
    response.end(text)
  }

  run(method, url, json) {
    const [, head, id] = url.pathname.split('/')
    const handler = table[`${method} /${head}${id ? '/{id}' : ''}`]
    return handler?.call(this, this.fake, json, { id, query: url.searchParams })
  }
}

function world({ state, addresses }) {
  return {
    ...addresses,
    bot: state.bot,
    users: state.people(),
    guilds: [...state.guilds.values()].map(({ guild, channelIds, revoked }) => ({
      id: guild.id,
      name: guild.name,
      revoked,
      roles: guild.roles.map(({ id, name }) => ({ id, name })),
      channels: channelIds.map((c) => ({
        id: c,
        name: state.channels.get(c).channel.name,
        access: state.channels.get(c).access
      }))
    })),
    commands: Object.fromEntries([...state.commands].map(([k, v]) => [k, [...v.values()]]))
  }
}

function reset({ state, gateway, rest }) {
  state.violations = []
  state.requests = []
  rest.limiter.windows.clear()
  rest.limiter.early.clear()
  rest.limiter.invalid = []
  rest.limiter.banned = false
  gateway.reset()
  return {}
}

function config({ state }, json) {
  for (const [key, value] of Object.entries(json)) {
    if (!(key in state.config)) throw new Error(`no setting ${key}`)
    state.config[key] = value
  }
  return state.config
}

function limits({ state, rest }, json) {
  const { route, rotate, shared_ms: shared, ...rule } = json
  if (rotate) rest.limiter.rotation++
  if (shared) rest.limiter.share(route, shared)
  else if (json.rule === null) state.limits[route] = null
  else if (route)
    state.limits[route] = {
      limit: 5,
      reset_ms: 5000,
      bucket: null,
      ...(state.limits[route] ?? {}),
      ...rule
    }
  rest.limiter.windows.clear()
  return state.limits
}

function revoke(fake, id) {
  const rec = fake.state.guilds.get(id)
  if (!rec) throw new Error(`no guild ${id}`)
  rec.revoked = true
  return { heard_by: fake.gateway.dispatch('GUILD_DELETE', { id }, { guildId: id }) }
}

function join(fake, json) {
  const rec = fake.state.addGuild(json)
  fake.gateway.dispatch('GUILD_CREATE', fake.gateway.guildCreate(rec), {
    guildId: rec.guild.id
  })
  return { id: rec.guild.id, channels: rec.channelIds, roles: rec.guild.roles.map((r) => r.id) }
}

function token(fake, { valid, value }) {
  if (value) fake.state.token = value
  fake.state.tokenValid = valid ?? true
  fake.rest.deadTokenAt = undefined
  return { valid: fake.state.tokenValid }
}

async function wait(fake, json) {
  const probe = probeOf(fake, json)
  const value = await fake.state.wait(probe, json.deadline_ms ?? WAIT_MS)
  return value
    ? found(value)
    : { timeout: true, violations: fake.state.violations, counters: fake.gateway.counters }
}

async function burst(fake, json) {
  const b = fake.control.scenario.burst(json)
  if (json.wait) await fake.state.wait(() => b.done, json.deadline_ms ?? 600_000)
  return b
}

function requests({ state }, _, { query }) {
  const since = Number(query.get('since') ?? 0)
  const route = query.get('route')
  return state.requests.filter((r) => r.n >= since && (!route || r.route === route))
}

const sessions = ({ gateway }) =>
  [...gateway.sessions.values()].map((s) => ({
    id: s.id,
    shard: s.shard,
    intents: s.intents,
    seq: s.seq,
    kept: s.kept.length,
    connected: Boolean(s.connection),
    compress: s.connection?.compress ?? null,
    lost_at: s.lostAt
  }))

function file (fake, { name, text }) {
  const path = `/files/${fake.state.files.size + 1}/${name}`
  fake.state.files.set(path, text)
  return { url: new URL(path, fake.addresses.api).href, size: Buffer.byteLength(text) }
}

const table = {
  'POST /files': file,
  'GET /state': world,
  'GET /config': ({ state }) => state.config,
  'POST /config': config,
  'POST /reset': reset,
  'GET /routes': () => routes.map((r) => r.key),
  'GET /violations': ({ state }) => state.violations,
  'DELETE /violations': ({ state }) => state.violations.splice(0),
  'GET /requests': requests,
  'GET /counters': ({ gateway, rest, state }) => ({
    ...gateway.counters,
    invalid_requests: rest.limiter.invalid.length,
    banned: rest.limiter.banned,
    requests: state.requestsTotal,
    session_start_remaining: state.config.session_start_remaining
  }),
  'GET /sessions': sessions,
  'GET /messages': ({ state }, _, { query }) =>
    [...state.messages.values()]
      .filter((r) => !query.get('channel') || r.message.channel_id === query.get('channel'))
      .map(messageView),
  'GET /messages/{id}': ({ state }, _, { id }) =>
    state.messages.has(id) ? messageView(state.messages.get(id)) : undefined,
  'POST /messages': (fake, json) => fake.control.scenario.message(json),
  'GET /interactions': ({ state }) => [...state.interactions.values()].map(interactionView),
  'GET /interactions/{id}': ({ state }, _, { id }) =>
    state.interactions.has(id) ? interactionView(state.interactions.get(id)) : undefined,
  'POST /interactions': (fake, json) =>
    interactionView(fake.control.scenario.interaction(json)),
  'GET /commands': ({ state }) =>
    Object.fromEntries([...state.commands].map(([k, v]) => [k, [...v.values()]])),
  'POST /dispatch': (fake, json) => ({ heard_by: fake.control.scenario.dispatch(json) }),
  'POST /burst': burst,
  'GET /burst/{id}': (fake, _, { id }) => fake.control.scenario.bursts.get(id),
  'POST /wait': wait,
  'POST /gateway/{id}': (fake, json, { id }) => ({
    touched: fake.control.scenario.mishap(id, json)
  }),
  'POST /limits': limits,
  'POST /fault': ({ state }, json) => {
    state.faults.push({ times: 1, ...json })
    return state.faults
  },
  'DELETE /fault': ({ state }) => state.faults.splice(0),
  'POST /guilds': join,
  'DELETE /guilds/{id}': (fake, _, { id }) => revoke(fake, id),
  'POST /channels': ({ state }, json) => state.addChannel(json),
  'PATCH /channels/{id}': ({ state }, json, { id }) => {
    state.channels.get(id).access = json.access
    return {}
  },
  'POST /users': ({ state }, json) => state.addUser(json),
  'POST /token': token,
  'GET /variants': () => ({ variants }),
  'POST /deliver': deliver
}
