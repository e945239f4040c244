// session.mjs - one gateway session: what outlives a connection. It numbers
// the dispatches, keeps them for a resume, and spoils them when a scenario
// asks for it.
import { secret } from './state.mjs'

export class Session {
  constructor({ shard, intents, max }) {
    this.id = secret()
    this.shard = shard
    this.intents = intents
    this.max = max
    this.seq = 0
    this.firstKept = 1
    this.kept = []
    this.connection = null
    this.lostAt = null
    this.faults = []
    this.held = null
  }

  // A fault { kind: duplicate|drop|reorder, t?, times } for the next dispatches.
  addFault(fault) {
    this.faults.push({ times: 1, ...fault })
  }

  takeFault(t) {
    const i = this.faults.findIndex((f) => !f.t || f.t === t)
    if (i < 0) return null
    const fault = this.faults[i]
    if (--fault.times <= 0) this.faults.splice(i, 1)
    return fault.kind
  }

  dispatch(t, data) {
    const text = `{"t":"${t}","s":${++this.seq},"op":0,"d":${data}}`
    // A RESUMED is of its connection: it is never replayed.
    this.kept.push(t === 'RESUMED' ? null : text)
    if (this.kept.length > this.max) {
      this.kept.shift()
      this.firstKept++
    }
    if (!this.connection) return
    this.emit(text, this.takeFault(t))
  }

  emit(text, fault) {
    const held = this.held
    this.held = null
    if (fault === 'reorder') {
      this.held = text
    } else if (fault !== 'drop') {
      this.connection.sendText(text)
      if (fault === 'duplicate') this.connection.sendText(text)
    }
    if (held) this.connection.sendText(held)
  }

  // The dispatches after `seq`, or null when they are no longer kept.
  after(seq) {
    return seq + 1 < this.firstKept
      ? null
      : this.kept.slice(seq + 1 - this.firstKept).filter(Boolean)
  }
}
