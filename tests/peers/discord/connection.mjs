// connection.mjs - one WebSocket of a client: frames, pace, heartbeats. What
// the frames mean is the gateway's business.
import { FRAME_BYTES_MAX, SEND_BYTES_MAX, SENDS_MAX, SENDS_WINDOW_MS } from './limits.mjs'
import { Encoder } from './frame.mjs'

let serial = 0

export class Connection {
  constructor(gateway, ws, { compress, resumeHost }) {
    Object.assign(this, { gateway, ws, compress, resumeHost })
    this.number = ++serial
    this.openedAt = Date.now()
    this.session = null
    this.sends = []
    this.acks = true
    this.closing = false
    this.beatAt = null
    this.closedWith = null
    this.encoder = new Encoder(compress, (data, binary) => {
      if (ws.readyState === ws.OPEN && !this.frozen) ws.send(data, { binary })
    })
    ws.on('message', (data, binary) => this.receive(data, binary))
    ws.on('close', (code) => this.gone(code))
    ws.on('error', (error) => this.wireError(error))
  }

  start() {
    const { config } = this.gateway.state
    this.interval = config.heartbeat_interval_ms
    this.sendOp(10, { heartbeat_interval: this.interval, _trace: ['["fake",{"micros":0}]'] })
    this.watchBeats()
    this.helloTimer = setTimeout(() => {
      if (!this.session) this.fail(4009, 'idle', 'neither identified nor resumed in time')
    }, config.hello_timeout_ms)
  }

  // A client that is silent for an interval and some slack is taken for dead.
  watchBeats() {
    clearTimeout(this.beatTimer)
    this.beatTimer = setTimeout(() => {
      this.fail(4000, 'heartbeat-late', `no heartbeat for ${this.interval} ms and slack`)
    }, this.interval + this.gateway.state.config.heartbeat_slack_ms)
  }

  wireError(error) {
    if (/max payload/i.test(error.message)) {
      this.fail(4002, 'send-size', `a frame of more than ${FRAME_BYTES_MAX} bytes`)
    } else if (!this.closing && /^WS_ERR/.test(error.code ?? '')) {
      this.gateway.state.violate('websocket', error.message, `connection ${this.number}`)
    }
  }

  receive(data, binary) {
    const { gateway } = this
    if (this.closing) return
    const now = Date.now()
    gateway.counters.sends++
    this.sends = this.sends.filter((at) => at > now - SENDS_WINDOW_MS)
    this.sends.push(now)
    gateway.counters.sends_per_minute_max = Math.max(
      gateway.counters.sends_per_minute_max,
      this.sends.length
    )
    if (this.sends.length > SENDS_MAX) {
      return this.fail(4008, 'send-rate', `more than ${SENDS_MAX} sends in 60 s`)
    }
    if (binary) return this.fail(4002, 'payload', 'a binary frame with encoding=json')
    if (data.length > SEND_BYTES_MAX) {
      return this.fail(4002, 'send-size', `a frame of ${data.length} bytes`)
    }
    let frame
    try {
      frame = JSON.parse(data.toString('utf8'))
    } catch {
      return this.fail(4002, 'payload', 'a frame that is not JSON')
    }
    if (frame === null || typeof frame !== 'object' || Array.isArray(frame)) {
      return this.fail(4002, 'payload', 'a frame that is not an object')
    }
    if (!Number.isInteger(frame.op))
      return this.fail(4001, 'opcode', 'a frame without an opcode')
    const key = Object.keys(frame).find((k) => !['op', 'd', 's', 't'].includes(k))
    if (key) return this.fail(4002, 'payload', `a frame with an unknown field ${key}`)
    gateway.frame(this, frame.op, frame.d)
  }

  sendText(text, spoil) {
    this.gateway.counters.frames_out++
    this.encoder.send(text, spoil)
  }
  sendOp(op, d) {
    this.sendText(JSON.stringify({ t: null, s: null, op, d }))
  }

  // The client broke a rule: say which, then close as the documents say.
  fail(code, kind, text) {
    if (this.closing) return
    this.gateway.state.violate(kind, text, `connection ${this.number}`)
    this.close(code, text)
  }

  close(code, reason = '') {
    if (this.closing) return
    this.closing = true
    this.closedWith = code
    this.stopTimers()
    this.gateway.count('close_codes_out', code)
    this.encoder.drained(() => {
      this.ws.close(code, reason.slice(0, 120))
      // A client that never answers the close is cut off.
      this.killTimer = setTimeout(() => this.ws.terminate(), 2000)
    })
    this.gateway.detached(this, code, false)
  }

  // The network is gone and nobody says so: no frame gets through any more.
  freeze() {
    this.frozen = true
    this.stopTimers()
    this.ws.pause()
  }

  drop() {
    this.closing = true
    this.stopTimers()
    // TLS cannot reset: the TCP connection below it can.
    const socket = this.ws._socket
    ;(socket?._parent ?? socket)?.resetAndDestroy()
    this.gateway.count('close_codes_out', 'drop')
    this.gateway.detached(this, 1006, false)
  }

  stopTimers() {
    clearTimeout(this.beatTimer)
    clearTimeout(this.helloTimer)
  }

  gone(code) {
    clearTimeout(this.killTimer)
    this.stopTimers()
    this.encoder.end()
    this.gateway.connections.delete(this)
    if (!this.closing) {
      this.closing = true
      this.gateway.count('close_codes_in', code)
      this.gateway.detached(this, code, true)
    }
    this.gateway.state.touch()
  }
}
