// ratelimit.mjs - buckets, the global limit and the budget of invalid requests.
import { createHash } from 'node:crypto'

const MAJOR = ['channel', 'guild', 'application', 'token']

// Only channels, guilds and webhooks (with their token) have limits of their own.
function majorOf(template, params) {
  if (template.includes('/webhooks/') || template.includes('/interactions/')) {
    return `${params.application ?? params.interaction}:${params.token}`
  }
  const name = MAJOR.find((m) => template.includes(`{${m}}`))
  return name === 'application' && params.guild ? params.guild : (params[name] ?? '')
}

const seconds = (ms) => (Math.max(0, ms) / 1000).toFixed(3)

export class Limiter {
  constructor(state) {
    this.state = state
    this.windows = new Map()
    this.shared = new Map()
    this.global = { start: 0, count: 0 }
    this.early = new Map()
    this.invalid = []
    this.banned = false
    this.rotation = 0
  }

  rule(route) {
    const { limits } = this.state
    const rule = route in limits ? limits[route] : limits['*']
    return rule && { ...rule, name: rule.bucket ?? route }
  }

  // The name of the bucket on the wire; a scenario may make it move.
  hash(rule) {
    const turn = rule.rotate_every
      ? Math.floor(this.state.requestsTotal / rule.rotate_every)
      : 0
    return createHash('sha256')
      .update(`${rule.name}:${this.rotation}:${turn}`)
      .digest('hex')
      .slice(0, 32)
  }

  headers(rule, window, now) {
    if (rule.headers === false) return {}
    return {
      'X-RateLimit-Limit': String(rule.limit),
      'X-RateLimit-Remaining': String(Math.max(0, rule.limit - window.count)),
      'X-RateLimit-Reset': seconds(window.start + rule.reset_ms),
      'X-RateLimit-Reset-After': seconds(window.start + rule.reset_ms - now),
      'X-RateLimit-Bucket': this.hash(rule)
    }
  }

  // Counts one request. Returns { headers } or { headers, retryMs, scope }.
  take(route, params, { exempt }) {
    const now = Date.now()
    if (!exempt && !this.takeGlobal(now)) {
      return { headers: {}, scope: 'global', retryMs: this.global.start + 1000 - now }
    }
    const rule = this.rule(route)
    if (!rule) return { headers: {} }
    const key = `${rule.name}|${majorOf(route, params)}`
    let window = this.windows.get(key)
    if (!window || now >= window.start + rule.reset_ms) {
      window = { start: now, count: 0 }
      this.windows.set(key, window)
    }
    const shared = this.takeShared(key, route, now)
    if (shared)
      return { headers: this.headers(rule, window, now), scope: 'shared', retryMs: shared }
    if (window.count >= rule.limit) {
      return {
        headers: this.headers(rule, window, now),
        scope: 'user',
        retryMs: window.start + rule.reset_ms - now
      }
    }
    window.count++
    return { headers: this.headers(rule, window, now) }
  }

  takeGlobal(now) {
    if (now >= this.global.start + 1000) this.global = { start: now, count: 0 }
    return ++this.global.count <= this.state.config.global_per_s
  }

  // A scenario's limit of a resource that others exhausted.
  takeShared(key, route, now) {
    const until = this.shared.get(route)
    return until && until > now ? until - now : 0
  }

  share(route, ms) {
    this.shared.set(route, Date.now() + ms)
  }

  // Remembers until when a client was told to be quiet on a key.
  quiet(key, ms) {
    this.early.set(key, { from: Date.now() + 100, until: Date.now() + ms })
  }

  // Milliseconds by which a request comes too early after a 429; 100 ms are
  // granted to what was already under way.
  tooEarly(key) {
    const e = this.early.get(key)
    const now = Date.now()
    return e && now > e.from && now < e.until - 5 ? e.until - now : 0
  }

  // Counts an answer against the budget of invalid requests.
  judge(status, scope) {
    if (status !== 401 && status !== 403 && !(status === 429 && scope !== 'shared')) return
    const { config } = this.state
    const now = Date.now()
    this.invalid = this.invalid.filter((at) => at > now - config.invalid_window_ms)
    this.invalid.push(now)
    if (this.invalid.length > config.invalid_max && !this.banned) {
      this.banned = true
      this.state.violate(
        'BANNED',
        `${this.invalid.length} invalid requests in the window`,
        null,
        true
      )
    }
  }
}

export const bucketKey = (route, params) => `${route}|${majorOf(route, params)}`
