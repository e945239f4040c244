// events.mjs - a stream of numbered messages in many guilds, and what came of
// it in the broker's stream discord-events.
//
// Every guild counts for itself: in the stream its numbers must stand one
// after the other, each once.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { until } from './suite.mjs'

const peer = createRequire(path.join(import.meta.dirname, '../../peers/nats/package.json'))
const { connect, nkeyAuthenticator } = peer('@nats-io/transport-node')

// An id whose guild is on shard `shard` of `count`.
export const guildOf = (shard, count, n) => ((BigInt(count) * BigInt(100_000 + n) + BigInt(shard)) << 22n).toString()

const BATCH = 2000

// A field of a protobuf message as bytes; the first one of that number.
function fieldOf (bytes, number) {
  let at = 0
  const varint = () => {
    let value = 0
    let shift = 1
    for (;;) {
      const b = bytes[at++]
      value += (b & 127) * shift
      if (b < 128) return value
      shift *= 128
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    if ((tag & 7) === 0) { varint(); continue }
    if ((tag & 7) !== 2) throw new Error(`wire type ${tag & 7}`)
    const len = varint()
    if (tag >> 3 === number) return bytes.subarray(at, at + len)
    at += len
  }
  return null
}

export class Load {
  constructor (suite, guilds, rate) {
    Object.assign(this, { suite, guilds, rate })
    this.sent = new Map(guilds.map((g) => [g, 0]))
    this.seen = new Map(guilds.map((g) => [g, 0]))
    this.wrong = { lost: 0, doubled: 0, first: null }
    this.next = 1
  }

  // Sends a second's worth to each guild at a time, until stopped.
  start () {
    const each = Math.round(this.rate / this.guilds.length)
    this.running = true
    this.done = Promise.all(this.guilds.map(async (guild) => {
      while (this.running) {
        await this.suite.post('burst', { rate: each, count: each, first: this.sent.get(guild) + 1, wait: true, t: 'MESSAGE_CREATE', guild_id: guild,
          d: { id: '$ID', channel_id: guild, guild_id: guild, type: 0, nonce: 'n$SERIAL', content: '', timestamp: '2026-01-01T00:00:00Z',
            author: { id: '900000000000000007', username: 'crowd', discriminator: '0' } } })
        this.sent.set(guild, this.sent.get(guild) + each)
      }
    }))
  }

  async stop () {
    this.running = false
    await this.done
  }

  total (table) { return [...table.values()].reduce((a, b) => a + b, 0) }

  take (subject, data) {
    const guild = subject.slice(subject.lastIndexOf('.') + 1)
    const before = this.seen.get(guild)
    if (before === undefined || String(fieldOf(data, 4)) !== 'MESSAGE_CREATE') return
    const serial = /"nonce":"n(\d+)"/.exec(String(fieldOf(data, 6)))
    if (!serial) return
    const n = Number(serial[1])
    if (n === before + 1) {
      this.seen.set(guild, n)
      return
    }
    this.wrong.first ??= { guild, after: before, came: n, at: subject }
    if (n <= before) {
      this.wrong.doubled++ // or behind a later one: as bad
      return
    }
    this.wrong.lost += n - before - 1
    this.seen.set(guild, n)
  }

  // Reads what is new in the stream; true once all that was sent is there.
  async read (home) {
    const url = readFileSync(path.join(home, 'run/nats-url'), 'utf8').trim()
    const seed = new TextEncoder().encode(readFileSync(path.join(home, 'keys/admin.nk'), 'utf8').trim())
    const nc = await connect({ servers: url, authenticator: nkeyAuthenticator(seed), inboxPrefix: '_INBOX_count' })
    try {
      const made = await ask(nc, '$JS.API.CONSUMER.CREATE.discord-events', { stream_name: 'discord-events',
        config: { ack_policy: 'none', deliver_policy: 'by_start_sequence', opt_start_seq: this.next, replay_policy: 'instant', inactive_threshold: 30e9 } })
      for (;;) {
        const got = await this.batch(nc, made.name)
        if (got < BATCH) break
      }
    } finally {
      await nc.close()
    }
    return this.total(this.seen) >= this.total(this.sent)
  }

  // One pull; a status message ends it early.
  batch (nc, consumer) {
    return new Promise((resolve, reject) => {
      let got = 0
      const inbox = `_INBOX_count.${consumer}.${this.next}`
      const sub = nc.subscribe(inbox, { callback: (error, m) => {
        if (error) return reject(error)
        if (m.headers?.code) { sub.unsubscribe(); return resolve(got) }
        const place = m.reply.split('.')
        this.next = Number(place[place.length - 4]) + 1
        this.take(m.subject, Buffer.from(m.data))
        if (++got === BATCH) { sub.unsubscribe(); resolve(got) }
      } })
      nc.publish(`$JS.API.CONSUMER.MSG.NEXT.discord-events.${consumer}`, JSON.stringify({ batch: BATCH, no_wait: true }), { reply: inbox })
    })
  }

  // Everything has arrived, or it does not within `ms`.
  arrived (home, ms = 15000) { return until(ms, () => this.read(home)) }
}

async function ask (nc, subject, body) {
  const answer = JSON.parse((await nc.request(subject, JSON.stringify(body), { timeout: 5000 })).string())
  if (answer.error) throw new Error(`${subject}: ${answer.error.description}`)
  return answer
}
