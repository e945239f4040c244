// rest.mjs - the HTTP side, in the order in which Discord looks at a request:
// the edge network, the route, the credentials, the limits, the body, and only
// then the handler. Everything is recorded.
import { htmlPage, Refusal, refuse } from './answer.mjs'
import { parseBody, readBytes } from './body.mjs'
import { bucketKey, Limiter } from './ratelimit.mjs'
import { routes } from './routes.mjs'

const PREFIX = '/api/v10'
// After the first 401 of a dead token the client is to stop; this long it may
// have requests under way.
const DEAD_TOKEN_GRACE_MS = 1000
const AGENT = /^DiscordBot \(\S+, [^()]+\)/

// A placeholder takes no slash; ids must be ids.
function compile(template) {
  const names = []
  const source = template.replace(/\{(\w+)\}/g, (_, name) => {
    names.push(name)
    return name === 'token'
      ? '([A-Za-z0-9_.-]+)'
      : name === 'reply'
        ? '(@original|[0-9]{1,20})'
        : '([0-9]{1,20})'
  })
  return { pattern: new RegExp(`^${source}$`), names }
}

export const table = Object.entries(routes).map(([key, route]) => {
  const [method, template] = key.split(' ')
  return { key: key.replace('{reply}', '{message}'), method, ...compile(template), ...route }
})

function find(method, rawPath) {
  let seen = false
  let path
  try {
    path = decodeURIComponent(rawPath)
  } catch {
    path = ''
  }
  for (const route of table) {
    const match = route.pattern.exec(path)
    if (!match) continue
    seen = true
    if (route.method !== method) continue
    return {
      ...route,
      params: Object.fromEntries(route.names.map((n, i) => [n, match[i + 1]]))
    }
  }
  return refuse(seen ? 405 : 404, 0, seen ? '405: Method Not Allowed' : '404: Not Found')
}

export class Rest {
  constructor(fake) {
    this.fake = fake
    this.state = fake.state
    this.limiter = new Limiter(fake.state)
    this.deadHooks = new Set()
  }

  async handle(request, response) {
    const url = new URL(request.url, 'http://fake')
    const record = {
      n: this.state.requestsTotal++,
      at: Date.now(),
      method: request.method,
      path: url.pathname.replace(PREFIX, ''),
      query: url.search,
      auth: 'authorization' in request.headers
    }
    this.state.requests.push(record)
    if (this.state.requests.length > this.state.config.requests_kept_max)
      this.state.requests.shift()
    try {
      await this.serve(request, response, url, record)
    } catch (error) {
      if (!(error instanceof Refusal)) {
        if (error.message !== 'aborted') console.error(error)
        record.failed = error.message
        return response.destroy()
      }
      this.refused(response, error, record)
    } finally {
      record.took_ms = Date.now() - record.at
      this.state.touch()
    }
  }

  async serve(request, response, url, record) {
    const { state } = this
    const bytes = readBytes(request, state.config.request_bytes_max)
    bytes.catch(() => {})
    this.edge(request, url, record)
    const route = find(request.method, url.pathname.slice(PREFIX.length))
    record.route = route.key
    const fault = this.takeFault(route)
    if (fault && (await this.before(fault, response, route, record))) return
    if (route.query) this.query(url, route.query)
    else if (url.search) this.query(url, [])
    this.authorize(request, route)
    this.limit(route, record)
    const files = request.headers['content-type']
    const body = route.body
      ? await parseBody(await bytes, files, route.body === 'files', state.config)
      : this.bodiless(await bytes)
    record.body = body.json
    if (body.files.size)
      record.files = [...body.files.values()].map(({ name, size, type }) => ({
        name,
        size,
        type
      }))
    const answer = await route.run(this.fake, {
      ...route.params,
      ...body,
      query: url.searchParams,
      record,
      at: record.at
    })
    if (fault?.kind === 'drop-after') return this.drop(response, record)
    this.send(response, answer === null ? 204 : 200, answer, record)
  }

  edge(request, url, record) {
    if (this.limiter.banned)
      throw this.page(403, 'Access denied', 'banned for invalid requests')
    if (!AGENT.test(request.headers['user-agent'] ?? '')) {
      throw this.page(
        403,
        'Attention Required',
        `User-Agent "${request.headers['user-agent'] ?? ''}" is not DiscordBot (url, version)`
      )
    }
    if (!url.pathname.startsWith(`${PREFIX}/`))
      refuse(404, 0, `404: Not Found, outside ${PREFIX}`)
  }

  page(status, title, why = title) {
    return new Refusal(status, 0, why, { html: htmlPage(title) })
  }

  query(url, known) {
    for (const key of url.searchParams.keys()) {
      if (!known.includes(key)) refuse(400, 50035, `Unknown query parameter ${key}`)
    }
  }

  bodiless(bytes) {
    if (bytes?.length) refuse(400, 50035, 'A body where none is expected')
    return { json: null, files: new Map() }
  }

  authorize(request, route) {
    const { state } = this
    const given = request.headers.authorization
    if (route.auth === 'any') return
    if (route.auth === false) {
      if (given !== undefined)
        refuse(401, 0, '401: Unauthorized: Authorization on a route whose token is in the path')
      return
    }
    if (!state.tokenValid || given !== `Bot ${state.token}`) {
      refuse(
        401,
        0,
        given === undefined ? '401: Unauthorized: no Authorization' : '401: Unauthorized',
        { quiet: !state.tokenValid && !(Date.now() > this.deadTokenAt + DEAD_TOKEN_GRACE_MS) }
      )
    }
  }

  limit(route, record) {
    const key = bucketKey(route.key, route.params)
    const early =
      this.limiter.tooEarly(key) || (route.exempt ? 0 : this.limiter.tooEarly('global'))
    if (early)
      this.state.violate(
        'retry-early',
        `${Math.ceil(early)} ms before the end of a 429`,
        route.key
      )
    const { headers, scope, retryMs } = this.limiter.take(route.key, route.params, {
      exempt: route.exempt
    })
    record.headers = headers
    if (!scope) return
    this.tooMany(scope, retryMs, headers, { key, quiet: scope === 'shared' })
  }

  tooMany(scope, retryMs, headers, { key, quiet }) {
    this.limiter.quiet(scope === 'global' ? 'global' : key, retryMs)
    const more = {
      ...headers,
      'Retry-After': String(Math.ceil(retryMs / 1000)),
      'X-RateLimit-Scope': scope
    }
    if (scope === 'global') more['X-RateLimit-Global'] = 'true'
    const refusal = new Refusal(
      429,
      0,
      scope === 'shared'
        ? 'The resource is being rate limited.'
        : 'You are being rate limited.',
      { headers: more, quiet }
    )
    refusal.scope = scope
    refusal.body = () => ({
      message: refusal.message,
      retry_after: Math.ceil(retryMs) / 1000,
      global: scope === 'global'
    })
    throw refusal
  }

  takeFault(route) {
    const { faults } = this.state
    const i = faults.findIndex((f) => !f.route || f.route === route.key)
    if (i < 0) return null
    const fault = faults[i]
    if (--fault.times <= 0) faults.splice(i, 1)
    return fault
  }

  // A scenario's mishap before the request is looked at; true if it is over.
  async before(fault, response, route, record) {
    record.fault = fault.kind
    switch (fault.kind) {
      case 'drop-before':
        this.drop(response, record)
        return true
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 1000))
        return false
      case 'status':
        throw new Refusal(fault.status ?? 502, 0, 'injected', {
          quiet: true,
          html: htmlPage(`${fault.status ?? 502}: Bad gateway`)
        })
      case 'json-status':
        throw new Refusal(
          fault.status ?? 500,
          fault.code ?? 0,
          fault.message ?? '500: Internal Server Error',
          { quiet: true }
        )
      case 'edge-429':
        this.limiter.quiet('global', fault.ms ?? 1000)
        throw new Refusal(429, 0, 'injected', {
          quiet: true,
          html: htmlPage('429 Too Many Requests'),
          headers: fault.retry_after ? { 'Retry-After': String(fault.retry_after) } : {}
        })
      case 'shared':
      case 'user':
      case 'global':
        return this.tooMany(
          fault.kind,
          fault.ms ?? 1000,
          fault.headers === false || fault.kind === 'global'
            ? {}
            : this.limiter.headers(
                {
                  ...(this.limiter.rule(route.key) ?? {
                    limit: 5,
                    reset_ms: 1000,
                    name: route.key
                  })
                },
                { start: Date.now(), count: 4 },
                Date.now()
              ),
          { key: bucketKey(route.key, route.params), quiet: true }
        )
      default:
        return false
    }
  }

  drop(response, record) {
    record.status = 'dropped'
    response.socket?.resetAndDestroy?.() ?? response.destroy()
  }

  // A webhook that is gone is not to be tried again.
  deadHook(record) {
    const hook = record.path.split('/').slice(0, 4).join('/')
    if (this.deadHooks.has(hook))
      this.state.violate('webhook-again', `${hook} was gone before`, record.route)
    this.deadHooks.add(hook)
  }

  refused(response, error, record) {
    const { state } = this
    if (!error.quiet) {
      const tree = error.errors ? ` ${JSON.stringify(error.errors).slice(0, 400)}` : ''
      state.violate(
        error.status === 429 ? 'rate-limit' : `http-${error.status}`,
        `${record.method} ${record.path}: ${error.status} ${error.code} ${error.message}${tree}`,
        record.route ?? record.path
      )
    }
    record.code = error.code
    if (error.code === 10015 || error.code === 50027) this.deadHook(record)
    if (error.status === 401 && !state.tokenValid) this.deadTokenAt ??= Date.now()
    this.limiter.judge(error.status, error.scope)
    if (error.html)
      return this.write(
        response,
        error.status,
        { 'Content-Type': 'text/html; charset=UTF-8', ...error.headers },
        error.html,
        record
      )
    this.send(response, error.status, error.body(), record, error.headers)
  }

  send(response, status, body, record, headers = record.headers ?? {}) {
    if (body === null) return this.write(response, 204, headers, '', record)
    this.write(
      response,
      status,
      { 'Content-Type': 'application/json', ...headers },
      JSON.stringify(body),
      record
    )
  }

  write(response, status, headers, text, record) {
    record.status = status
    record.bucket = headers['X-RateLimit-Bucket']
    delete record.headers
    if (response.destroyed) return
    response.writeHead(status, {
      ...headers,
      ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(text) })
    })
    response.end(text)
  }
}
