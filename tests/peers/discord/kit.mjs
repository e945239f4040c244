// kit.mjs - what the tests of the fake share: a fake in a process of its own,
// its control API, and a list of named checks.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('fake.mjs', import.meta.url))
export const AGENT = 'DiscordBot (https://example.org/stoa, 1.0)'

export async function spawnFake(options = []) {
  const child = spawn(process.execPath, [program, ...options], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  // However the test ends, the fake ends with it.
  process.once('exit', () => child.kill('SIGKILL'))
  for (const name of ['SIGTERM', 'SIGINT']) process.once(name, () => process.exit(1))
  const line = await new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the fake ended with ${code}`)))
  })
  const at = JSON.parse(line)
  const control = async (method, path, body) => {
    const response = await fetch(at.control + path, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {})
    })
    const json = await response.json()
    if (response.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`)
    return json
  }
  const fake = {
    ...at,
    child,
    get: (p) => control('GET', p),
    post: (p, b = {}) => control('POST', p, b),
    delete: (p) => control('DELETE', p),
    patch: (p, b) => control('PATCH', p, b)
  }
  fake.wait = (spec) => fake.post('/wait', spec)
  fake.clean = async (allowed = []) => {
    const list = (await fake.delete('/violations')).filter((v) => !allowed.includes(v.kind))
    assert.deepEqual(
      list.map((v) => `${v.kind}: ${v.text}`),
      [],
      'violations'
    )
  }
  fake.stop = () =>
    new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill('SIGTERM')
    })
  return fake
}

// A REST call as our own client would make it.
export async function call(
  fake,
  method,
  path,
  { json, body, headers = {}, auth = true, agent = AGENT } = {}
) {
  const response = await fetch(fake.api + path, {
    method,
    body: body ?? (json === undefined ? undefined : JSON.stringify(json)),
    headers: {
      ...(agent === null ? { 'User-Agent': '' } : { 'User-Agent': agent }),
      ...(auth ? { Authorization: auth === true ? `Bot ${fake.token}` : auth } : {}),
      ...(json !== undefined ? { 'Content-Type': 'application/json' } : {}),
      ...headers
    }
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : null
  }
}

// No check may hang: half a minute is far more than any needs.
function within(promise, title, ms = 30_000) {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${title} hangs`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

export class Checks {
  constructor(name) {
    Object.assign(this, { name, passed: 0, failed: 0 })
  }

  async check(title, run) {
    const started = Date.now()
    try {
      await within(run(), title)
      this.passed++
      console.log(`ok   ${this.name}: ${title} (${Date.now() - started} ms)`)
    } catch (error) {
      this.failed++
      console.log(`FAIL ${this.name}: ${title}\n${error.stack}`)
    }
  }

  end() {
    console.log(`${this.name}: ${this.passed} passed, ${this.failed} failed`)
    process.exitCode = this.failed ? 1 : process.exitCode
  }
}

export const once = (emitter, name, ms = 10_000) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${String(name)} in ${ms} ms`)), ms)
    emitter.once(name, (...args) => {
      clearTimeout(timer)
      resolve(args)
    })
  })
