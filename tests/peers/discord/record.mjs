// record.mjs - writes recorded gateway streams for benchmarks.
//
//   node record.mjs OUT EVENTS SEED [GUILDS]
//
// OUT gets, for zlib-stream, zstd-stream and plain each, NAME.bin (the
// messages one after the other) and NAME.idx (their lengths, 32 bit, little
// endian), and info.json. Message 0 is HELLO, 1 READY, then GUILDS times
// GUILD_CREATE, EVENTS mixed events and last the marker. The same arguments
// give the same bytes.
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Encoder } from './frame.mjs'
import { Stream } from './stream.mjs'

const PART = 500

class Recording {
  constructor(folder, name) {
    this.file = createWriteStream(join(folder, `${name}.bin`))
    this.lengths = []
    this.path = join(folder, `${name}.idx`)
    this.encoder = new Encoder(name === 'plain' ? null : name, (data) => {
      const bytes = Buffer.from(data)
      this.lengths.push(bytes.length)
      this.file.write(bytes)
    })
  }

  drained() {
    return new Promise((resolve) => this.encoder.drained(resolve))
  }

  async end() {
    await this.drained()
    writeFileSync(this.path, Buffer.from(Uint32Array.from(this.lengths).buffer))
    await new Promise((resolve) => this.file.end(resolve))
    return this.lengths.reduce((a, b) => a + b, 0)
  }
}

const [out, events, seed, guilds] = [process.argv[2], ...process.argv.slice(3).map(Number)]
if (!out || !(events > 0) || !Number.isInteger(seed)) {
  console.error('usage: record.mjs OUT EVENTS SEED [GUILDS]')
  process.exit(2)
}
mkdirSync(out, { recursive: true })
const names = ['zlib-stream', 'zstd-stream', 'plain']
const recordings = names.map((name) => new Recording(out, name))
const stream = new Stream({ seed, events, guilds: guilds || 1000 })
let raw = 0
let n = 0
for (const text of stream.messages()) {
  raw += Buffer.byteLength(text)
  for (const r of recordings) r.encoder.send(text)
  if (++n % PART === 0) await Promise.all(recordings.map((r) => r.drained()))
}
const sizes = await Promise.all(recordings.map((r) => r.end()))
const info = {
  messages: n,
  guilds: stream.guildCount,
  events,
  seed,
  marker: 'STOA_MARKER',
  raw_bytes: raw,
  bytes: Object.fromEntries(names.map((name, i) => [name, sizes[i]])),
  counts: stream.counts
}
writeFileSync(join(out, 'info.json'), JSON.stringify(info, null, 1) + '\n')
console.log(JSON.stringify(info))
