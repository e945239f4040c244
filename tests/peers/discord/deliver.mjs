// deliver.mjs - interactions and webhook events over HTTP: signed with the
// application's key, in good and bad variants, and posted to an address.
import { generateKeyPairSync, sign } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import { answer } from './interactions.mjs'
import { Refusal } from './answer.mjs'

const flip = (hex) => (hex[0] === '0' ? '1' : '0') + hex.slice(1)

// variant -> what leaves the machine, given { body, timestamp, key }.
const VARIANTS = {
  good: (m) => m,
  'bad-signature': (m) => ({ ...m, signature: flip(m.signature) }),
  'bad-body': (m) => ({ ...m, body: Buffer.concat([m.body, Buffer.from(' ')]) }),
  'bad-timestamp': (m) => ({ ...m, timestamp: String(Number(m.timestamp) + 1) }),
  truncated: (m) => ({ ...m, signature: m.signature.slice(0, 64) }),
  'truncated-body': (m) => ({ ...m, body: m.body.subarray(0, m.body.length >> 1) }),
  'not-hex': (m) => ({ ...m, signature: 'z'.repeat(128) }),
  'too-long': (m) => ({ ...m, signature: m.signature + '00' }),
  'upper-case': (m) => ({ ...m, signature: m.signature.toUpperCase() }),
  'no-signature': (m) => ({ ...m, signature: undefined }),
  'no-timestamp': (m) => ({ ...m, timestamp: undefined })
}
export const variants = [...Object.keys(VARIANTS), 'stale', 'future', 'wrong-key', 'replayed']

export function signed(keys, body, variant = 'good') {
  const shift = { stale: -3600, future: 3600 }[variant] ?? 0
  const timestamp = String(Math.floor(Date.now() / 1000) + shift)
  const key =
    variant === 'wrong-key' ? generateKeyPairSync('ed25519').privateKey : keys.privateKey
  const signature = sign(null, Buffer.concat([Buffer.from(timestamp), body]), key).toString(
    'hex'
  )
  return (VARIANTS[variant] ?? VARIANTS.good)({ body, timestamp, signature })
}

export function post(url, { body, timestamp, signature }, timeoutMs = 10_000) {
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    'User-Agent': 'Discord-Interactions/1.0 (+https://discord.com)'
  }
  if (signature !== undefined) headers['X-Signature-Ed25519'] = signature
  if (timestamp !== undefined) headers['X-Signature-Timestamp'] = timestamp
  return new Promise((resolve) => {
    const started = Date.now()
    const request = (url.startsWith('https:') ? https : http).request(
      url,
      { method: 'POST', headers, rejectUnauthorized: false, timeout: timeoutMs },
      (response) => {
        const parts = []
        response.on('data', (p) => parts.push(p))
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            type: response.headers['content-type'] ?? null,
            body: Buffer.concat(parts).toString(),
            took_ms: Date.now() - started
          })
        )
      }
    )
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', (error) =>
      resolve({ status: 0, error: error.message, took_ms: Date.now() - started })
    )
    request.end(body)
  })
}

// What Discord does with the answer of an endpoint to a well signed delivery.
function judge(fake, it, reply) {
  const { state } = fake
  const say = (text) => state.violate('endpoint', text, it.id)
  if (reply.took_ms > state.config.callback_deadline_ms)
    return say(`answered after ${reply.took_ms} ms`)
  if (reply.status === 202) return reply.body ? say('202 with a body') : undefined
  if (reply.status !== 200) return say(`status ${reply.status}`)
  if (!/^application\/json\b/.test(reply.type ?? '')) return say(`content type ${reply.type}`)
  try {
    answer(fake, it, JSON.parse(reply.body))
  } catch (error) {
    say(
      error instanceof Refusal
        ? `${error.code} ${error.message} ${JSON.stringify(error.errors ?? {})}`
        : error.message
    )
  }
}

// spec: { url, variant, interaction | event | raw, again: message of before }
export async function deliver(fake, spec) {
  const { state } = fake
  if (spec.variant && !variants.includes(spec.variant))
    throw new Error(`variant is one of ${variants.join(', ')}`)
  if (spec.variant === 'replayed') {
    if (!fake.lastDelivery) throw new Error('nothing was delivered yet')
    return { ...(await post(spec.url, fake.lastDelivery)), message: shown(fake.lastDelivery) }
  }
  let it = null
  let d = spec.raw
  if (spec.interaction) {
    it = fake.control.scenario.interaction({ ...spec.interaction, send: false })
    d = it.d
  } else if (spec.event) {
    d = { version: 1, application_id: state.appId, ...spec.event }
  }
  const message = signed(
    state.keys,
    Buffer.from(typeof d === 'string' ? d : JSON.stringify(d)),
    spec.variant
  )
  if ((spec.variant ?? 'good') === 'good') fake.lastDelivery = message
  const reply = await post(spec.url, message)
  if (it && (spec.variant ?? 'good') === 'good' && spec.judge !== false) judge(fake, it, reply)
  return { ...reply, ...(it ? { id: it.id, token: it.token } : {}), message: shown(message) }
}

const shown = (m) => ({
  signature: m.signature ?? null,
  timestamp: m.timestamp ?? null,
  body: m.body.toString('base64')
})
