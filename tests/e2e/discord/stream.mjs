// stream.mjs - what stands in the broker: the stream discord-events, read by
// the official NATS client of tests/peers/nats with the admin's key.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const peer = path.join(import.meta.dirname, '../../peers/nats/package.json')
const library = createRequire(peer).resolve('@nats-io/transport-node')
const { connect, nkeyAuthenticator } = await import(pathToFileURL(library).href)

// The fields of stoa.discord.Event, by number.
const FIELDS = { 1: 'shard', 2: 'shard_count', 3: 'seq', 4: 'type', 5: 'guild', 6: 'json', 7: 'size', 8: 'received_at_us' }

function varint (bytes, at) {
  let value = 0n
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at++]
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return [Number(value), at]
  }
}

// Protobuf's wire format, as far as an Event needs it.
export function eventOf (bytes) {
  const event = { shard: 0, seq: 0, type: '', guild: '', json: '', size: 0 }
  for (let at = 0; at < bytes.length;) {
    let tag, value
    ;[tag, at] = varint(bytes, at)
    ;[value, at] = varint(bytes, at)
    if ((tag & 7) === 2) {
      const text = Buffer.from(bytes.subarray(at, at + value)).toString()
      at += value
      value = text
    }
    event[FIELDS[tag >> 3]] = value
  }
  return event
}

export class Broker {
  static async open (home) {
    const b = new Broker()
    const seed = new TextEncoder().encode(readFileSync(`${home}/keys/admin.nk`, 'utf8').trim())
    b.connection = await connect({
      servers: readFileSync(`${home}/run/nats-url`, 'utf8').trim(),
      authenticator: nkeyAuthenticator(seed)
    })
    return b
  }

  async ask (subject, body = {}) {
    const reply = await this.connection.request(`$JS.API.${subject}`, JSON.stringify(body), { timeout: 5000 })
    return reply.json()
  }

  // The newest position of the stream, for `events`.
  async position () {
    return (await this.ask('STREAM.INFO.discord-events')).state.last_seq
  }

  // The events after that position, in the order of the stream.
  async events (after = 0) {
    const all = []
    for (let next = after + 1; ;) {
      const got = await this.ask('STREAM.MSG.GET.discord-events', { seq: next, next_by_subj: 'stoa.event.discord.>' })
      if (got.error) return all
      next = got.message.seq + 1
      all.push({ subject: got.message.subject, ...eventOf(Buffer.from(got.message.data ?? '', 'base64')) })
    }
  }

  // Forgets all messages of a stream.
  purge (stream) { return this.ask(`STREAM.PURGE.${stream}`) }

  close () { return this.connection.close() }
}
