// frame.mjs - how a gateway message goes on the wire: plain text, or a part of
// one compressed stream per connection that is flushed after each message.
import zlib from 'node:zlib'

export const COMPRESSIONS = new Set(['zlib-stream', 'zstd-stream'])

function streamOf(compress) {
  return compress === 'zlib-stream'
    ? [zlib.createDeflate({ flush: zlib.constants.Z_SYNC_FLUSH }), zlib.constants.Z_SYNC_FLUSH]
    : [zlib.createZstdCompress(), zlib.constants.ZSTD_e_flush]
}

// Sends texts in order. `out(data, binary)` is given each finished message.
export class Encoder {
  constructor(compress, out) {
    this.out = out
    this.payloads = false
    this.queue = []
    this.busy = false
    if (!compress) return
    ;[this.stream, this.flushKind] = streamOf(compress)
    this.parts = []
    this.stream.on('data', (part) => this.parts.push(part))
    this.stream.on('error', () => {})
  }

  // `spoil(bytes)` may change the finished message: broken streams on purpose.
  send(text, spoil = null) {
    if (this.stream) {
      this.queue.push([text, spoil])
      if (!this.busy) this.next()
    } else if (this.payloads) {
      this.out(zlib.deflateSync(text), true)
    } else {
      this.out(spoil ? spoil(Buffer.from(text)).toString('latin1') : text, false)
    }
  }

  next() {
    const job = this.queue.shift()
    this.busy = job !== undefined
    if (!this.busy) return this.idle?.()
    this.stream.write(job[0])
    this.stream.flush(this.flushKind, () => {
      const bytes = Buffer.concat(this.parts)
      this.parts = []
      this.out(job[1] ? job[1](bytes) : bytes, true)
      this.next()
    })
  }

  // Calls back once everything that was sent has left the encoder.
  drained(then) {
    if (!this.busy) return then()
    const before = this.idle
    this.idle = () => {
      before?.()
      this.idle = null
      then()
    }
  }

  end() {
    this.stream?.destroy()
    this.queue = []
  }
}
