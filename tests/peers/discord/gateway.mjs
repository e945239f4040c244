// gateway.mjs - the gateway, version 10: who may connect, identify and resume,
// and which dispatch reaches which session.
import { WebSocketServer } from 'ws'
import { Connection } from './connection.mjs'
import { COMPRESSIONS } from './frame.mjs'
import { identifyFault, membersFault, presenceFault } from './identify.mjs'
import { blanked, has, isHeard } from './intents.mjs'
import { FRAME_BYTES_MAX } from './limits.mjs'
import { Session } from './session.mjs'
import { shardOf } from './snowflake.mjs'

// Closes after which a session cannot be resumed.
const SESSION_ENDS = new Set([1000, 1001, 4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014])

const counters = () => ({
  connections: 0,
  identifies: 0,
  resumes: 0,
  resumes_ok: 0,
  heartbeats: 0,
  sends: 0,
  sends_per_minute_max: 0,
  frames_out: 0,
  dispatches: 0,
  invalid_sessions: 0,
  ready: 0,
  resume_latency_ms: [],
  first_beat_ratio: [],
  close_codes_in: {},
  close_codes_out: {},
  connections_by: {}
})

export class Gateway {
  constructor(state) {
    this.state = state
    this.connections = new Set()
    this.sessions = new Map()
    this.buckets = new Map()
    this.memberAsked = new Map()
    this.counters = counters()
    this.next = { beforeHello: [], invalid: [] }
    this.wss = new WebSocketServer({
      noServer: true,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
      clientTracking: false
    })
    this.sweeper = setInterval(() => this.sweep(), 1000)
    this.sweeper.unref()
  }

  reset() {
    this.counters = counters()
    this.buckets.clear()
    this.memberAsked.clear()
  }

  count(table, key) {
    this.counters[table][key] = (this.counters[table][key] ?? 0) + 1
  }

  // Takes the upgrade requests of an HTTP server; `resumeHost` marks the
  // address that READY names for resuming.
  listen(server, resumeHost) {
    server.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url, 'http://fake')
      if (url.pathname !== '/') {
        this.state.violate('gateway-url', `path ${url.pathname}`, request.url)
        return socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
      }
      socket.setNoDelay(true)
      this.wss.handleUpgrade(request, socket, head, (ws) =>
        this.accept(ws, url.searchParams, resumeHost)
      )
    })
  }

  accept(ws, query, resumeHost) {
    const compress = query.get('compress')
    const known = COMPRESSIONS.has(compress)
    const c = new Connection(this, ws, { compress: known ? compress : null, resumeHost })
    this.connections.add(c)
    this.counters.connections++
    this.count('connections_by', compress ?? 'plain')
    for (const key of query.keys()) {
      if (!['v', 'encoding', 'compress'].includes(key)) {
        return c.fail(4002, 'gateway-url', `unknown query parameter ${key}`)
      }
    }
    if (query.get('v') !== '10')
      return c.fail(4012, 'gateway-url', `v=${query.get('v')}, not 10`)
    if (query.get('encoding') !== 'json') {
      return c.fail(4002, 'gateway-url', `encoding=${query.get('encoding')}, not json`)
    }
    if (compress !== null && !known) return c.fail(4002, 'gateway-url', `compress=${compress}`)
    const before = this.next.beforeHello.shift()
    if (before === 'reconnect') return c.sendOp(7, null)
    if (before === 'silent') return
    c.start()
    this.state.touch()
  }

  frame(c, op, d) {
    switch (op) {
      case 1:
        return this.heartbeat(c, d)
      case 2:
        return this.identify(c, d)
      case 6:
        return this.resume(c, d)
      case 3:
      case 4:
      case 8:
      case 31:
      case 43:
        if (!c.session) return c.fail(4003, 'order', `opcode ${op} before identify`)
        return this.request(c, op, d)
      default:
        return c.fail(4001, 'opcode', `opcode ${op}`)
    }
  }

  heartbeat(c, d) {
    if (!c.interval) return c.fail(4002, 'order', 'a heartbeat before Hello')
    if (!(d === null || (Number.isInteger(d) && d >= 0))) {
      return c.fail(4002, 'heartbeat', 'heartbeat.d is neither null nor a sequence')
    }
    if (d !== null && d > (c.session?.seq ?? d)) {
      this.state.violate('heartbeat', `sequence ${d} was never sent`, `connection ${c.number}`)
    }
    if (c.beatAt === null) {
      this.counters.first_beat_ratio.push((Date.now() - c.openedAt) / c.interval)
    }
    c.beatAt = Date.now()
    this.counters.heartbeats++
    c.watchBeats()
    if (c.acks) c.sendOp(11, undefined)
    this.state.touch()
  }

  invalidate(c, resumable) {
    this.counters.invalid_sessions++
    if (!resumable) c.session = null
    c.sendOp(9, resumable)
    this.state.touch()
  }

  identify(c, d) {
    const { state } = this
    if (c.session) return c.fail(4005, 'order', 'identified twice')
    if (!c.interval) return c.fail(4002, 'order', 'identify before Hello')
    this.counters.identifies++
    if (c.resumeHost) this.count('connections_by', 'identify-at-resume-host')
    if (typeof d?.token === 'string' && !this.isToken(d.token)) {
      return c.fail(4004, 'token', 'identify with a wrong token')
    }
    const fault = identifyFault(d, {
      config: state.config,
      transport: c.compress,
      guilds: state.guilds.size
    })
    if (fault) return c.fail(fault[0], 'identify', fault[1])
    if (--state.config.session_start_remaining < 0) return this.resetToken(c)
    if (d.compress) c.encoder.payloads = true
    const forced = this.next.invalid.shift()
    if (forced !== undefined) return this.invalidate(c, forced)
    if (!this.enterBucket(c, d.shard?.[0] ?? 0)) return this.invalidate(c, false)
    this.ready(c, d)
  }

  isToken(token) {
    return this.state.tokenValid && token === this.state.token
  }

  // One identify per bucket and window.
  enterBucket(c, shard) {
    const { config } = this.state
    const bucket = shard % config.max_concurrency
    const now = Date.now()
    const before = this.buckets.get(bucket) ?? -Infinity
    this.buckets.set(bucket, now)
    if (now - before >= config.identify_window_ms) return true
    this.state.violate(
      'identify-rate',
      `bucket ${bucket}: two identifies within ` + `${now - before} ms`,
      `connection ${c.number}`
    )
    return false
  }

  resetToken(c) {
    this.state.tokenValid = false
    this.state.violate(
      'TOKEN RESET',
      'identified beyond the session start limit',
      `connection ${c.number}`,
      true
    )
    this.sessions.clear()
    for (const other of [...this.connections]) other.close(4004, 'Authentication failed.')
  }

  ready(c, d) {
    const { state } = this
    const session = new Session({
      shard: d.shard ?? [0, 1],
      intents: d.intents,
      max: state.config.session_events_max
    })
    this.sessions.set(session.id, session)
    session.connection = c
    c.session = session
    clearTimeout(c.helloTimer)
    const guilds = [...state.guilds.values()].filter(
      (g) => !g.revoked && shardOf(g.guild.id, session.shard[1]) === session.shard[0]
    )
    session.dispatch(
      'READY',
      JSON.stringify({
        v: 10,
        user: { ...state.bot, verified: true, mfa_enabled: true, email: null },
        guilds: guilds.map((g) => ({ id: g.guild.id, unavailable: true })),
        session_id: session.id,
        resume_gateway_url: state.config.resume_gateway_url ?? this.resumeUrl,
        ...(d.shard ? { shard: d.shard } : {}),
        application: { id: state.appId, flags: 0 },
        private_channels: [],
        relationships: [],
        user_settings: {},
        user_settings_proto: null,
        presences: [],
        guild_join_requests: [],
        session_type: 'normal',
        auth: {},
        geo_ordered_rtc_regions: [],
        _trace: ['["fake",{"micros":0}]']
      })
    )
    this.counters.ready++
    if (has(session, 0))
      for (const g of guilds) this.dispatchTo(session, 'GUILD_CREATE', this.guildCreate(g))
    state.touch()
  }

  guildCreate(rec) {
    return {
      ...rec.guild,
      unavailable: false,
      large: false,
      joined_at: '2022-01-01T00:00:00.000Z',
      member_count: rec.members.size,
      members: [...rec.members.values()],
      channels: this.state.channelsOf(rec.guild.id),
      threads: [],
      presences: [],
      voice_states: [],
      stage_instances: [],
      guild_scheduled_events: [],
      soundboard_sounds: [],
      activity_instances: [],
      embedded_activities: []
    }
  }

  resume(c, d) {
    const { state } = this
    if (c.session) return c.fail(4005, 'order', 'resume on an identified connection')
    if (!c.interval) return c.fail(4002, 'order', 'resume before Hello')
    this.counters.resumes++
    if (
      d === null ||
      typeof d !== 'object' ||
      typeof d.token !== 'string' ||
      typeof d.session_id !== 'string' ||
      Object.keys(d).length !== 3
    ) {
      return c.fail(4002, 'resume', 'resume is not {token, session_id, seq}')
    }
    if (!this.isToken(d.token)) return c.fail(4004, 'token', 'resume with a wrong token')
    const forced = this.next.invalid.shift()
    if (forced !== undefined) return this.invalidate(c, forced)
    const session = this.sessions.get(d.session_id)
    if (!session) return this.invalidate(c, false)
    if (!Number.isInteger(d.seq) || d.seq < 0 || d.seq > session.seq) {
      this.sessions.delete(session.id)
      return c.fail(4007, 'resume', `resume from sequence ${d.seq} of ${session.seq}`)
    }
    const missed = session.after(d.seq)
    if (missed === null) {
      this.sessions.delete(session.id)
      return this.invalidate(c, false)
    }
    this.count('connections_by', c.resumeHost ? 'resume-host' : 'resume-elsewhere')
    session.connection?.close(4000, 'resumed elsewhere')
    const lost = session.lostAt ?? Date.now()
    session.held = null
    session.connection = c
    session.lostAt = null
    c.session = session
    clearTimeout(c.helloTimer)
    for (const text of missed) c.sendText(text)
    session.dispatch('RESUMED', '{"_trace":["fake"]}')
    this.counters.resumes_ok++
    this.counters.resume_latency_ms.push(Date.now() - lost)
    state.touch()
  }

  request(c, op, d) {
    if (op === 3) {
      const fault = presenceFault(d)
      if (fault) return c.fail(fault[0], 'presence', fault[1])
    }
    if (op === 8) this.members(c, d)
    this.state.touch()
  }

  members(c, d) {
    const fault = membersFault(d, c.session.intents)
    if (fault) return c.fail(fault[0], 'members', fault[1])
    const rec = this.state.guilds.get(d.guild_id)
    if (!rec || rec.revoked) return
    const now = Date.now()
    const wait =
      (this.memberAsked.get(d.guild_id) ?? 0) + this.state.config.members_window_ms - now
    if (d.query === '' && d.limit === 0) {
      if (wait > 0) return this.rateLimited(c.session, d, wait)
      this.memberAsked.set(d.guild_id, now)
    }
    const ids = d.user_ids ? [d.user_ids].flat() : null
    const members = [...rec.members.values()]
      .filter((m) => (ids ? ids.includes(m.user.id) : m.user.username.startsWith(d.query)))
      .slice(0, d.limit || undefined)
    this.dispatchTo(c.session, 'GUILD_MEMBERS_CHUNK', {
      guild_id: d.guild_id,
      members,
      chunk_index: 0,
      chunk_count: 1,
      not_found: ids?.filter((id) => !rec.members.has(id)) ?? [],
      ...(d.nonce && d.nonce.length <= 32 ? { nonce: d.nonce } : {})
    })
  }

  rateLimited(session, d, waitMs) {
    this.state.violate(
      'members-rate',
      'all members of a guild asked twice in the window',
      d.guild_id
    )
    this.dispatchTo(session, 'RATE_LIMITED', {
      opcode: 8,
      retry_after: waitMs / 1000,
      meta: { guild_id: d.guild_id, ...(d.nonce ? { nonce: d.nonce } : {}) }
    })
  }

  dispatchTo(session, t, d) {
    this.counters.dispatches++
    session.dispatch(t, JSON.stringify(blanked(session, t, d, this.state.bot.id)))
  }

  // Sends an event to every session that hears it; how many did.
  dispatch(t, d, { guildId = d.guild_id ?? null, shard } = {}) {
    let heard = 0
    for (const session of this.sessions.values()) {
      if (
        shard !== undefined
          ? session.shard[0] !== shard
          : !isHeard(session, t, d, guildId, this.state.bot.id)
      )
        continue
      this.dispatchTo(session, t, d)
      heard++
    }
    return heard
  }

  detached(c, code, byClient) {
    const { session } = c
    c.session = null
    if (!session || session.connection !== c) return
    session.connection = null
    session.lostAt = Date.now()
    if (byClient ? code === 1000 || code === 1001 : SESSION_ENDS.has(code))
      this.sessions.delete(session.id)
    this.state.touch()
  }

  sweep() {
    const old = Date.now() - this.state.config.session_ttl_ms
    for (const s of this.sessions.values()) {
      if (!s.connection && s.lostAt < old) this.sessions.delete(s.id)
    }
  }

  stop() {
    clearInterval(this.sweeper)
    for (const c of this.connections) {
      c.stopTimers()
      c.ws.terminate()
    }
  }
}
