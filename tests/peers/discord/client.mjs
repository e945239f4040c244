// client.mjs - a bare gateway client for what the libraries do not do: zstd,
// and breaking the rules on purpose.
import { EventEmitter } from 'node:events'
import zlib from 'node:zlib'
import WebSocket from 'ws'

export const properties = { os: 'linux', browser: 'stoa', device: 'stoa' }

const decoderOf = (compress) =>
  compress === 'zstd-stream'
    ? zlib.createZstdDecompress()
    : zlib.createInflate({ flush: zlib.constants.Z_SYNC_FLUSH })

// Emits 'frame' for each message, 'closed' with the code. Keeps all frames.
export class BareClient extends EventEmitter {
  constructor(url, { compress, query = 'v=10&encoding=json' } = {}) {
    super()
    this.frames = []
    this.seq = null
    this.ws = new WebSocket(`${url}/?${query}${compress ? `&compress=${compress}` : ''}`, {
      perMessageDeflate: false
    })
    this.ws.on('error', (error) => this.emit('broken', error))
    this.ws.on('close', (code) => {
      this.code = code
      this.emit('closed', code)
    })
    if (compress) this.decode(decoderOf(compress))
    else this.ws.on('message', (data) => this.take(data.toString()))
  }

  // One decoder per connection; what one WebSocket message inflates to must be
  // one whole JSON text.
  decode(decoder) {
    const queue = []
    let text = ''
    let busy = false
    const next = () => {
      const part = queue.shift()
      busy = part !== undefined
      if (!busy) return
      decoder.write(part, () =>
        setImmediate(() => {
          this.take(text)
          text = ''
          next()
        })
      )
    }
    decoder.on('data', (part) => {
      text += part
    })
    decoder.on('error', (error) => this.emit('broken', error))
    this.ws.on('message', (data) => {
      queue.push(data)
      if (!busy) next()
    })
  }

  take(text) {
    let frame
    try {
      frame = JSON.parse(text)
    } catch (error) {
      return this.emit('broken', error)
    }
    if (frame.s) this.seq = frame.s
    this.frames.push(frame)
    this.emit('frame', frame)
  }

  send(frame) {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  // The next (or an earlier unseen) frame that fits.
  until(fits, ms = 5000) {
    const had = this.frames.find(fits)
    if (had) return Promise.resolve(had)
    return new Promise((resolve, reject) => {
      const end = (f, v) => {
        clearTimeout(timer)
        this.off('frame', look)
        this.off('closed', shut)
        f(v)
      }
      const look = (frame) => {
        if (fits(frame)) end(resolve, frame)
      }
      const shut = (code) => end(reject, new Error(`closed with ${code}`))
      const timer = setTimeout(() => end(reject, new Error('the frame did not come')), ms)
      this.on('frame', look)
      this.on('closed', shut)
    })
  }

  closed(ms = 5000) {
    if (this.code !== undefined) return Promise.resolve(this.code)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('was not closed')), ms)
      this.once('closed', (code) => {
        clearTimeout(timer)
        resolve(code)
      })
    })
  }

  async hello() {
    return this.until((f) => f.op === 10)
  }

  async identify(token, more = {}) {
    await this.hello()
    this.send({ op: 2, d: { token, intents: 513, properties, ...more } })
  }

  async ready(token, more) {
    await this.identify(token, more)
    return (await this.until((f) => f.t === 'READY')).d
  }

  end(code = 1000) {
    this.ws.close(code)
  }
}
